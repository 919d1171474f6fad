@control:AC-6
Feature: f
  @control:NIST-800-53:
  Scenario: s
    Given main-user
    Then upload is denied
