Feature: Who reads the reports
  Change a policy below and run `rolecall` again: each line that starts with Then is a claim that is tried by making the call.

  Background:
    Given a bucket reports
    And the bucket reports holds q3.pdf
    And a user alice
    And alice has the inline policy read-reports:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Sid": "ReadReports",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::reports/*"
          }
        ]
      }
      """

  Scenario: alice reads, and does nothing else
    Then alice can download q3.pdf from reports
    And alice can't upload to reports
    And alice can't list reports

  Scenario: An auditor reads by a role that alice may take
    Given a role auditor trusted by alice
    And auditor has the inline policy list-reports with the statements:
      | effect | action        | resource             |
      | Allow  | s3:ListBucket | arn:aws:s3:::reports |
    And alice has the inline policy take-auditor with the statements:
      | effect | action         | resource                                    |
      | Allow  | sts:AssumeRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/auditor |
    When alice assumes auditor as monthly-audit
    Then monthly-audit can list reports
    And monthly-audit can't download q3.pdf from reports
