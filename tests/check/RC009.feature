Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports"},
          {"Effect": "Deny", "Action": "s3:DeleteObject*", "Resource": "arn:aws:s3:::reports"}
        ]
      }
      """
    Then alice can't upload to reports
    When alice tries s3:ListBucket on reports/q1.txt
    Then it is denied
    And access is:
      | who   | action        | resource                            | verdict |
      | alice | s3:GetObject  | reports                             | denied  |
      | alice | iam:GetRole   | alice                               | denied  |
      | alice | dynamodb:Scan | arn:aws:s3:::reports                | denied  |
    And alice can't do s3:ListAllMyBuckets on reports
