Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    # rolecall: allow(RC010) no such policy below
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]
      }
      """
    Then alice can't upload to reports
