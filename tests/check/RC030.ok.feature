Feature: A policy from a file that is there
  Scenario: alice uploads
    Given a bucket reports
    And a user alice
    And alice has the inline policy upload in "policies/upload.json"
    Then alice can upload to reports
