//! Actions of which a reviewer wants to know first who may do them.

/// Actions that belong together.
pub(crate) struct Topic {
    /// What they let somebody do.
    pub(crate) title: &'static str,
    pub(crate) actions: &'static [&'static str],
}

/// The gravest first. What makes more permissions of few:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-policy-highlevel.html>.
pub(crate) const TOPICS: [Topic; 6] = [
    Topic {
        title: "Becoming more than one is",
        actions: &[
            "sts:AssumeRole",
            "iam:PassRole",
            "iam:CreateAccessKey",
            "iam:CreateLoginProfile",
            "iam:UpdateLoginProfile",
            "iam:AttachUserPolicy",
            "iam:AttachRolePolicy",
            "iam:AttachGroupPolicy",
            "iam:PutUserPolicy",
            "iam:PutRolePolicy",
            "iam:PutGroupPolicy",
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:AddUserToGroup",
            "iam:UpdateAssumeRolePolicy",
            "iam:DeleteUserPermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:CreateUser",
            "iam:CreateRole",
        ],
    },
    Topic {
        title: "Running code with the permissions of others",
        actions: &[
            "lambda:CreateFunction",
            "lambda:UpdateFunctionCode",
            "ssm:SendCommand",
            "ssm:StartSession",
            "cloudformation:CreateStack",
            "cloudformation:UpdateStack",
            "codebuild:StartBuild",
            "ecs:RunTask",
            "glue:CreateJob",
        ],
    },
    Topic {
        title: "Reading secrets",
        actions: &["secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters"],
    },
    Topic {
        title: "Data in S3",
        actions: &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:ListBucket",
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:DeleteBucket",
        ],
    },
    Topic {
        title: "Other data",
        actions: &[
            "dynamodb:GetItem",
            "dynamodb:DeleteTable",
            "rds:DeleteDBInstance",
            "sqs:ReceiveMessage",
            "sns:Publish",
        ],
    },
    Topic {
        title: "Hiding traces",
        actions: &[
            "cloudtrail:StopLogging",
            "cloudtrail:DeleteTrail",
            "config:StopConfigurationRecorder",
            "guardduty:DeleteDetector",
            "logs:DeleteLogGroup",
            "organizations:LeaveOrganization",
        ],
    },
];

/// How early a reviewer wants to know of an action: zero is the gravest, the largest number all others.
pub(crate) fn sensitivity(action: &str) -> usize {
    let all = TOPICS.iter().flat_map(|topic| topic.actions);
    all.into_iter().position(|known| *known == action).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_actions_of_aws() {
        for action in TOPICS.iter().flat_map(|topic| topic.actions) {
            assert!(policy::reference::action(action).is_some(), "{action}");
        }
    }
}
