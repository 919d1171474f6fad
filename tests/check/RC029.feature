Feature: f
  Scenario: None
    Given a user alice
    And alice
    Then upload is denied

  Scenario: Several
    Given a bucket reports
    And a bucket archive
    And anonymous
    When uploading
    Then it is denied
