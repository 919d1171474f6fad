Feature: Denied, but not for the reason that is claimed
  Background:
    Given a bucket reports
    And a user alice
    And a managed policy no-deletes:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
          { "Sid": "NoDeletes", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" }
        ]
      }
      """
    And the bucket reports holds q1.txt

  Scenario: No Deny
    When alice deletes q1.txt from reports
    Then it is denied explicitly

  Scenario: No kind of policy
    When alice deletes q1.txt from reports
    Then it is denied by an identity-based policy

  Scenario: Another kind of policy
    Given the permissions boundary of alice is no-deletes
    When alice deletes q1.txt from reports
    Then it is denied by a service control policy

  Scenario: There is a Deny
    Given the permissions boundary of alice is no-deletes
    When alice deletes q1.txt from reports
    Then it is denied because no policy allows it

  Scenario: Another statement
    Given the permissions boundary of alice is no-deletes
    When alice deletes q1.txt from reports
    Then it is denied by the statement "NoUploads"

  Scenario: No statement
    When alice uploads a.txt to reports
    Then it is denied by the statement "NoUploads"

  Scenario: Not denied at all
    Given alice has the managed policy AmazonS3FullAccess
    When alice uploads a.txt to reports
    Then it is denied explicitly

  Scenario: A session that goes on
    Given a role writer trusted by alice
    When alice assumes writer as short for 15 minutes
    And 14 minutes pass
    And short uploads a.txt to reports
    Then it is refused because the session has expired
