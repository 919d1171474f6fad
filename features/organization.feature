@needs:organization
Feature: What the organization forbids
  A control policy limits a whole account, whoever is allowed what in it, and gives nothing by itself.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice
    And alice has the managed policy AmazonS3FullAccess

  Rule: Service control policies limit those of the account

    Scenario: What the organization forbids, nobody may do, not even the root user
      Given the account has the service control policy keep-reports:
        """
        {
          "Version": "2012-10-17",
          "Statement": [{ "Sid": "KeepReports", "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*" }]
        }
        """
      Then alice can download q1.txt from reports
      When alice deletes q1.txt from reports
      Then it is denied by a service control policy
      And it is denied by the statement "KeepReports"
      When root deletes q1.txt from reports
      Then it is denied by a service control policy
      When the control policy keep-reports of the account is removed
      Then alice can delete q1.txt from reports

    Scenario: Without FullAWSAccess only what another one allows may be done
      Given the account has the service control policy only-reading in "policies/scp-only-reading.json"
      When the control policy FullAWSAccess of the account is removed
      Then alice can download q1.txt from reports
      When alice uploads a.txt to reports
      Then it is denied by a service control policy

  Rule: Resource control policies limit everybody with the account's resources

    Scenario: What the bucket allows to others, the organization forbids
      Given a user mallory of the other account
      And mallory has the managed policy AmazonS3FullAccess
      And the bucket reports has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<OTHER_ACCOUNT_ID>:root" },
              "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::reports/*"
            }
          ]
        }
        """
      Then mallory can download q1.txt from reports
      When the account is given the resource control policy no-strangers:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "NoStrangers",
              "Effect": "Deny",
              "Principal": "*",
              "Action": "s3:*",
              "Resource": "*",
              "Condition": { "StringNotEquals": { "aws:PrincipalAccount": "<YOUR_ACCOUNT_ID>" } }
            }
          ]
        }
        """
      And mallory downloads q1.txt from reports
      Then it is denied by a resource control policy
      But alice can download q1.txt from reports

  Rule: What is open to the organization is open to all its accounts

    Background:
      Given a user mallory of the other account
      And mallory has the managed policy AmazonS3FullAccess

    Scenario: The account that manages it is in it, too
      Given the account is in an organization
      And the bucket reports has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<OTHER_ACCOUNT_ID>:root" },
              "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::reports/*",
              "Condition": { "StringEquals": { "aws:PrincipalOrgID": "<YOUR_ORGANIZATION_ID>" } }
            }
          ]
        }
        """
      Then mallory can download q1.txt from reports
      But mallory can't upload to reports

    Scenario: Who is in no organization has none
      Given the bucket reports has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<OTHER_ACCOUNT_ID>:root" },
              "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::reports/*",
              "Condition": { "StringLike": { "aws:PrincipalOrgID": "o-*" } }
            }
          ]
        }
        """
      Then mallory can't download q1.txt from reports
      When the account joins an organization
      Then mallory can download q1.txt from reports
