Feature: Buckets that are there, or are not
  Scenario: A name that no bucket can have
    Given a bucket Reports
    Then it succeeds

  Scenario: A bucket that is somebody else's
    Given a bucket reports
    And a bucket reports of the other account
    Then it succeeds

  Scenario: Public access to nothing
    Given public access to reports is allowed
    Then it succeeds
