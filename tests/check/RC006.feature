Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Efect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]
      }
      """
    Then alice can't upload to reports
