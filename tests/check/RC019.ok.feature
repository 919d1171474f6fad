Feature: f
  Background:
    Given a user alice
    And a bucket reports

  Scenario: Names that somebody has
    Given a role auditor trusted by alice
    And alice has the managed policy AmazonS3ReadOnlyAccess
    And auditor has the managed policy "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    And a role other trusted by "the account"
    When alice assumes auditor
    Then testSession can't upload to reports
    When alice assumes auditor as "the audit"
    Then "the audit" can't upload to reports
    And anonymous can't upload to reports
    And administrator can upload to reports

  Scenario: The walkthrough needs no setting up, on top of nothing
    Given a role auditor trusted by ec2.amazonaws.com
    And an instance Testing9
    And the role auditor is attached to Testing9
    Then Testing9 can't upload to reports

  Scenario Outline: Names in examples
    Given a user <who>
    Then <who> can't upload to reports

    Examples:
      | who |
      | bob |

  Scenario: An organization
    Given the account is in an organization
    And the bucket reports has the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::<OTHER_ACCOUNT_ID>:root" },
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::reports",
            "Condition": { "StringEquals": { "aws:PrincipalOrgID": "<YOUR_ORGANIZATION_ID>" } }
          }
        ]
      }
      """
    Then alice can't list reports
