@Slow
Feature: f
  @need:clock
  Scenario: s
    Given main-user
    Then upload is denied

  @controls:SOC2:CC6.1
  Scenario Outline: t
    Given main-user
    Then upload is <verdict>

    @needs-instances
    Examples:
      | verdict |
      | denied  |
