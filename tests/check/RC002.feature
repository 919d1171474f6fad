Feature: f
  Scenario: s
    Given main-user
    Then uploading works
