Feature: Two that steps can tell apart
  Scenario: alice lists
    Given a bucket reports
    And a user alice
    And a group readers
    And readers has the managed policy AmazonS3ReadOnlyAccess
    And alice is in the group readers
    Then alice can list reports

  Scenario: the action tells whether a bucket or somebody is meant
    Given a user reports
    And a bucket reports
    Then reports can't do s3:GetBucketPolicy on reports
    And reports can't do iam:GetUser on reports
