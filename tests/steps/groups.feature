Feature: Groups that are not there
  Background:
    Given a user alice
    And a group readers

  Scenario: A group that nobody made
    Given alice is in the group writers
    Then it succeeds

  Scenario: A group that nobody made can't be left
    When alice leaves the group writers
    Then it succeeds
