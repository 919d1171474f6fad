Feature: Policies about what is there
  Scenario: Alice takes the role and uploads
    Given a user alice
    And alice has the inline policy archive:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/archiver"
          },
          {
            "Effect": "Deny",
            "Action": "s3:PutObject",
            "Resource": ["arn:aws:s3:::reports/*", "arn:aws:s3:::bills/*"]
          }
        ]
      }
      """
    And alice has the inline policy reading with the statements:
      | effect | action       | resource               |
      | Allow  | s3:GetObject | arn:aws:s3:::reports/* |
    And a bucket reports
    And a role archiver trusted by alice
    Then alice can't download q1.txt from reports
