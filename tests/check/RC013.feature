Feature: f
  Scenario: s
    Given a user alice
    And a role auditor with the trust policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]
      }
      """
    And alice
    When assuming auditor
    Then it is denied
