@needs:explanations
Feature: What a change of policies alters

  Background:
    Given the account described in "after.json"
    # Policies speak of these buckets. What their own policies say is not in the file: add it.
    And a bucket any-other-bucket

  Scenario: Becomes allowed
    Then access is:
      | who | action          | resource           | verdict |
      | ci  | s3:PutObject    | any-other-bucket/* | allowed |
      | ci  | s3:DeleteObject | any-other-bucket/* | allowed |

  Scenario: Is allowed no longer
    Then access is:
      | who | action               | resource                                                  | verdict |
      | ci  | dynamodb:DeleteTable | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders | denied  |

  # Of these no row can ask: they hang on a condition, or are about somebody who is not in the account.
  # - account 999999999999, for those whom it lets: sts:AssumeRole on arn:aws:iam::123456789012:role/ci
