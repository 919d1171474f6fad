@needs:explanations
Feature: Who may do what in plan.json
  A draft of what the policies say now, as far as nothing else decides it. Read each row: where it should not be
  so, change the row first, see it fail, and then change the policy.

  Background:
    Given the Terraform plan "plan.json"

  # Not told by the file, so that nothing below is about it:
  # - aws_iam_role_policy.read.policy: is known only once the plan is applied

  Scenario: Becoming more than one is
    Then access is:
      | who  | action         | resource | verdict | because                |
      | olga | sts:AssumeRole | writer   | allowed | trust policy of writer |
    # Of those of whom it can be told, nobody may do: iam:PassRole, iam:CreateAccessKey, iam:CreateLoginProfile, iam:UpdateLoginProfile, iam:AttachUserPolicy, iam:AttachRolePolicy, iam:AttachGroupPolicy, iam:PutUserPolicy, iam:PutRolePolicy, iam:PutGroupPolicy, iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion, iam:AddUserToGroup, iam:UpdateAssumeRolePolicy, iam:DeleteUserPermissionsBoundary, iam:DeleteRolePermissionsBoundary, iam:CreateUser, iam:CreateRole

  Scenario: Data in S3
    Then access is:
      | who    | action          | resource       | verdict           | because                       |
      | writer | s3:PutObject    | reports-prod/* | allowed           | write-reports                 |
      | writer | s3:DeleteObject | reports-prod/* | denied explicitly | bucket policy of reports-prod |
    # Of those of whom it can be told, nobody may do: s3:GetObject, s3:ListBucket, s3:PutBucketPolicy, s3:DeleteBucketPolicy, s3:PutBucketPublicAccessBlock, s3:DeleteBucket
