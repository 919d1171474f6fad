Feature: A second factor that is not there
  Background:
    Given a bucket reports
    And a user alice
    And a role auditor trusted by alice

  Scenario: A user without a device
    When alice assumes auditor with MFA
    Then it succeeds

  Scenario: A wrong code is no denial by policy
    Given alice has an MFA device
    When alice assumes auditor with a wrong MFA code
    Then it is denied

  Scenario: A policy that asks for MFA
    Given alice has an MFA device
    And alice has the inline policy with-mfa:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } }
          }
        ]
      }
      """
    When alice asks for a session token as careful with MFA
    Then careful can upload to reports
    And alice can upload to reports

  Scenario: MFA is there or not
    Given alice has an MFA device
    When alice assumes auditor with:
      | attribute | value |
      | MFA       | no    |
    Then it succeeds

  Scenario: A device twice
    Given alice has an MFA device
    And alice has an MFA device
    When alice assumes auditor with MFA
    Then it succeeds

  Scenario: A session without a device
    When alice assumes auditor as audit with MFA
    Then it succeeds

  Scenario: A wrong code without a device
    When alice assumes auditor with a wrong MFA code
    Then it succeeds

  Scenario: A token without a device
    When alice asks for a session token with MFA
    Then it succeeds

  Scenario: A token by a name without a device
    When alice asks for a session token as careful with MFA
    Then it succeeds
