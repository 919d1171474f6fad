Feature: Roles that are not there, or last less
  Background:
    Given a user alice
    And a user bob
    And a role auditor trusted by alice

  Scenario: Nobody assumes it
    When assuming auditor
    Then it succeeds

  Scenario: Nobody assumes it for an hour
    When assuming auditor for 1 hour
    Then it succeeds

  Scenario: Nobody assumes it by a name
    When assuming auditor as audit
    Then it succeeds

  Scenario: Nobody assumes it for an hour by a name
    When assuming auditor as audit for 1 hour
    Then it succeeds

  Scenario: A role that is not there
    When alice assumes accountant as audit
    Then it succeeds

  Scenario: A role that is not there, for an hour
    When alice assumes accountant for 1 hour
    Then it succeeds

  Scenario: A role that is not there, for an hour, by a name
    When alice assumes accountant as audit for 1 hour
    Then it succeeds

  Scenario: A session policy that is none
    When alice assumes auditor with the session policy:
      """
      { "Version": "2012-10-17" }
      """
    Then it succeeds

  Scenario: A session policy that is not there
    When alice assumes auditor with the session policy in "policies/none.json"
    Then it succeeds

  Scenario: A role that is not there, without a name
    When alice assumes accountant
    Then it succeeds
