Feature: Policies from files
  A policy that is kept in a file beside the feature is proven as it is deployed.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice

  Scenario: What a user may do
    Given alice has the inline policy upload in "policies/upload.json"
    Then alice can upload to reports
    But alice can't download q1.txt from reports
    When alice is given the inline policy download in "policies/download.json"
    Then alice can download q1.txt from reports

  Scenario: A managed policy, and its next version
    Given a managed policy reports-access in "policies/upload.json"
    And alice has the managed policy reports-access
    Then alice can upload to reports
    When the managed policy reports-access becomes that in "policies/download.json"
    Then alice can download q1.txt from reports
    But alice can't upload to reports

  Scenario: Who may take a role, and what a session of it may do
    Given a role uploader with the trust policy in "policies/trust-alice.json"
    And uploader has the managed policy AmazonS3FullAccess
    When alice assumes uploader with the session policy in "policies/upload.json"
    Then upload succeeds
    But testSession can't download q1.txt from reports

  Scenario: A trust policy that is replaced
    Given a user bob
    And a role uploader trusted by bob
    Then alice can't assume uploader
    When the trust policy of uploader becomes that in "policies/trust-alice.json"
    Then alice can assume uploader
    But bob can't assume uploader

  Scenario: Who may use a bucket
    Given the bucket reports has the policy in "policies/bucket-of-alice.json"
    Then alice can download q1.txt from reports
    But alice can't upload to reports
