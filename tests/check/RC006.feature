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

  Scenario: A table of statements
    Given a bucket reports
    And a user bob
    And bob has the inline policy reading with the statements:
      | effect | action       | resource             |
      | Alow   | s3:GetObject | *                    |
      | Allow  | s3 GetObject | *                    |
      | Allow  | s3:GetObject | reports              |
    Then bob can't list reports
