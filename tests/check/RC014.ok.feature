Feature: f
  Scenario: s
    Given a user alice
    And a role auditor with the trust policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:root"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": ["one-of-many-external-ids-00"]}}}]
      }
      """
    And alice
    When assuming auditor
    Then it is denied
