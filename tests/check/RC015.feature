Feature: f
  @needs:teleporter
  Scenario: s
    Given main-user
    Then upload is denied
