@needs:other-account
Feature: Across accounts it takes both sides
  What belongs to another account is open where its owner lets one in, and one's own account lets one go there.

  Background:
    Given a user alice

  Rule: A bucket of the other account

    Background:
      Given a bucket their-data of the other account
      And the bucket their-data holds q1.txt

    Scenario: One's own permission is not enough
      Given alice has the managed policy AmazonS3FullAccess
      Then alice can't download q1.txt from their-data

    Scenario: The bucket's policy is not enough either
      Given the bucket their-data has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:root" },
              "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::their-data/*"
            }
          ]
        }
        """
      Then alice can't download q1.txt from their-data
      When alice is given the managed policy AmazonS3FullAccess
      Then alice can download q1.txt from their-data
      But alice can't upload to their-data

  Rule: A role of the other account

    Scenario: It trusts the account, which lets alice take it
      Given a role visitor of the other account trusted by "the account"
      And visitor has the managed policy AmazonS3ReadOnlyAccess
      And a bucket their-data of the other account
      Then alice can't assume visitor
      When alice is given the inline policy visits with the statements:
        | effect | action         | resource                                     |
        | Allow  | sts:AssumeRole | arn:aws:iam::<OTHER_ACCOUNT_ID>:role/visitor |
      And alice assumes visitor as visit
      Then visit can list their-data
      But visit can't upload to their-data

    Scenario: A role of one's own for the other account
      Given a user mallory of the other account
      And a role auditor trusted by "the other account"
      And mallory has the inline policy audits with the statements:
        | effect | action         | resource                                    |
        | Allow  | sts:AssumeRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/auditor |
      Then mallory can assume auditor
      But alice can't assume auditor
