@control:NIST-800-53:AC-6
Feature: f
  @control:PCI-DSS-4:7.2
  Scenario: s
    Given main-user
    Then upload is denied
