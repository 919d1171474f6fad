Feature: From where, and when
  What a policy asks of the surroundings of a call: the address it comes from, and its time.

  Background:
    Given a bucket reports
    And the bucket reports holds q1.txt
    And a user alice

  @needs:source-address
  Rule: Only from the office

    Background:
      Given alice has the inline policy from-the-office:
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*" },
            {
              "Sid": "OfficeOnly",
              "Effect": "Deny",
              "Action": "*",
              "Resource": "*",
              "Condition": { "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] } }
            }
          ]
        }
        """

    Scenario Outline: <address> is one of the office's
      Given alice calls from the address <address>
      Then alice can download q1.txt from reports

      Examples:
        | address     |
        | 203.0.113.7 |
        | 2001:db8::7 |

    Scenario: From elsewhere it is denied
      Given alice calls from the address 198.51.100.1
      When alice downloads q1.txt from reports
      Then it is denied by the statement "OfficeOnly"
      When alice calls from the address 203.0.113.7
      Then alice can download q1.txt from reports

    Scenario: A session calls from where it was obtained
      Given a role auditor trusted by alice
      And auditor has the inline policy from-the-office:
        """
        {
          "Version": "2012-10-17",
          "Statement": {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::reports/*",
            "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.7" } }
          }
        }
        """
      And alice calls from the address 203.0.113.7
      When alice assumes auditor as audit
      Then audit can download q1.txt from reports
      When audit calls from the address 203.0.113.8
      Then audit can't download q1.txt from reports

    @needs:explanations
    Scenario: What is decided without a call is decided for the address, too
      Given alice calls from the address 198.51.100.1
      Then access is:
        | who   | action           | resource       | verdict           | because    |
        | alice | s3:GetObject     | reports/q1.txt | denied explicitly | OfficeOnly |
        | alice | sqs:ListQueues   | *              | denied explicitly | OfficeOnly |
      When alice tries sqs:ListQueues on * with:
        | key          | value       |
        | aws:SourceIp | 203.0.113.7 |
      Then it is denied because no policy allows it

  @needs:clock
  Rule: Only for a time

    Scenario: Access that begins and ends
      Given alice has the inline policy of-the-quarter:
        """
        {
          "Version": "2012-10-17",
          "Statement": {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::reports/*",
            "Condition": {
              "DateGreaterThan": { "aws:CurrentTime": "2090-01-01T00:00:00Z" },
              "DateLessThan": { "aws:CurrentTime": "2090-04-01T00:00:00Z" }
            }
          }
        }
        """
      Then alice can't download q1.txt from reports
      When it is 2090-01-01 08:30 UTC
      Then alice can download q1.txt from reports
      When it is 17:00 UTC
      Then alice can download q1.txt from reports
      When 90 days pass
      Then alice can't download q1.txt from reports
