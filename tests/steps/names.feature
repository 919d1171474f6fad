Feature: Names that mean two
  Scenario: A group that is called as a user is
    Given a user alice
    And a group alice
    Then alice has 1 access key

  Scenario: A role that is called as a user is
    Given a user deploy
    And a role deploy trusted by ec2.amazonaws.com
    Then deploy has 1 access key

  Scenario: A bucket that is called as a user is
    Given a user reports
    And a bucket reports
    And reports has the tags:
      | key  | value |
      | team | blue  |
    Then reports can list reports
