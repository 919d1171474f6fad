@needs:explanations
Feature: Who may do what in account 123456789012
  A draft of what the policies say now, as far as nothing else decides it. Read each row: where it should not be
  so, change the row first, see it fail, and then change the policy.

  Background:
    Given the account described in "gaad.json"
    # Policies speak of these buckets. What their own policies say is not in the file: add it.
    And a bucket homes-123456789012
    And a bucket releases

  Scenario: Becoming more than one is
    Then access is:
      | who    | action         | resource                              | verdict | because                     |
      | deploy | sts:AssumeRole | runs-orders                           | allowed | trust policy of runs-orders |
      | olga   | sts:AssumeRole | deploy                                | allowed | trust policy of deploy      |
      | nils   | iam:CreateUser | arn:aws:iam::<YOUR_ACCOUNT_ID>:user/* | allowed | IAMFullAccess               |
    # Nobody may do: iam:CreateAccessKey, iam:CreateLoginProfile, iam:UpdateLoginProfile, iam:AttachUserPolicy, iam:AttachRolePolicy, iam:AttachGroupPolicy, iam:PutUserPolicy, iam:PutRolePolicy, iam:PutGroupPolicy, iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion, iam:AddUserToGroup, iam:UpdateAssumeRolePolicy, iam:DeleteUserPermissionsBoundary, iam:DeleteRolePermissionsBoundary, iam:CreateRole
    # deploy: whether it may do iam:PassRole on arn:aws:iam::<YOUR_ACCOUNT_ID>:role/runs-* hangs on iam:PassedToService

  Scenario: Running code with the permissions of others
    Then access is:
      | who    | action                    | resource                                              | verdict | because |
      | deploy | lambda:CreateFunction     | arn:aws:lambda:us-east-1:<YOUR_ACCOUNT_ID>:function:* | allowed | deploy  |
      | deploy | lambda:UpdateFunctionCode | arn:aws:lambda:us-east-1:<YOUR_ACCOUNT_ID>:function:* | allowed | deploy  |
    # Nobody may do: ssm:SendCommand, ssm:StartSession, cloudformation:CreateStack, cloudformation:UpdateStack, codebuild:StartBuild, ecs:RunTask, glue:CreateJob

  Scenario: Data in S3
    Then access is:
      | who    | action                        | resource                  | verdict           | because |
      | deploy | s3:GetObject                  | releases/*                | allowed           | deploy  |
      | olga   | s3:GetObject                  | homes-123456789012/olga/* | allowed           | home    |
      | deploy | s3:PutObject                  | releases/*                | allowed           | deploy  |
      | olga   | s3:PutObject                  | homes-123456789012/olga/* | allowed           | home    |
      | deploy | s3:DeleteObject               | releases/*                | denied explicitly | deploy  |
      | deploy | s3:ListBucket                 | releases                  | allowed           | deploy  |
      | deploy | s3:PutBucketPolicy            | releases                  | allowed           | deploy  |
      | deploy | s3:DeleteBucketPolicy         | releases                  | allowed           | deploy  |
      | deploy | s3:PutBucketPublicAccessBlock | releases                  | allowed           | deploy  |
      | deploy | s3:DeleteBucket               | releases                  | allowed           | deploy  |

  Scenario: Other data
    Then access is:
      | who         | action           | resource                                                  | verdict | because     |
      | olga        | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders | allowed | read-orders |
      | runs-orders | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders | allowed | read-orders |
    # Nobody may do: dynamodb:DeleteTable, rds:DeleteDBInstance, sqs:ReceiveMessage, sns:Publish

  Scenario: What else deploy may do
    Then access is:
      | who    | action                               | resource   | verdict | because |
      | deploy | s3:AbortMultipartUpload              | releases/* | allowed | deploy  |
      | deploy | s3:AllowVendedLogDeliveryForResource | releases   | allowed | deploy  |

  Scenario: What else olga may do
    Then access is:
      | who  | action         | resource                                                  | verdict | because     |
      | olga | dynamodb:Query | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders | allowed | read-orders |

  Scenario: What else runs-orders may do
    Then access is:
      | who         | action         | resource                                                  | verdict | because     |
      | runs-orders | dynamodb:Query | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/orders | allowed | read-orders |
