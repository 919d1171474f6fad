Feature: Instances that are not there, or are otherwise
  Background:
    Given a role worker trusted by ec2.amazonaws.com

  Scenario: The same key pair twice
    Given a key pair main
    And a key pair main
    Then it succeeds

  Scenario: The same security group twice
    Given a security group main open to all traffic
    And a security group main open to all traffic
    Then it succeeds

  Scenario: The same instance twice
    Given an instance server
    And an instance server
    Then it succeeds

  Scenario: An instance with what is not there
    Given an instance server with:
      | attribute | value |
      | key pair | none |
    Then it succeeds

  Scenario: An instance that is otherwise
    Given an instance server
    Then the instance server has:
      | attribute | value |
      | type | t3.large |

  Scenario: The same instance profile twice
    Given an instance profile main with the role worker
    And an instance profile main with the role worker
    Then it succeeds

  Scenario: A role for an instance that is not there
    Given the role worker is attached to server
    Then it succeeds

  Scenario: Another role for an instance that has none
    Given an instance server
    When the role of server is replaced by worker
    Then it succeeds

  Scenario: No role to be removed
    Given an instance server
    When the role of server is removed
    Then it succeeds

  Scenario: Credentials that are there
    Given an instance server
    And the role worker is attached to server
    Then server has no credentials
