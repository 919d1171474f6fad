Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:List*"],
            "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
            "Condition": {"StringLikeIfExists": {"S3:Prefix": "q1/*"}, "Null": {"s3:x-amz-acl": "true"}}
          },
          {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::reports/*",
            "Condition": {"StringEquals": {"s3:ExistingObjectTag/team": "blue", "s3:ResourceAccount": "<YOUR_ACCOUNT_ID>"}}
          },
          {
            "Effect": "Allow",
            "Action": "ec2:TerminateInstances",
            "Resource": "arn:aws:ec2:*:*:instance/*",
            "Condition": {"StringEquals": {"ec2:ResourceTag/team": "blue", "aws:ResourceTag/team": "blue"}}
          },
          {
            "Effect": "Allow",
            "Action": ["iam:PassRole", "iam:GetRole"],
            "Resource": "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/app",
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
          }
        ]
      }
      """
    Then alice can't list reports
