@needs:explanations
Feature: What AWS's own services may do
  Services are principals, too: policies of buckets and trust policies let them in. Nobody can call as one of them, so it
  is decided what their calls would be answered.

  Background:
    Given a bucket logs
    And the bucket logs has the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": { "Service": "cloudtrail.amazonaws.com" },
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::logs/AWSLogs/*",
            "Condition": { "StringEquals": { "aws:SourceAccount": "<YOUR_ACCOUNT_ID>" } }
          }
        ]
      }
      """

  Scenario: For the account itself the service may write
    When cloudtrail.amazonaws.com tries s3:PutObject on logs/AWSLogs/1.json with:
      | key               | value             |
      | aws:SourceAccount | <YOUR_ACCOUNT_ID> |
    Then it succeeds
    And the reason mentions "TrailWrites"

  Scenario: For somebody else it may not: it is no confused deputy
    When cloudtrail.amazonaws.com tries s3:PutObject on logs/AWSLogs/1.json with:
      | key               | value        |
      | aws:SourceAccount | 999988887777 |
    Then it is denied because no policy allows it

  Scenario: Who may take a role
    Given a role deploy trusted by lambda.amazonaws.com
    Then access is:
      | who                  | action         | resource | verdict |
      | lambda.amazonaws.com | sts:AssumeRole | deploy   | allowed |
      | ec2.amazonaws.com    | sts:AssumeRole | deploy   | denied  |
