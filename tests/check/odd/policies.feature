Feature: Policies that are right, though one might doubt it
  Background:
    Given a user alice
    And a bucket reports
    And a role partner with the trust policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:RequestTag/team": "${aws:PrincipalTag/team}"}}
          },
          {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::<OTHER_ACCOUNT_ID>:user/somebody"}, "Action": "sts:AssumeRole"},
          {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]
      }
      """

  Scenario: Boundaries, patterns and variables
    Given a managed policy limits:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {"Effect": "Allow", "Action": "*", "Resource": "*"},
          {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}
        ]
      }
      """
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Id": "own",
        "Statement": [
          {"Sid": "Own", "Effect": "Allow", "Action": ["s3:GetObject*", "s3:List*", "s3:*"], "Resource": "arn:aws:s3:::${aws:username}/*"},
          {"Effect": "Allow", "Action": "S3:getobject", "Resource": ["arn:aws:s3:::team-*", "arn:aws:s3:::reports/a?c/*", "arn:aws:s3:::*"]},
          {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"},
          {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}},
          {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"ForAnyValue:StringLikeIfExists": {"ec2:ResourceTag/team": ["a*"]}}},
          {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        ]
      }
      """
    When alice assumes partner with the session policy:
      """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
      """
    Then it is denied

  Scenario: A bucket that everybody reads, on purpose
    Given public access to reports is allowed
    When the bucket reports is given the policy:
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"},
          {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        ]
      }
      """
    Then anonymous can download "AKIAIOSFODNN7EXAMPLE" from reports

  Scenario: A table of statements
    Given alice has the inline policy t with the statements:
      | effect | action                     | resource                                    |
      | Allow  | s3:GetObject,s3:ListBucket | arn:aws:s3:::reports,arn:aws:s3:::reports/* |
      | Deny   | s3:*                       | *                                           |
    Then alice can't list reports
