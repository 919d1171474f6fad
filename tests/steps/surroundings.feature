Feature: Somewhere else, and too late
  Background:
    Given a bucket reports
    And a user alice
    And alice has the inline policy from-the-office:
      """
      {
        "Version": "2012-10-17",
        "Statement": {
          "Effect": "Allow",
          "Action": ["s3:ListBucket", "sqs:ListQueues"],
          "Resource": "*",
          "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }
        }
      }
      """

  Scenario: Another address
    Given alice calls from the address 203.0.114.7
    Then alice can list reports

  Scenario: No address, where nothing is called
    Then access is:
      | who   | action         | resource | verdict |
      | alice | sqs:ListQueues | *        | allowed |

  Scenario: A time that is over
    Given it is 2027-01-15 07:59
    Then alice can list reports

  Scenario: A day that no calendar has
    Given it is 2030-02-30
    Then alice can list reports

  Scenario: An address that no network has
    Given alice calls from the address 203.0.113.256
    Then alice can list reports

  Scenario: Time that passes before something was looked at
    When alice lists reports
    And 1 hour passes
    Then it succeeds
