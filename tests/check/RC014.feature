Feature: f
  Scenario: s
    Given a user alice
    And a role auditor with the trust policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:root"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": ["one-of-many-external-ids-00", "one-of-many-external-ids-01", "one-of-many-external-ids-02", "one-of-many-external-ids-03", "one-of-many-external-ids-04", "one-of-many-external-ids-05", "one-of-many-external-ids-06", "one-of-many-external-ids-07", "one-of-many-external-ids-08", "one-of-many-external-ids-09", "one-of-many-external-ids-10", "one-of-many-external-ids-11", "one-of-many-external-ids-12", "one-of-many-external-ids-13", "one-of-many-external-ids-14", "one-of-many-external-ids-15", "one-of-many-external-ids-16", "one-of-many-external-ids-17", "one-of-many-external-ids-18", "one-of-many-external-ids-19", "one-of-many-external-ids-20", "one-of-many-external-ids-21", "one-of-many-external-ids-22", "one-of-many-external-ids-23", "one-of-many-external-ids-24", "one-of-many-external-ids-25", "one-of-many-external-ids-26", "one-of-many-external-ids-27", "one-of-many-external-ids-28", "one-of-many-external-ids-29", "one-of-many-external-ids-30", "one-of-many-external-ids-31", "one-of-many-external-ids-32", "one-of-many-external-ids-33", "one-of-many-external-ids-34", "one-of-many-external-ids-35", "one-of-many-external-ids-36", "one-of-many-external-ids-37", "one-of-many-external-ids-38", "one-of-many-external-ids-39", "one-of-many-external-ids-40", "one-of-many-external-ids-41", "one-of-many-external-ids-42", "one-of-many-external-ids-43", "one-of-many-external-ids-44", "one-of-many-external-ids-45", "one-of-many-external-ids-46", "one-of-many-external-ids-47", "one-of-many-external-ids-48", "one-of-many-external-ids-49", "one-of-many-external-ids-50", "one-of-many-external-ids-51", "one-of-many-external-ids-52", "one-of-many-external-ids-53", "one-of-many-external-ids-54", "one-of-many-external-ids-55", "one-of-many-external-ids-56", "one-of-many-external-ids-57", "one-of-many-external-ids-58", "one-of-many-external-ids-59", "one-of-many-external-ids-60", "one-of-many-external-ids-61", "one-of-many-external-ids-62", "one-of-many-external-ids-63", "one-of-many-external-ids-64", "one-of-many-external-ids-65", "one-of-many-external-ids-66", "one-of-many-external-ids-67", "one-of-many-external-ids-68", "one-of-many-external-ids-69"]}}}]
      }
      """
    And alice
    When assuming auditor
    Then it is denied
