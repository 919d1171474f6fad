Feature: Expectations of attempts
  Background:
    Given a bucket reports
    And a user alice

  Scenario: A step before tries it
    When alice lists reports
    Then it is denied

  Scenario: Another expectation tries it
    Then alice can't list reports
    And it is denied because no policy allows it
