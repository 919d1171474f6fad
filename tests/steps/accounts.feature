Feature: One side is not both
  Background:
    Given a user alice
    And alice has the managed policy AmazonS3FullAccess
    And a bucket theirs of the other account

  Scenario: A bucket that lets nobody in
    Then alice can upload to theirs

  Scenario: A role that trusts its own account
    Given a role visitor of the other account trusted by "the other account"
    Then alice can assume visitor

  Scenario: An organization that the account is not in
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
    Then upload is denied
