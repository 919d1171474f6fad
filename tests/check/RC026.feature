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
            "Action": ["s3:GetObject", "s3:Put*Tagging"],
            "Resource": "arn:aws:s3:::reports/*",
            "Condition": {"StringLike": {"s3:prefix": "q1/*"}}
          },
          {
            "Effect": "Deny",
            "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/app",
            "Condition": {"StringNotEqualsIfExists": {"ec2:Region": "eu-west-1"}}
          }
        ]
      }
      """
    Then alice can't list reports
