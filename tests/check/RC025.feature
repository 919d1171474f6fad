Feature: f
  Scenario: s
    Given a bucket reports
    And the bucket reports has the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]
      }
      """
    Then anonymous can't list reports
