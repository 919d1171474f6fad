# Names with spaces, in other scripts, of several kinds, and given in every way there is.
Feature: Odd names
  Background: A setting
    Given a user "Zoë van der Berg"
    And a bucket data.example-1
    And the bucket data.example-1 holds "ümläut folder/ä b.txt"

  Rule: A background of a rule adds to that of the feature

    Background:
      Given a role ops trusted by "arn:aws:iam::<OTHER_ACCOUNT_ID>:root"
      * a user ops-user
      And a role "second role" trusted by ops
      And "second role" trusts:
        | principal            |
        | lambda.amazonaws.com |
        | Zoë van der Berg     |
        | the account          |

    Scenario: One name, several kinds
      Given a group operators
      And a managed policy ops:
        """json
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
        """
      And ops-user is in the group operators
      And ops-user has the managed policy ops
      And the permissions boundary of ops-user is "arn:aws:iam::<YOUR_ACCOUNT_ID>:policy/ops"
      When ops-user assumes ops with:
        | attribute             | value     |
        | session name          | ops@night |
        | tag team              | blue      |
        | transitive tag unit   | finance   |
        | session policy        | ops       |
      Then ops@night can't download "ümläut folder/ä b.txt" from data.example-1

    Scenario Outline: <name> is given by an outline
      Given a user <name>
      Then <name> can't list data.example-1
      And access is:
          | who    | action        | resource       | verdict | because   |
        | <name> | s3:ListBucket | data.example-1 | denied  | no \| yes |

      Examples: Some
        | name    |
        | alice   |
        # and one more
        | b.o-b |

      @slow
      Examples: Others
        | name |
        | eve  |

  Scenario: The names of the walkthrough may be one's own
    Given a user main-user
    And a role main-role1 trusted by main-user
    And main-user
    When assuming main-role1
    Then testSession can't upload to data.example-1

  Scenario: What an undefined name of AWS is, AWS knows
    Given a user u
    And u has the managed policy ReadOnlyAccess
    And u has the managed policy "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    Then u can do s3:ListAllMyBuckets on *
    And u can't do dynamodb:DeleteTable on "arn:aws:dynamodb:eu-west-1:<YOUR_ACCOUNT_ID>:table/t"
    And u can do iam:GetUser on u
    And u can't do s3:PutObject on data.example-1/*
