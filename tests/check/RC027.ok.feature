Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the tags:
      | key  | value |
      | team | blue  |
    Then alice can't list reports
