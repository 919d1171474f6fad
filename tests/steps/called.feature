Feature: What is really called
  Background:
    Given a user alice
    And alice has the managed policy AdministratorAccess

  Scenario: A dry run is allowed, and nothing was stopped
    Given an instance web
    Then alice can't do ec2:StopInstances on web

  Scenario: There is no such policy, as only those are told who may read it
    Given a bucket reports
    Then alice can't do s3:GetBucketPolicy on reports

  Scenario: What is not there
    Given a bucket reports
    Then alice can do s3:GetObjectTagging on reports/absent.txt

  Scenario: Nobody can show that a denial means something
    Given a user bob
    Then bob can't do iam:GetPolicy on "arn:aws:iam::aws:policy/NoSuchPolicy"
