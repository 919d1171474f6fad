Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    # rolecall: allow(RC010)
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
      }
      """
    Then alice can't upload to reports
