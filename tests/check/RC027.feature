Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
      """
      versioned
      """
    Then alice can't list reports
      | verdict |
      | denied  |
