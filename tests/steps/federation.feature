Feature: Those for whom nobody vouches
  Background:
    Given a bucket reports
    And an OpenID Connect provider token.actions.githubusercontent.com

  Scenario: A user who may not federate
    Given a user alice
    When alice asks for a federation token for guest
    Then it succeeds

  Scenario: A role that trusts somebody else
    Given a role deploy trusted by ec2.amazonaws.com
    When ci assumes deploy with a token of token.actions.githubusercontent.com:
      | claim | value                             |
      | sub   | repo:octo/app:ref:refs/heads/main |
    Then it succeeds

  Scenario: A provider that is not there
    Given a role deploy trusted by ec2.amazonaws.com
    When ci assumes deploy with a token of gitlab.com:
      | claim | value                         |
      | sub   | project_path:octo/app:ref:main |
    Then it succeeds

  Scenario: A role that trusts no directory
    Given a SAML provider directory
    And a role reader trusted by ec2.amazonaws.com
    When zoe assumes reader with an assertion of directory
    Then it succeeds

  Scenario: An attribute that AWS would not know
    Given a SAML provider directory
    And a role reader trusted by ec2.amazonaws.com
    When zoe assumes reader with an assertion of directory:
      | attribute | value |
      | team      | blue  |
    Then it succeeds

  Scenario: Tags need the permission to tag the session
    Given a SAML provider directory
    And a role reader with the trust policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Principal": { "Federated": "arn:aws:iam::<YOUR_ACCOUNT_ID>:saml-provider/directory" },
            "Action": "sts:AssumeRoleWithSAML"
          }
        ]
      }
      """
    When zoe assumes reader with an assertion of directory:
      | attribute         | value |
      | PrincipalTag:team | blue  |
    Then it succeeds

  Scenario: Nobody asks for a federation token
    Given a user alice without access keys
    When alice asks for a federation token for guest
    Then it succeeds

  Scenario: Nobody asks for one with a session policy
    Given a user alice without access keys
    When alice asks for a federation token for guest with the session policy:
      """
      { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] }
      """
    Then it succeeds

  Scenario: A session policy that is not there
    Given a user alice
    When alice asks for a federation token for guest with the session policy in "policies/none.json"
    Then it succeeds

  Scenario: The same OpenID Connect provider twice
    Given an OpenID Connect provider token.example.com
    And an OpenID Connect provider token.example.com
    Then it succeeds

  Scenario: The same SAML provider twice
    Given a SAML provider directory
    And a SAML provider directory
    Then it succeeds

  Scenario: A directory that nobody made
    Given a role reader trusted by ec2.amazonaws.com
    When zoe assumes reader with an assertion of directory
    Then it succeeds
