Feature: What else a feature may say
  Each scenario shows a part of the vocabulary that the walkthrough does not need.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user eve

  Rule: Buckets have policies too

    Scenario: A bucket policy alone is enough within one account
      When the bucket reports is given the policy:
        """json
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "EveReads",
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/eve" },
              "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::reports/*"
            }
          ]
        }
        """
      Then eve can download q1.txt from reports
      But eve can't delete q1.txt from reports
      And eve can't list reports

    Scenario: Its Deny beats what a user's own policy allows
      Given eve has the inline policy all-of-reports with the statements:
        | effect | action | resource                                    |
        | Allow  | s3:*   | arn:aws:s3:::reports,arn:aws:s3:::reports/* |
      And the bucket reports has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "KeepWhatIsThere",
              "Effect": "Deny",
              "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/eve" },
              "Action": "s3:DeleteObject",
              "Resource": "arn:aws:s3:::reports/*"
            }
          ]
        }
        """
      Then eve can't delete q1.txt from reports
      And eve can upload q2.txt to reports

    @needs:explanations
    Scenario: Where the target tells why, the statement that decides is named
      Given the bucket reports has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::reports/*" }
          ]
        }
        """
      Then eve can't delete q1.txt from reports
      And the reason mentions "Keep"

    Scenario: With the permission, a file can be deleted
      Given eve has the inline policy all-of-reports with the statements:
        | effect | action | resource               |
        | Allow  | s3:*   | arn:aws:s3:::reports/* |
      Then eve can delete q1.txt from reports
      And the bucket reports does not hold q1.txt

    Scenario Outline: Only files below <folder> may be written
      Given eve has the inline policy one-folder with the statements:
        | effect | action       | resource                        |
        | Allow  | s3:PutObject | arn:aws:s3:::reports/<folder>/* |
      Then eve can upload "<folder>/a.txt" to reports
      But eve cannot upload "b.txt" to reports

      Examples:
        | folder |
        | eve    |
        | ümläut |

  Rule: Who acts need not be named each time

    Background:
      Given a bucket archive
      And eve

    Scenario: What is tried is looked at by the step after it
      When uploading to archive
      Then it is denied
      And upload to reports is denied
      When eve lists reports
      Then it is denied

  @needs:instances
  Rule: Instances are what they are launched as

    Scenario: Nothing is said of it
      Given an instance web
      Then the instance web has:
        | attribute | value    |
        | type      | t2.micro |
        | state     | running  |
        | tag Name  | web      |

    Scenario: An instance profile that was made before
      Given a role app trusted by ec2.amazonaws.com
      And an instance profile app with the role app
      And an instance web
      And the role app is attached to web
      Then web can't list reports

  Rule: Anonymous callers sign nothing

    Scenario: A bucket is closed to them
      Then anonymous can't download q1.txt from reports
      And anonymous can't list reports

    Scenario: A public bucket is open to them, for what its policy says
      Given public access to reports is allowed
      And the bucket reports has the policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*" }
          ]
        }
        """
      Then anonymous can download q1.txt from reports
      But anonymous can't upload to reports

    Scenario: Who signs nothing is nobody
      Given anonymous
      When asking for the caller identity
      Then it is refused with MissingAuthenticationToken

  @needs:other-account
  Rule: From another account it takes both sides

    Background:
      Given a user mallory of the other account
      And a role auditor with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<OTHER_ACCOUNT_ID>:root" },
              "Action": "sts:AssumeRole"
            }
          ]
        }
        """

    Scenario: The trust alone is not enough
      Then mallory can't assume auditor

    Scenario: The trust and the user's own permission are
      Given mallory has the inline policy audit with the statements:
        | effect | action         | resource                                    |
        | Allow  | sts:AssumeRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/auditor |
      Then mallory can assume auditor
      But eve can't assume auditor

    Scenario: A session has a name and a span of one's own
      Given the maximum session duration of auditor is 2 hours
      And mallory has the inline policy audit with the statements:
        | effect | action         | resource                                    |
        | Allow  | sts:AssumeRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/auditor |
      When mallory assumes auditor as yearly-audit for 90 minutes
      Then the session lasts 5400 seconds
      And yearly-audit is identified as "arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/auditor/yearly-audit"

  Rule: Keywords are for people

    Scenario: A star stands for the keyword above it
      Given a user bob
      * a bucket of-bob
      Then bob can't upload to of-bob
      * eve can't upload to of-bob
