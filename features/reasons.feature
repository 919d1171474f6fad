Feature: Why a door is closed
  A denial says by which kind of policy, and a claim can hold it to that.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice
    And alice has the inline policy all-of-reports with the statements:
      | effect | action | resource                                    |
      | Allow  | s3:*   | arn:aws:s3:::reports,arn:aws:s3:::reports/* |

  Scenario: Nothing allows it
    Given a user bob
    When bob uploads a.txt to reports
    Then it is denied because no policy allows it

  Scenario: A Deny in a policy of the user's own
    Given alice has the inline policy no-deletes:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{ "Sid": "NoDeletes", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" }]
      }
      """
    When alice deletes q1.txt from reports
    Then it is denied explicitly
    And it is denied by an identity-based policy

  @needs:explanations
  Scenario: The very statement
    Given alice has the inline policy no-deletes:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{ "Sid": "NoDeletes", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" }]
      }
      """
    When alice deletes q1.txt from reports
    Then it is denied by the statement "NoDeletes"

  Scenario: A Deny in the bucket's policy
    Given the bucket reports has the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Deny",
            "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/alice" },
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::reports/*"
          }
        ]
      }
      """
    When alice uploads a.txt to reports
    Then it is denied by a resource-based policy

  Scenario: A permissions boundary that does not allow it
    Given the permissions boundary of alice is AmazonS3ReadOnlyAccess
    When alice uploads a.txt to reports
    Then it is denied by a permissions boundary

  Scenario: A session policy that does not allow it
    Given a role writer trusted by alice
    And writer has the managed policy AmazonS3FullAccess
    When alice assumes writer with:
      | attribute      | value                  |
      | session name   | reading                |
      | session policy | AmazonS3ReadOnlyAccess |
    And reading uploads a.txt to reports
    Then it is denied by a session policy

  @needs:explanations
  Scenario: A role that trusts somebody else
    Given a user bob
    And a role auditor trusted by bob
    When alice assumes auditor
    Then it is denied by the role trust policy

  @needs:clock
  Scenario: A session that is over is no denial
    Given a role writer trusted by alice
    And writer has the managed policy AmazonS3FullAccess
    When alice assumes writer as short for 15 minutes
    And 16 minutes pass
    And short uploads a.txt to reports
    Then it is refused because the session has expired
