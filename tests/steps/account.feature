Feature: What is there already
  Scenario: The walkthrough twice
    Given the account of the walkthrough
    And the account of the walkthrough
    Then upload succeeds
