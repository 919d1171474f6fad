@control:NIST-800-53:AC-3 @control:NIST-800-53:AC-6 @control:SOC2:CC6.1
Feature: Part 2: a user takes the role
  The second part of the walkthrough: main-user may not touch the bucket, but may take the role main-role1,
  which may. The account is made step by step here, with the walkthrough's own policies.

  Background:
    Given a bucket testing-s3
    And a role main-role1 trusted by ec2.amazonaws.com
    And main-role1 has the inline policy s3-full-access-main:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Sid": "AllowFullAccessToTestingS3",
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": [
              "arn:aws:s3:::testing-s3",
              "arn:aws:s3:::testing-s3/*"
            ]
          }
        ]
      }
      """
    # Step 7
    And a user main-user
    # Step 8
    And main-user has the inline policy assuming-role:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/main-role1"
          }
        ]
      }
      """
    # Step 9
    And the trust policy of main-role1 is:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Principal": {
              "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user"
            },
            "Action": "sts:AssumeRole"
          },
          {
            "Effect": "Allow",
            "Principal": {
              "Service": [
                "ec2.amazonaws.com",
                "lambda.amazonaws.com",
                "ssm.amazonaws.com"
              ]
            },
            "Action": "sts:AssumeRole"
          }
        ]
      }
      """

  Rule: Only by taking the role does main-user reach the bucket

    Scenario: main-user can't upload directly
      Given main-user
      Then upload is denied

    Scenario: main-user uploads after assuming main-role1
      Given main-user
      When assuming main-role1
      Then upload succeeds
      And the bucket testing-s3 holds testfile.txt

    Scenario: The role gives access to testing-s3 and to nothing else
      Given a bucket other-data
      When main-user assumes main-role1 as testSession
      Then testSession can upload to testing-s3
      And testSession can't upload to other-data

    Scenario: main-user stays without access while a session has it
      When main-user assumes main-role1 as testSession
      Then testSession can upload to testing-s3
      And main-user can't upload to testing-s3

  Rule: get-caller-identity tells who one is

    Scenario: As main-user
      Given main-user
      Then the caller is "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user"

    Scenario: As the session, whose ARN is one of assumed-role and not of role
      Given main-user
      When assuming main-role1 as testSession
      Then the caller is "arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/main-role1/testSession"

  Rule: Permission of the user and trust of the role are both looked at

    Scenario: A user whom the trust policy does not name can't assume the role, permitted or not
      Given a user other-user
      And other-user has the inline policy assuming-role with the statements:
        | effect | action         | resource                                       |
        | Allow  | sts:AssumeRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/main-role1 |
      Then other-user can't assume main-role1
      And main-user can assume main-role1

    Scenario: Where the role trusts the account, a user needs the permission
      Given a user other-user
      When main-role1 trusts:
        | principal   |
        | the account |
      Then main-user can assume main-role1
      But other-user can't assume main-role1

    Scenario: A trust policy that names the user is enough within one account
      When the inline policy assuming-role of main-user is removed
      Then main-user can assume main-role1

    Scenario: A Deny on the user beats the trust
      When main-user is given the inline policy never with the statements:
        | effect | action         | resource |
        | Deny   | sts:AssumeRole | *        |
      Then main-user can't assume main-role1

    Scenario: Without the trust nobody can assume the role
      When main-role1 trusts:
        | principal         |
        | ec2.amazonaws.com |
      Then main-user can't assume main-role1

    Scenario Outline: A role that trusts only <service> lets no user in
      When main-role1 trusts:
        | principal |
        | <service> |
      Then main-user can't assume main-role1

      Examples:
        | service              |
        | ec2.amazonaws.com    |
        | lambda.amazonaws.com |
        | ssm.amazonaws.com    |

  Rule: Credentials are what they are

    Scenario: A user has two access keys at most
      # Step 10
      Given main-user has another access key
      When main-user gets another access key
      Then it is refused with LimitExceeded
      And main-user has 2 access keys

    Scenario: Temporary credentials don't work without their token
      Given main-user
      When assuming main-role1
      Then upload succeeds
      When the session token is left out
      And uploading
      Then it is refused with InvalidAccessKeyId

    Scenario: A deactivated key doesn't work until it is active again
      Given main-user
      When the access keys of main-user are deactivated
      And asking for the caller identity
      Then it is refused with InvalidClientTokenId
      When the access keys of main-user are activated
      Then the caller is "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user"

    Scenario: A wrong secret key doesn't sign
      When main-user signs with a wrong secret key
      And asking for the caller identity
      Then it is refused with SignatureDoesNotMatch
