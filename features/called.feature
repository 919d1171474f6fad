Feature: Who may look at what
  Whether somebody may look is tried on every target by really looking, and whether an instance may be stopped by a dry run.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice
    And a user auditor
    And auditor has the managed policy SecurityAudit

  Scenario: An auditor looks, and changes nothing
    Then access is:
      | who     | action                    | resource       | verdict |
      | auditor | iam:GetUser               | alice          | allowed |
      | auditor | iam:ListAccessKeys        | alice          | allowed |
      | auditor | iam:ListUsers             | *              | allowed |
      | auditor | s3:GetBucketPolicy        | reports        | allowed |
      | auditor | s3:GetBucketTagging       | reports        | allowed |
      | auditor | s3:ListAllMyBuckets       | *              | allowed |
      | auditor | ec2:DescribeInstances     | *              | allowed |
      | auditor | s3:GetObject              | reports/q1.txt | denied  |
      | auditor | s3:GetObjectTagging       | reports/q1.txt | allowed |
      | auditor | s3:PutObject              | reports/q2.txt | denied  |
      | alice   | iam:ListUsers             | *              | denied  |
      | alice   | iam:GetUser               | auditor        | denied  |
      | alice   | s3:GetBucketPolicy        | reports        | denied  |
      | alice   | s3:ListAllMyBuckets       | *              | denied  |
      | alice   | ec2:DescribeInstances     | *              | denied  |
      | alice   | sts:GetCallerIdentity     | *              | allowed |

  @needs:instances
  Scenario: Whether an instance may be stopped is asked, and it goes on
    Given an instance web
    And alice has the inline policy stop with the statements:
      | effect | action            | resource |
      | Allow  | ec2:StopInstances | *        |
    Then alice can do ec2:StopInstances on web
    But alice can't do ec2:TerminateInstances on web
    And auditor can't do ec2:StopInstances on web
