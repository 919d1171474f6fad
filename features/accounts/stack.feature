@needs:explanations
Feature: Who may do what in stack.yaml
  A draft of what the policies say now, as far as nothing else decides it. Read each row: where it should not be
  so, change the row first, see it fail, and then change the policy.

  Background:
    Given the CloudFormation template "stack.yaml" with the parameters:
      | parameter | value |
      | Stage | prod |

  Scenario: Becoming more than one is
    Then access is:
      | who  | action         | resource    | verdict | because                     |
      | olga | sts:AssumeRole | writer-prod | allowed | trust policy of writer-prod |
    # Nobody may do: iam:PassRole, iam:CreateAccessKey, iam:CreateLoginProfile, iam:UpdateLoginProfile, iam:AttachUserPolicy, iam:AttachRolePolicy, iam:AttachGroupPolicy, iam:PutUserPolicy, iam:PutRolePolicy, iam:PutGroupPolicy, iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion, iam:AddUserToGroup, iam:UpdateAssumeRolePolicy, iam:DeleteUserPermissionsBoundary, iam:DeleteRolePermissionsBoundary, iam:CreateUser, iam:CreateRole

  Scenario: Data in S3
    Then access is:
      | who         | action       | resource                    | verdict | because |
      | writer-prod | s3:GetObject | reports-prod/111122223333/* | allowed | write   |
      | writer-prod | s3:PutObject | reports-prod/111122223333/* | allowed | write   |
    # Nobody may do: s3:DeleteObject, s3:ListBucket, s3:PutBucketPolicy, s3:DeleteBucketPolicy, s3:PutBucketPublicAccessBlock, s3:DeleteBucket

  Scenario: Other data
    Then access is:
      | who         | action           | resource                                                  | verdict | because    |
      | olga        | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/Orders | allowed | ReadOrders |
      | writer-prod | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/Orders | allowed | ReadOrders |
    # Nobody may do: dynamodb:DeleteTable, rds:DeleteDBInstance, sqs:ReceiveMessage, sns:Publish
