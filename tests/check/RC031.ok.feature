Feature: Two that steps can tell apart
  Scenario: alice lists
    Given a bucket reports
    And a user alice
    And a group readers
    And readers has the managed policy AmazonS3ReadOnlyAccess
    And alice is in the group readers
    Then alice can list reports
