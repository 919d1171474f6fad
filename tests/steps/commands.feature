Feature: Programs that may not run, or did not
  Background:
    Given a user alice

  Scenario: An instance that is not there
    Given the AWS CLI of server is configured for alice
    Then the command succeeds

  Scenario: Commands are off
    Given an instance server
    When server runs:
      """
      true
      """
    Then the command succeeds

  Scenario: Nothing ran that could succeed
    Then the command succeeds

  Scenario: Nothing ran that could be allowed
    Then the command is allowed

  Scenario: Nothing ran that could be denied
    Then the command is denied

  Scenario: Nothing ran that could fail
    Then the command fails with "no"

  Scenario: Nothing ran that could print
    Then the output is "yes"
