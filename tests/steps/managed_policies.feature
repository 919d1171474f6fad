Feature: Managed policies that are not there, or are none
  Background:
    Given a user alice
    And a managed policy reading:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] }
      """

  Scenario: The same one twice
    Given a managed policy reading:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] }
      """
    Then it succeeds

  Scenario: One that is in no file
    Given a managed policy writing in "policies/none.json"
    Then it succeeds

  Scenario: One that is not there can't become another
    When the managed policy writing becomes:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] }
      """
    Then it succeeds

  Scenario: One that becomes what is in no file
    When the managed policy reading becomes that in "policies/none.json"
    Then it succeeds

  Scenario: One that nobody made
    Given alice has the managed policy writing
    Then it succeeds

  Scenario: One that is not attached
    When the managed policy reading of alice is removed
    Then it succeeds

  Scenario: A boundary that nobody made
    Given the permissions boundary of alice is writing
    Then it succeeds

  Scenario: A boundary that is not set
    When the permissions boundary of alice is removed
    Then it succeeds
