Feature: A service that is not let in
  Background:
    Given a bucket logs
    And the bucket logs has the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Principal": { "Service": "cloudtrail.amazonaws.com" },
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::logs/*",
            "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:<YOUR_ACCOUNT_ID>:trail/*" } }
          }
        ]
      }
      """

  Scenario: Nobody says for whom
    Then cloudtrail.amazonaws.com can do s3:PutObject on logs/1.json

  Scenario: Another service
    Then delivery.logs.amazonaws.com can do s3:PutObject on logs/1.json
