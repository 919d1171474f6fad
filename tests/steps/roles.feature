Feature: Roles that are there, or are not
  Scenario: The same role of the other account twice
    Given a user alice
    And a role auditor of the other account trusted by alice
    And a role auditor of the other account trusted by alice
    Then it succeeds

  Scenario: The same role twice
    Given a role auditor with the trust policy:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] }
      """
    And a role auditor with the trust policy:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] }
      """
    Then it succeeds

  Scenario: No role to trust
    Given the trust policy of auditor is:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] }
      """
    Then it succeeds

  Scenario: No role to trust, by a file
    Given the trust policy of auditor is that in "policies/none.json"
    Then it succeeds

  Scenario: Nobody trusts
    Given auditor trusts:
      | principal |
      | ec2.amazonaws.com |
    Then it succeeds

  Scenario: Nobody to last
    Given the maximum session duration of auditor is 2 hours
    Then it succeeds

  Scenario: Nobody to last longer
    When the maximum session duration of auditor is set to 2 hours
    Then it succeeds

  Scenario: Another duration
    Given a role auditor with the trust policy:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] }
      """
    Then the maximum session duration of auditor is 2 hours
