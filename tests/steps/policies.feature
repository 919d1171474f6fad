Feature: Policies from files that don't say what is claimed
  Background:
    Given a bucket reports
    And a user alice

  Scenario: A file that is not there
    Given alice has the inline policy upload in "policies/uplaod.json"
    Then alice can upload to reports

  Scenario: An action that no service has
    Given alice has the inline policy upload in "policies/action.json"
    Then alice can upload to reports

  Scenario: A principal that is not there
    Given a role deploy with the trust policy in "policies/trust.json"
    Then alice can assume deploy

  Scenario: A bucket policy about another bucket
    Given the bucket reports has the policy in "policies/other-bucket.json"
    Then alice can upload to reports

  Scenario: A policy that allows less
    Given a managed policy reports-access in "policies/upload.json"
    And alice has the managed policy reports-access
    Then alice can list reports

  Scenario: An inline policy that is none
    Given alice has the inline policy p:
      """
      { "Version": "2012-10-17" }
      """
    Then it succeeds

  Scenario: Statements that are none
    Given alice has the inline policy p with the statements:
      | effect | action | resource |
      | Perhaps | s3:GetObject | * |
    Then it succeeds

  Scenario: An inline policy that is not there
    Given the inline policy p of alice is removed
    Then it succeeds
