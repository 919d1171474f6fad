Feature: Everything that access is made of
  Groups, managed policies, permissions boundaries, tags and session policies, each of which can open or close a door.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice

  Rule: Who has no access key makes no calls

    Scenario: A user who is only there
      Given a user carl without access keys
      Then carl has 0 access keys
      Given carl has an access key
      Then carl can't list reports

  Rule: A member has what the group has

    Background:
      Given a group readers
      And readers has the inline policy read-reports with the statements:
        | effect | action                     | resource                                    |
        | Allow  | s3:GetObject,s3:ListBucket | arn:aws:s3:::reports,arn:aws:s3:::reports/* |

    Scenario: Who joins can read, and who leaves can't any more
      Then alice can't download q1.txt from reports
      When alice joins the group readers
      Then alice can download q1.txt from reports
      And alice can list reports
      When alice leaves the group readers
      Then alice can't download q1.txt from reports

    Scenario: A policy that is taken from the group is taken from its members
      Given alice is in the group readers
      Then alice can list reports
      When the inline policy read-reports of readers is removed
      Then alice can't list reports

  Rule: Managed policies

    Scenario Outline: AWS's own policy <policy> reads, but does not write
      Given alice has the managed policy <policy>
      Then alice can download q1.txt from reports
      But alice can't upload to reports

      Examples:
        | policy                                         |
        | AmazonS3ReadOnlyAccess                         |
        | arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess |

    Scenario: A policy of the account counts in its newest version
      Given a managed policy reports-access:
        """
        {
          "Version": "2012-10-17",
          "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*" }]
        }
        """
      When alice is given the managed policy reports-access
      Then alice can download q1.txt from reports
      When the managed policy reports-access becomes:
        """
        {
          "Version": "2012-10-17",
          "Statement": [{ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/*" }]
        }
        """
      Then alice can't download q1.txt from reports
      But alice can upload to reports
      When the managed policy reports-access of alice is removed
      Then alice can't upload to reports

  Rule: A permissions boundary limits, and allows nothing by itself

    Background:
      Given a managed policy no-deletes:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Sid": "NoDeletes", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" }
          ]
        }
        """
      And the permissions boundary of alice is no-deletes

    Scenario: Alone it gives nothing
      Then alice can't download q1.txt from reports

    Scenario: What the policies give, it can take
      Given alice has the managed policy AmazonS3FullAccess
      Then alice can download q1.txt from reports
      But alice can't delete q1.txt from reports
      When the permissions boundary of alice is removed
      Then alice can delete q1.txt from reports

    Scenario: Another boundary takes its place
      Given alice has the managed policy AmazonS3FullAccess
      When the permissions boundary of alice becomes AmazonS3ReadOnlyAccess
      Then alice can download q1.txt from reports
      But alice can't upload to reports

  Rule: Tags decide where policies ask for them

    Scenario: Who has the tag of the project may take its role
      Given a role analyst trusted by "the account"
      And analyst has the tags:
        | key     | value |
        | project | blue  |
      And alice has the inline policy own-project:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": "sts:AssumeRole",
              "Resource": "*",
              "Condition": { "StringEquals": { "aws:ResourceTag/project": "${aws:PrincipalTag/project}" } }
            }
          ]
        }
        """
      Then alice can't assume analyst
      When alice is tagged with:
        | key     | value |
        | project | blue  |
      Then alice can assume analyst
      When the tag "project" of alice is removed
      Then alice can't assume analyst

  Rule: What is said when a role is assumed counts for the session

    Background:
      Given a role partner with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:root" },
              "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
              "Condition": { "StringEquals": { "sts:ExternalId": "unguessable" } }
            }
          ]
        }
        """
      And partner has the managed policy AmazonS3FullAccess
      And alice has the inline policy taking-roles with the statements:
        | effect | action                                              | resource                                    |
        | Allow  | sts:AssumeRole,sts:TagSession,sts:SetSourceIdentity | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/partner |

    Scenario: Without the external id the role can't be taken
      When alice assumes partner
      Then it is denied

    Scenario Outline: With a wrong <attribute> it can't be taken either
      When alice assumes partner with:
        | attribute   | value   |
        | <attribute> | <value> |
      Then it is denied

      Examples:
        | attribute    | value |
        | external id  | other |
        | session name | other |

    Scenario: A session says where it comes from, and lasts as long as was asked for
      When alice assumes partner with:
        | attribute              | value           |
        | external id            | unguessable     |
        | session name           | audit           |
        | duration               | 15 minutes      |
        | source identity        | alice@corp.test |
        | tag project            | blue            |
        | transitive tag unit    | finance         |
      Then it succeeds
      And the session lasts 15 minutes
      And the caller is "arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/partner/audit"

    Scenario: A managed policy limits the session
      When alice assumes partner with:
        | attribute      | value                  |
        | external id    | unguessable            |
        | session name   | reading                |
        | session policy | AmazonS3ReadOnlyAccess |
      Then reading can download q1.txt from reports
      But reading can't upload to reports

  Rule: A session policy limits the session, and allows nothing by itself

    Scenario: The session can't do what only the role or only the session policy allows
      Given a role writer trusted by alice
      And writer has the managed policy AmazonS3FullAccess
      When alice assumes writer with the session policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Effect": "Allow", "Action": ["s3:PutObject", "iam:*"], "Resource": "*" }
          ]
        }
        """
      Then upload succeeds
      But testSession can't delete q1.txt from reports
