Feature: f
  Background:
    Given a user alice
    And a bucket reports

  Scenario: A matrix
    Then access is:
      | verdict           | who       | action        | resource   | because   |
      | denied            | alice     | s3:GetObject  | reports/q1 | no policy |
      # The columns may stand in any order.
      | denied explicitly | anonymous | s3:ListBucket | reports    |           |

  Scenario: Attributes
    Given an instance Testing1 with:
      | attribute | value    |
      | type      | t3.large |
    Then Testing1 has no credentials
