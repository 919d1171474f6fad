Feature: f
  Background:
    Given a bucket reports
    And a user alice
    And a role auditor trusted by alice

  Scenario: A session acts
    When alice assumes auditor
    Then upload to reports is denied

  Scenario: A user acts
    Given alice
    When assuming auditor
    And asking for the caller identity
    Then it succeeds

  Scenario: Somebody who may not acts
    When alice signs with a wrong secret key
    And uploading
    Then it is refused with SignatureDoesNotMatch
