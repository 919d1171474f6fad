Feature: Files that are not there, and people who may or may not
  Background:
    Given a user alice
    And a user bob
    And a bucket reports
    And alice has the inline policy all with the statements:
      | effect | action | resource |
      | Allow | s3:* | * |

  Scenario: A bucket that is not there holds nothing
    Given the bucket papers holds "a.txt"
    Then it succeeds

  Scenario: Nobody uploads
    When uploading
    Then it succeeds

  Scenario: Nobody uploads to a bucket
    When uploading to reports
    Then it succeeds

  Scenario: A bucket to which nothing can be uploaded
    When alice uploads "a.txt" to papers
    Then it succeeds

  Scenario: A bucket from which nothing can be downloaded
    When alice downloads "a.txt" from papers
    Then it succeeds

  Scenario: A bucket that can't be listed
    When alice lists papers
    Then it succeeds

  Scenario: A bucket from which nothing can be deleted
    When alice deletes "a.txt" from papers
    Then it succeeds

  Scenario: An upload that is not denied
    Given alice
    Then upload is denied

  Scenario: An upload that does not succeed
    Given bob
    Then upload to reports succeeds

  Scenario: An upload that is not denied either
    Given alice
    Then upload to reports is denied

  Scenario: Who can upload after all
    Then alice can't upload to reports

  Scenario: Who can not download
    Given the bucket reports holds "a.txt"
    Then bob can download "a.txt" from reports

  Scenario: Who can download after all
    Given the bucket reports holds "a.txt"
    Then alice can't download "a.txt" from reports

  Scenario: Who can list after all
    Then alice cannot list reports

  Scenario: Who can not upload a file
    Then bob can upload "a.txt" to reports

  Scenario: Who can upload a file after all
    Then alice can't upload "a.txt" to reports

  Scenario: Who can not delete
    Given the bucket reports holds "a.txt"
    Then bob can delete "a.txt" from reports

  Scenario: Who can delete after all
    Given the bucket reports holds "a.txt"
    Then alice can't delete "a.txt" from reports

  Scenario: A file that is not there
    Given alice
    When uploading
    Then upload succeeds
    And the bucket reports holds "b.txt"

  Scenario: A file that is there
    Given the bucket reports holds "a.txt"
    When alice lists reports
    Then it succeeds
    And the bucket reports does not hold "a.txt"
