Feature: f
  @needs:instances
  Scenario: s
    Given Testing1
    Then upload succeeds
