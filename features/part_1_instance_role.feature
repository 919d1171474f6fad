@control:NIST-800-53:AC-6 @control:SOC2:CC6.1
Feature: Part 1: an instance reaches one bucket through its role
  The first part of the walkthrough "IAM roles and assume-role, step by step": Testing1 gets the role
  main-role1, which may do everything with the bucket testing-s3 and nothing else.

  Background:
    # Step 1: two instances
    Given a key pair testing-key
    And a security group open-to-all open to all traffic
    And an instance Testing1 with:
      | attribute      | value        |
      | image          | Ubuntu 20.04 |
      | type           | t2.micro     |
      | key pair       | testing-key  |
      | security group | open-to-all  |
    And an instance Testing2 with:
      | attribute      | value        |
      | image          | Ubuntu 20.04 |
      | type           | t2.micro     |
      | key pair       | testing-key  |
      | security group | open-to-all  |
    # Step 2: the bucket
    And a bucket testing-s3
    # Steps 3 and 4: the role and its inline policy
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

  Rule: The instances are as the walkthrough launches them

    Scenario Outline: <instance> is launched into a public subnet of the default VPC
      Then the instance <instance> has:
        | attribute          | value        |
        | image              | Ubuntu 20.04 |
        | type               | t2.micro     |
        | state              | running      |
        | tag Name           | <instance>   |
        | key pair           | testing-key  |
        | security group     | open-to-all  |
        | public address     | yes          |
        | in the default VPC | yes          |

      Examples:
        | instance |
        | Testing1 |
        | Testing2 |

  @needs:instances
  Rule: The instance with the role reaches the bucket, and only that one

    Background:
      # Step 5
      Given the role main-role1 is attached to Testing1

    Scenario: Testing1 uploads to testing-s3
      # Step 6
      When Testing1 uploads testfile.txt to testing-s3
      Then it succeeds
      And the bucket testing-s3 holds testfile.txt

    Scenario: Testing1 acts as a session of the role
      Given Testing1
      When asking for the caller identity
      Then it succeeds

    Scenario: Testing1 may do the rest of s3:* with testing-s3 as well
      Given the bucket testing-s3 holds report.txt
      Then Testing1 can list testing-s3
      And Testing1 can download report.txt from testing-s3
      When Testing1 deletes report.txt from testing-s3
      Then it succeeds
      And the bucket testing-s3 does not hold report.txt

    @needs:explanations
    Scenario: Testing1 can't write to another bucket
      Given a bucket other-data
      Then Testing1 can't upload to other-data
      And the reason mentions "s3-full-access-main"

    Scenario: Testing2 without the role can't upload
      Then Testing2 has no credentials
      And Testing2 can't upload to testing-s3
      And Testing1 can upload to testing-s3

  @needs:instances
  Rule: The role can be taken away and replaced

    Background:
      Given the role main-role1 is attached to Testing1

    Scenario: After the role is removed Testing1 can't upload
      Then Testing1 can upload to testing-s3
      When the role of Testing1 is removed
      Then Testing1 has no credentials
      And Testing1 can't upload to testing-s3

    Scenario: After another role took its place Testing1 has that role's permissions
      Given a bucket archive
      And a role archive-writer trusted by ec2.amazonaws.com
      And archive-writer has the inline policy write-archive with the statements:
        | effect | action       | resource               |
        | Allow  | s3:PutObject | arn:aws:s3:::archive/* |
      When the role of Testing1 is replaced by archive-writer
      Then Testing1 can upload to archive
      And Testing1 can't upload to testing-s3

    Scenario: A role that EC2 may not assume gives an instance nothing
      When main-role1 trusts:
        | principal            |
        | lambda.amazonaws.com |
      And the role of Testing1 is removed
      And the role main-role1 is attached to Testing1
      Then Testing1 has no credentials
      And Testing1 can't upload to testing-s3
