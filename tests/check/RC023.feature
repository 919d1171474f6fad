Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:Put*", "s3:Get*"], "Resource": "arn:aws:s3:::reports/*"}]
      }
      """
    Then alice can't list reports
