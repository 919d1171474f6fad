Feature: Expectations of nothing
  Scenario: Nobody has tried anything
    Given a bucket reports
    And a user alice
    Then it is denied
    And it is denied because no policy allows it
