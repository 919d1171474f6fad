@needs:mfa
Feature: What a second factor opens
  The devices are virtual ones, whose codes are really computed and really checked.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice
    And alice has an MFA device
    And a role auditor with the trust policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/alice" },
            "Action": "sts:AssumeRole",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } }
          }
        ]
      }
      """
    And auditor has the managed policy AmazonS3ReadOnlyAccess

  Scenario: A role that is only taken with MFA
    Then alice can't assume auditor
    When alice assumes auditor as audit with MFA
    Then audit can download q1.txt from reports

  Scenario: A wrong code opens nothing
    When alice assumes auditor with a wrong MFA code
    Then it is refused with AccessDenied

  Scenario: What a user may only do with MFA
    Given alice has the inline policy deletes-with-mfa:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "s3:DeleteObject",
            "Resource": "arn:aws:s3:::reports/*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } }
          }
        ]
      }
      """
    When alice asks for a session token as careless
    Then careless can't delete q1.txt from reports
    When alice asks for a session token as careful with MFA
    Then careful can delete q1.txt from reports

  @needs:clock
  Scenario: MFA that is too long ago
    Given alice has the inline policy deletes-soon-after-mfa:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "s3:DeleteObject",
            "Resource": "arn:aws:s3:::reports/*",
            "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } }
          }
        ]
      }
      """
    When alice asks for a session token with MFA
    And 2 hours pass
    And alice assumes auditor with:
      | attribute    | value |
      | session name | later |
      | MFA          | yes   |
    Then later can download q1.txt from reports
    When 1 minute passes
    And alice assumes auditor with MFA
    Then testSession can download q1.txt from reports
    When 1 minute passes
    And alice asks for a session token as fresh with MFA
    Then fresh can delete q1.txt from reports
    Given the bucket reports holds q1.txt
    When 2 hours pass
    Then fresh can't delete q1.txt from reports
