Feature: Two that steps can't tell apart
  Scenario: alice lists
    Given a bucket reports
    And a user alice
    And a group alice
    And alice has the managed policy AmazonS3ReadOnlyAccess
    Then alice can list reports

  Scenario: a bucket has the name of somebody
    Given a user reports
    And a bucket reports
    And reports has the tags:
      | key  | value |
      | team | blue  |
    Then reports can list reports

  Scenario: the same user twice
    Given a user alice
    And a user alice
    Then alice is identified as "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/alice"
