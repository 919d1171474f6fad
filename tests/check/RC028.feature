Feature: f
  Background:
    Given a bucket reports
    And a role auditor trusted by "the account"

  Scenario: Nobody uploads
    Then upload to reports is denied

  Scenario: Nobody takes the role
    When assuming auditor
    Then it is denied

  Scenario: Nobody has an identity
    When asking for the caller identity
    Then it is denied
