Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1", "secretsmanager:ResourceTag/team": "blue"}}}]
      }
      """
    Then alice can't upload to reports
    When alice tries s3:ListBucket on reports with:
      | key       | value |
      | s3:prefix | q1    |
    Then it is denied
