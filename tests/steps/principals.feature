Feature: Users that are there, or have no keys
  Scenario: The same user twice
    Given a user alice
    And a user alice
    Then it succeeds

  Scenario: The same user of the other account twice
    Given a user alice of the other account
    And a user alice of the other account
    Then it succeeds

  Scenario: The same user without keys
    Given a user alice
    And a user alice without access keys
    Then it succeeds

  Scenario: A third key
    Given a user alice
    And alice has another access key
    And alice has another access key
    Then it succeeds

  Scenario: A key for nobody
    When bob gets an access key
    Then it succeeds

  Scenario: Keys of nobody
    Given the access keys of bob are deactivated
    Then it succeeds

  Scenario: Keys of nobody again
    Given the access keys of bob are activated
    Then it succeeds

  Scenario: Nobody has a wrong secret key
    Given bob with a wrong secret key
    Then it succeeds
