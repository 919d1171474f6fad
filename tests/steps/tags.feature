Feature: Tags that are not there
  Background:
    Given a user alice

  Scenario: No tag to be removed
    When the tag "team" of bob is removed
    Then it succeeds
