Feature: The walkthrough in three lines
  The names of the walkthrough (main-user, main-role1, Testing1, Testing2, testing-s3) need no setting up: in a
  scenario that makes nothing of its own they bring the walkthrough's account along.

  Scenario: Taking the role gives access
    Given main-user
    When assuming main-role1
    Then upload succeeds

  Scenario: Without taking it there is none
    Given main-user
    Then upload is denied

  @needs:instances
  Scenario: The instance with the role has access
    Given Testing1
    Then upload succeeds

  @needs:instances
  Scenario: The instance without it has none
    Given Testing2
    Then upload is denied
