@smoke @owner:security @JIRA-12 @control:House-Rules:4.2.1
Feature: The walkthrough, taken further
  When somebody leaves, nothing of theirs is left.
  Given that, all is well: Scenario of a lifetime.

  Scenario: Its names come with it, and others may follow
    Given Testing1
    And a bucket archive
    And a user auditor
    Then Testing1 can't upload to archive
    And main-user has 1 access key
    And auditor can't assume main-role1

  Scenario: All at once
    Given the account of the walkthrough
    When the inline policy s3-full-access-main of main-role1 is removed
    And the role of Testing1 is removed
    And the role main-role1 is attached to Testing2
    Then Testing2 can't upload to testing-s3
    And "main-user" can assume "main-role1"

  Scenario: A setting that checks in between
    Given main-user
    Then upload is denied
    When assuming main-role1 as "a b"
    Then "a b" can upload to testing-s3
    But the caller is "arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/main-role1/a b"
