Feature: Those whom somebody else vouches for
  Federated users, programs of a CI system, and people of a company's directory have no user of their own in the account.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt

  Rule: A federated user has what the user and the session policy both allow

    Background:
      Given a user broker
      And broker has the managed policy AmazonS3FullAccess
      And broker has the inline policy federates with the statements:
        | effect | action                 | resource |
        | Allow  | sts:GetFederationToken | *        |

    Scenario: Without a session policy there is nothing
      When broker asks for a federation token for guest
      Then guest can't download q1.txt from reports

    Scenario: With one there is what it allows
      When broker asks for a federation token for guest with the session policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [{ "Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*" }]
        }
        """
      Then guest can download q1.txt from reports
      But guest can't upload to reports

    Scenario: … or a file says
      When broker asks for a federation token for guest with the session policy in "policies/upload.json"
      Then guest can upload to reports
      But guest can't download q1.txt from reports

  @needs:identity-provider
  Rule: A CI system assumes a role with its own token

    Background:
      Given an OpenID Connect provider token.actions.githubusercontent.com
      And a role deploy with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "Federated": "arn:aws:iam::<YOUR_ACCOUNT_ID>:oidc-provider/token.actions.githubusercontent.com" },
              "Action": "sts:AssumeRoleWithWebIdentity",
              "Condition": {
                "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
                "StringLike": { "token.actions.githubusercontent.com:sub": "repo:octo/app:ref:refs/heads/main" }
              }
            }
          ]
        }
        """
      And deploy has the managed policy AmazonS3FullAccess

    Scenario: The main branch may deploy
      When ci assumes deploy with a token of token.actions.githubusercontent.com:
        | claim | value                             |
        | sub   | repo:octo/app:ref:refs/heads/main |
      Then ci can upload to reports

    Scenario: A pull request may not
      When ci assumes deploy with a token of token.actions.githubusercontent.com:
        | claim | value                      |
        | sub   | repo:octo/app:pull_request |
      Then it is denied

  @needs:identity-provider
  Rule: Somebody of a company's directory assumes a role with an assertion

    Scenario: Who is in the directory may read
      Given a SAML provider directory
      And a role reader with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "Federated": "arn:aws:iam::<YOUR_ACCOUNT_ID>:saml-provider/directory" },
              "Action": "sts:AssumeRoleWithSAML",
              "Condition": { "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } }
            }
          ]
        }
        """
      And reader has the managed policy AmazonS3ReadOnlyAccess
      When zoe assumes reader with an assertion of directory
      Then zoe can download q1.txt from reports
      But zoe can't upload to reports

    Scenario Outline: What the directory says of <who> decides: "<team>"
      Given a SAML provider directory
      And a bucket plans
      And a role reader with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "Federated": "arn:aws:iam::<YOUR_ACCOUNT_ID>:saml-provider/directory" },
              "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
              "Condition": {
                "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml", "SAML:sub_type": "persistent" },
                "StringLike": { "SAML:sub": "*@example.com" },
                "ForAnyValue:StringEquals": { "SAML:eduPersonAffiliation": "staff" }
              }
            }
          ]
        }
        """
      And reader has the inline policy own-team:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": "s3:ListBucket",
              "Resource": "*",
              "Condition": { "StringEquals": { "aws:PrincipalTag/team": "blue", "saml:sub": "<who>@example.com" } }
            }
          ]
        }
        """
      When <who> assumes reader with an assertion of directory:
        | attribute                        | value             |
        | NameID                           | <who>@example.com |
        | PrincipalTag:team                | <team>            |
        | urn:oid:1.3.6.1.4.1.5923.1.1.1.1 | member            |
        | urn:oid:1.3.6.1.4.1.5923.1.1.1.1 | staff             |
      Then <who> <may> list plans

      Examples:
        | who | team | may   |
        | zoe | blue | can   |
        | max | red  | can't |

    Scenario: Who is no member of the staff is not let in
      Given a SAML provider directory
      And a role reader with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "Federated": "arn:aws:iam::<YOUR_ACCOUNT_ID>:saml-provider/directory" },
              "Action": "sts:AssumeRoleWithSAML",
              "Condition": {
                "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" },
                "ForAnyValue:StringEquals": { "SAML:eduPersonAffiliation": "staff" }
              }
            }
          ]
        }
        """
      When eve assumes reader with an assertion of directory:
        | attribute                        | value   |
        | urn:oid:1.3.6.1.4.1.5923.1.1.1.1 | student |
      Then it is denied

  @needs:root
  Rule: The root user needs no permission

    Scenario: It may do everything in its account
      Then root can upload to reports
      And root is identified as "arn:aws:iam::<YOUR_ACCOUNT_ID>:root"
