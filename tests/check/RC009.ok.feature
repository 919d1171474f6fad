Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]
      }
      """
    Then alice can't upload to reports
    And access is:
      | who   | action              | resource                                                  | verdict |
      | alice | s3:GetObject        | reports/*                                                 | allowed |
      | alice | iam:GetUser         | alice                                                     | denied  |
      | alice | dynamodb:Scan       | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders | denied  |
      | alice | s3:ListAllMyBuckets | *                                                         | denied  |
