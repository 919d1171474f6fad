Feature: Sessions that nobody has, or that are otherwise
  Scenario: Who has no key
    Given a user alice without access keys
    When alice asks for a session token
    Then it succeeds

  Scenario: Who has no key, by a name
    Given a user alice without access keys
    When alice asks for a session token as careful
    Then it succeeds

  Scenario: Who has no key, for an hour
    Given a user alice without access keys
    When alice asks for a session token for 1 hour
    Then it succeeds

  Scenario: No token to be left out
    Given a user alice
    And alice
    When the session token is left out
    Then it succeeds

  Scenario: No session that lasts
    Then the session lasts 1 hour

  Scenario: No caller
    Then the caller is "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/alice"

  Scenario: Another identity
    Given a user alice
    Then alice is identified as "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/bob"

  Scenario: Nobody asks who it is
    When asking for the caller identity
    Then the caller is "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/bob"
