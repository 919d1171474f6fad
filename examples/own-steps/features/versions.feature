Feature: Who sees what was there before

  Background:
    Given a bucket reports
    And the bucket reports holds q3.pdf
    And a user alice

  Scenario: whoever may list versions sees them
    Given alice has the inline policy versions with the statements:
      | effect | action                | resource             |
      | Allow  | s3:ListBucketVersions | arn:aws:s3:::reports |
    When alice looks at the versions in reports
    Then it succeeds

  Scenario: listing a bucket shows no versions
    Given alice has the inline policy list with the statements:
      | effect | action        | resource             |
      | Allow  | s3:ListBucket | arn:aws:s3:::reports |
    When alice looks at the versions in reports
    Then it is denied
