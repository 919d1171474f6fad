Feature: Policies in files are looked at as those in doc strings are
  Scenario: Each file has a slip
    Given a bucket reports
    And a user alice
    And alice has the inline policy upload in "policies/action.json"
    And a managed policy everything in "policies/everything.json"
    And a role deploy with the trust policy in "policies/trust.json"
    And the bucket reports has the policy in "policies/brace.json"
    When alice assumes deploy with the session policy in "policies/action.json"
    Then alice can upload to reports

  Scenario: What is meant is allowed above the step
    Given a user bob
    # rolecall: allow(RC010) the break-glass user
    And bob has the inline policy everything in "policies/everything.json"
    Then bob can do s3:ListAllMyBuckets on *
