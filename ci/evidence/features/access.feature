@control:NIST-800-53:AC-3
Feature: What is told of access
  A small set in which every result of a scenario occurs, so that every format has something to say of each.

  @control:SOC2:CC6.1
  Scenario: Taking the role gives access
    Given main-user
    Then upload is denied
    When assuming main-role1
    Then upload succeeds

  @control:NIST-800-53:AC-6
  Scenario: Someone expects too much
    Given main-user
    Then upload succeeds

  Scenario: Nobody can tell whether it is denied what isn't there
    Given a user eve
    And a bucket data-of-eve
    Then eve can't download absent.txt from data-of-eve

  @needs:teleporter @control:PCI-DSS-4:7.2
  Scenario: What this target does not have
    Given main-user
    Then upload is denied

  Scenario: No step says this
    Given main-user
    When somebody hums
    Then upload is denied

  Rule: The names of scenarios are anybody's

    Scenario: the same, and <b>"it's"</b> & ]]> — Zoë 用户, 100%
      Given main-user
      Then upload is denied

    Scenario: the same, and <b>"it's"</b> & ]]> — Zoë 用户, 100%
      Given main-user
      When assuming main-role1
      Then upload succeeds
