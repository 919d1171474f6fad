Feature: f
  Scenario: s
    Given a bucket reports
    And a user alice
    Then alice can't upload to reports
