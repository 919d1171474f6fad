Feature: f
  Scenario: One
    Given a user alice
    And a bucket reports
    And alice
    Then upload is denied

  Scenario: Several
    Given a bucket reports
    And a bucket archive
    And anonymous
    When uploading to archive
    Then it is denied
