Feature: f
  Background:
    Given a user alice
    And a bucket reports

  Scenario: Names that nobody has
    Given a role auditor trusted by alise
    And alice has the managed policy AmazonS3ReadOnlyAcces
    And the role auditor is attached to Testing1
    When alice joins the group readers
    And "alicia" uploads q1.txt to reports
    Then auditor can upload to report

  Scenario: Names that come later
    Then bob can't upload to reports
    Given a user bob

  Scenario Outline: Names in examples
    Then <who> can't upload to reports

    Examples:
      | who   |
      | alice |
      | bob   |

  Scenario: Principals
    Given the bucket reports has the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/alcie"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
        ]
      }
      """
    Then access is:
      | who   | action         | resource  | verdict |
      | carol | s3:GetObject   | reports/a | denied  |
      | alice | sts:AssumeRole | reprots   | denied  |

  Scenario: no organization
    Given a bucket reports
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
