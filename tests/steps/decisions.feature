Feature: Calls that ended otherwise
  Background:
    Given a user alice
    And a bucket reports

  Scenario: Another code
    When alice lists reports
    Then it is refused with ExpiredToken

  Scenario: Another reason
    When alice lists reports
    Then it is denied
    And the reason mentions "boundary"

  Scenario: Nothing has a reason
    Then the reason mentions "boundary"
