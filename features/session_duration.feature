@control:NIST-800-53:AC-12
Feature: How long temporary credentials last
  The walkthrough's "Duration of Temporary Credentials": 3600 seconds by default, 900 at least, 43 200 at most
  and never more than the role's own maximum.

  Background:
    Given the account of the walkthrough

  Rule: A session lasts as long as was asked for, within limits

    Scenario: One hour by default
      Given main-user
      When assuming main-role1
      Then the session lasts 3600 seconds

    Scenario: A session of one's own name, and of one's own length
      Given main-user
      When assuming main-role1 as night-shift for 30 minutes
      Then the session lasts 1800 seconds
      When main-user assumes main-role1 for 20 minutes
      Then the session lasts 1200 seconds

    Scenario: No session is longer than twelve hours
      When the maximum session duration of main-role1 is set to 13 hours
      Then it is refused with ValidationError

    Scenario Outline: <seconds> seconds are refused, whatever the role allows
      Given the maximum session duration of main-role1 is 43200 seconds
      And main-user
      When assuming main-role1 for <seconds> seconds
      Then it is refused with ValidationError

      Examples:
        | seconds |
        | 899     |
        | 43201   |

    Scenario: A role's sessions last one hour at most unless it says otherwise
      Given main-user
      Then the maximum session duration of main-role1 is 3600 seconds
      When assuming main-role1 for 3601 seconds
      Then it is refused with ValidationError

    Scenario Outline: After the maximum is raised to <maximum>, <seconds> seconds are accepted
      Given the maximum session duration of main-role1 is <maximum> seconds
      Then the maximum session duration of main-role1 is <maximum> seconds
      When main-user assumes main-role1 for <seconds> seconds
      Then the session lasts <seconds> seconds

      Examples:
        | maximum | seconds |
        | 43200   | 43200   |
        | 43200   | 10800   |
        | 10800   | 10800   |
        | 3600    | 900     |

    Scenario Outline: A maximum of <seconds> seconds can't be set
      When the maximum session duration of main-role1 is set to <seconds> seconds
      Then it is refused with ValidationError
      And the maximum session duration of main-role1 is 3600 seconds

      Examples:
        | seconds |
        | 3599    |
        | 43201   |

  Rule: After the time has passed the credentials stop working

    @needs:clock
    Scenario: An expired session is refused, and assuming again restores access
      Given main-user
      When assuming main-role1
      Then upload succeeds
      When 1 hour passes
      And uploading
      Then it is refused with ExpiredToken
      When main-user assumes main-role1
      Then upload succeeds

    @needs:clock
    Scenario: A longer session outlives the default
      Given the maximum session duration of main-role1 is 10800 seconds
      And main-user
      When assuming main-role1 for 10800 seconds
      And 2 hours pass
      Then upload succeeds
      When 1 hour passes
      And uploading
      Then it is refused with ExpiredToken

    @needs:clock @slow
    Scenario: The shortest session ends after a quarter of an hour
      Given main-user
      When assuming main-role1 for 900 seconds
      Then upload succeeds
      When 15 minutes pass
      And uploading
      Then it is refused with ExpiredToken

    @needs:clock @needs:instances
    Scenario: An instance gets new credentials by itself
      Then Testing1 can upload to testing-s3
      When 1 day passes
      Then Testing1 can upload to testing-s3

  Rule: get-session-token has limits of its own

    Scenario: Twelve hours by default
      When main-user asks for a session token
      Then the session lasts 43200 seconds
      And the caller is "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user"

    Scenario: As long as was asked for
      When main-user asks for a session token for 900 seconds
      Then the session lasts 900 seconds

    Scenario Outline: <seconds> seconds are refused
      When main-user asks for a session token for <seconds> seconds
      Then it is refused with ValidationError

      Examples:
        | seconds |
        | 899     |
        | 129601  |

    Scenario: Its session may assume the role as the user may
      Given main-user
      When main-user asks for a session token
      And assuming main-role1
      Then upload succeeds

  Rule: From role to role it is one hour at most

    Background:
      Given a role second-role with the trust policy:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/main-role1" },
              "Action": "sts:AssumeRole"
            }
          ]
        }
        """
      And the maximum session duration of second-role is 43200 seconds
      And main-role1 has the inline policy go-on with the statements:
        | effect | action         | resource                                        |
        | Allow  | sts:AssumeRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/second-role |

    Scenario: An hour is granted
      Given main-user
      When assuming main-role1
      And assuming second-role for 3600 seconds
      Then the session lasts 3600 seconds

    Scenario: More than an hour is refused, though the role itself allows it
      Given main-user
      When assuming main-role1
      And assuming second-role for 3601 seconds
      Then it is refused with ValidationError
