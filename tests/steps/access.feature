Feature: What nobody may do, and nobody can ask
  Background:
    Given a user alice
    And a bucket reports

  Scenario: A name that nobody has
    When carol tries s3:GetObject on reports/a.txt
    Then it is denied

  Scenario: A key that the request would have to have
    When alice tries dynamodb:DeleteTable on orders with:
      | key | value |
      | aws:RequestTag/team | red |
    Then it is denied

  Scenario: A table that says otherwise
    Then access is:
      | who | action | resource | verdict |
      | alice | s3:ListBucket | reports | allowed |
