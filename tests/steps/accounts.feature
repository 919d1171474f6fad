Feature: One side is not both
  Background:
    Given a user alice
    And alice has the managed policy AmazonS3FullAccess
    And a bucket theirs of the other account

  Scenario: A bucket that lets nobody in
    Then alice can upload to theirs

  Scenario: A role that trusts its own account
    Given a role visitor of the other account trusted by "the other account"
    Then alice can assume visitor
