@slow @flow @needs-review @team:billing
Feature: f
  @needs:clock @wip @skip
  Scenario: s
    Given main-user
    Then upload is denied
