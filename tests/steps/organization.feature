Feature: Limits that don't hold
  Background:
    Given a bucket reports
    And a user alice
    And alice has the managed policy AmazonS3FullAccess
    And the account has the service control policy no-uploads:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{ "Sid": "NoUploads", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" }]
      }
      """

  Scenario: It is forbidden
    Then alice can upload to reports

  Scenario: The other account manages the organization
    Given a bucket theirs of the other account
    And a user mallory of the other account
    And mallory has the managed policy AmazonS3FullAccess
    When mallory uploads a.txt to theirs
    Then it is denied by a service control policy

  Scenario: A policy that is not there
    When the control policy no-upload of the account is removed
    Then alice can upload to reports

  Scenario: A service control policy that names a principal
    Given the account has the service control policy odd:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*" }]
      }
      """
    Then alice can upload to reports

  Scenario: Another organization
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
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::reports",
            "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-zzzzzzzzzz" } }
          }
        ]
      }
      """
    Then mallory can list reports

  Scenario: An organization before anybody looked at a refusal
    When alice uploads "a.txt" to reports
    And the account joins an organization
    Then it succeeds

  Scenario: A policy that is none
    Given the account has the service control policy limits:
      """
      { "Version": "2012-10-17" }
      """
    Then it succeeds

  Scenario: A policy that is in no file
    Given the account has the service control policy limits in "policies/none.json"
    Then it succeeds
