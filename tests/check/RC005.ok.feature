Feature: f
  Scenario: s
    Given main-user
    When assuming main-role1
    Then upload succeeds
