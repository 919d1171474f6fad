Feature: Times and addresses that there are
  Scenario: alice lists
    Given a bucket reports
    And a user alice
    When it is 2030-02-28 09:00
    And alice calls from the address 203.0.113.25
    Then alice can't list reports
