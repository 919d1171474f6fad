Feature: f
  Scenario: s
    Given main-user
    Then upload is denied
