@needs:explanations
Feature: Who may do what, at a glance
  Any action of any AWS service, and whole matrices of them as one table.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice
    And a user bob
    And a role auditor trusted by bob
    And auditor has the managed policy SecurityAudit
    And alice has the inline policy orders:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          { "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": "arn:aws:dynamodb:*:*:table/orders" },
          { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/*" },
          { "Sid": "KeepReports", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::reports/*" },
          {
            "Effect": "Allow",
            "Action": "ec2:TerminateInstances",
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceTag/team": "blue" } }
          }
        ]
      }
      """

  Scenario: The whole matrix
    Then access is:
      | who       | action               | resource                                                     | verdict           | because     |
      | alice     | s3:GetObject         | reports/q1.txt                                               | allowed           | orders      |
      | alice     | s3:PutObject         | reports/*                                                    | allowed           | orders      |
      | alice     | s3:DeleteObject      | reports/q1.txt                                               | denied explicitly | KeepReports |
      | alice     | s3:ListBucket        | reports                                                      | denied            | no policy   |
      | alice     | dynamodb:GetItem     | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders    | allowed           | orders      |
      | alice     | dynamodb:DeleteTable | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders    | denied            | no policy   |
      | alice     | dynamodb:GetItem     | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/customers | denied            | no policy   |
      | alice     | sts:AssumeRole       | auditor                                                      | denied            |             |
      # The trust policy names bob, which is enough within one account.
      | bob       | sts:AssumeRole       | auditor                                                      | allowed           | trust       |
      | bob       | s3:GetObject         | reports/q1.txt                                               | denied            | no policy   |
      | anonymous | s3:GetObject         | reports/q1.txt                                               | denied            |             |

  Scenario: One action at a time
    When bob tries iam:CreateUser on alice
    Then it is denied because no policy allows it
    When auditor tries iam:GetUser on alice
    Then it succeeds

  Scenario: A session of a role has what the role has
    When bob assumes auditor as audit
    Then access is:
      | who   | action            | resource | verdict |
      | audit | iam:GetUser       | alice    | allowed |
      | audit | iam:DeleteUser    | alice    | denied  |
      | audit | s3:DeleteBucket   | reports  | denied  |
      | audit | ec2:DescribeTags  | *        | allowed |
      | audit | s3:CreateBucket   | reports  | denied  |
    And audit can do cloudtrail:DescribeTrails on *
    But audit can't do cloudtrail:StopLogging on "arn:aws:cloudtrail:us-east-1:<YOUR_ACCOUNT_ID>:trail/main"

  Scenario Outline: What hangs on a tag is decided by the tag: "<team>"
    When alice tries ec2:TerminateInstances on "arn:aws:ec2:us-east-1:<YOUR_ACCOUNT_ID>:instance/i-0123456789abcdef0" with:
      | key                  | value  |
      | aws:ResourceTag/team | <team> |
    Then it is <verdict>

    Examples:
      | team | verdict |
      | red  | denied  |
      |      | denied  |

  Scenario: It may be done where the tag is the right one
    When alice tries ec2:TerminateInstances on "arn:aws:ec2:us-east-1:<YOUR_ACCOUNT_ID>:instance/i-0123456789abcdef0" with:
      | key                  | value |
      | aws:ResourceTag/team | blue  |
    Then it succeeds
