//! The codes of findings. A code never changes its meaning, and one that is given up is not given again.

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The feature can't prove what it says.
    Error,
    /// It can, but may not be what was meant.
    Warning,
}

impl Severity {
    /// As outputs write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Such as `RC001`.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub meaning: &'static str,
    /// What it finds.
    pub wrong: &'static str,
    /// What to write in its place.
    pub right: &'static str,
}

const fn error(
    id: &'static str,
    title: &'static str,
    meaning: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Code {
    Code { id, severity: Severity::Error, title, meaning, wrong, right }
}

const fn warning(
    id: &'static str,
    title: &'static str,
    meaning: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Code {
    Code { id, severity: Severity::Warning, title, meaning, wrong, right }
}

pub(super) const SYNTAX: &Code = &error(
    "RC001",
    "not a feature file",
    "The file can't be read as Gherkin, so nothing in it can be run.",
    "Feature: f\n  Scenaro: s",
    "Feature: f\n  Scenario: s",
);
pub(super) const UNDEFINED: &Code = &error(
    "RC002",
    "no such step",
    "No step says this; `rolecall steps WORDS` looks for those that do.",
    "Then uploading works",
    "Then upload succeeds",
);
pub(super) const EMPTY: &Code = &error(
    "RC004",
    "a feature without scenarios",
    "It claims nothing, and a run of it selects nothing.",
    "Feature: Who reads the reports",
    "Feature: Who reads the reports\n  Scenario: …",
);
pub(super) const NO_CHECK: &Code = &error(
    "RC005",
    "a scenario that checks nothing",
    "It would pass whatever the policies say.",
    "Given main-user\nWhen assuming main-role1",
    "Given main-user\nWhen assuming main-role1\nThen upload succeeds",
);
pub(super) const NO_POLICY: &Code = &error(
    "RC006",
    "not a policy",
    "AWS would refuse this document: its JSON, an element, an operator or a value is wrong.",
    "\"Efect\": \"Allow\"",
    "\"Effect\": \"Allow\"",
);
pub(super) const NO_ACTION: &Code = &error(
    "RC007",
    "no service has this action",
    "AWS takes such a policy, but the action allows and denies nothing.",
    "\"Action\": \"s3:PutObjects\"",
    "\"Action\": \"s3:PutObject\"",
);
pub(super) const NO_KEY: &Code = &error(
    "RC008",
    "an unknown condition key",
    "No request has it, so the condition never decides as it seems to.",
    "\"aws:PrincipalOrg\": \"o-1\"",
    "\"aws:PrincipalOrgID\": \"o-1\"",
);
pub(super) const NEVER_MATCH: &Code = &error(
    "RC009",
    "action and resource never match",
    "The action is about another kind of resource than all that the statement names, so it has no effect.",
    "\"Action\": \"s3:PutObject\", \"Resource\": \"arn:aws:s3:::reports\"",
    "\"Action\": \"s3:PutObject\", \"Resource\": \"arn:aws:s3:::reports/*\"",
);
pub(super) const EVERYTHING: &Code = &warning(
    "RC010",
    "everything is allowed",
    "`Action` and `Resource` are both `*`: an administrator's policy.",
    "\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"",
    "\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::reports/*\"",
);
pub(super) const ESCALATES: &Code = &warning(
    "RC011",
    "permissions that lead to others",
    "`iam:*`, `iam:PassRole` or `sts:AssumeRole` on `*` let their holder get the permissions of other roles.",
    "\"Action\": \"iam:PassRole\", \"Resource\": \"*\"",
    "\"Action\": \"iam:PassRole\", \"Resource\": \"arn:aws:iam::<YOUR_ACCOUNT_ID>:role/app\"",
);
pub(super) const NOT_ACTION: &Code = &warning(
    "RC012",
    "NotAction with Allow",
    "It allows all actions of all services but those named, new ones included.",
    "\"Effect\": \"Allow\", \"NotAction\": \"iam:*\"",
    "\"Effect\": \"Allow\", \"Action\": [\"s3:*\", \"ec2:*\"]",
);
pub(super) const TRUSTS_ALL: &Code = &warning(
    "RC013",
    "a role that trusts everyone",
    "Its trust policy allows the principal `*` without a condition: any account of AWS may take the role.",
    "\"Principal\": \"*\"",
    "\"Principal\": {\"AWS\": \"arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user\"}",
);
pub(super) const TOO_LARGE: &Code = &error(
    "RC014",
    "a policy above its size",
    "IAM counts characters without white space: 10,240 for inline policies of a role, 2,048 for a trust policy by default; a bucket policy has 20 KB.",
    "a trust policy of 2,100 characters",
    "fewer statements, or principals that share a condition",
);
pub(super) const NEEDS: &Code = &error(
    "RC015",
    "a need that nothing has",
    "No target has what the tag `@needs:NAME` names, so the scenario would always be skipped.",
    "@needs:teleporter",
    "@needs:instances",
);
pub(super) const SECRET: &Code = &error(
    "RC016",
    "a secret in a feature file",
    "It looks like a credential that works. Whoever can read the file has it: revoke it, and write none.",
    "export AWS_ACCESS_KEY_ID=AKIA…",
    "Given the AWS CLI of Testing2 is configured for main-user",
);
pub(super) const NO_REASON: &Code = &error(
    "RC017",
    "an allow without reason",
    "`# rolecall: allow(CODE) reason` needs a code that there is, and a reason for who reads it later.",
    "# rolecall: allow(RC010)",
    "# rolecall: allow(RC010) the break-glass role",
);
pub(super) const IDLE: &Code = &warning(
    "RC018",
    "an allow that silences nothing",
    "The finding is not there (any more): remove the comment, so that it hides no later one.",
    "# rolecall: allow(RC010) no such policy below",
    "",
);

/// All codes, in order. RC003 is kept for ambiguous steps.
pub const CODES: [&Code; 17] = [
    SYNTAX,
    UNDEFINED,
    EMPTY,
    NO_CHECK,
    NO_POLICY,
    NO_ACTION,
    NO_KEY,
    NEVER_MATCH,
    EVERYTHING,
    ESCALATES,
    NOT_ACTION,
    TRUSTS_ALL,
    TOO_LARGE,
    NEEDS,
    SECRET,
    NO_REASON,
    IDLE,
];

/// The code of a name, in any case.
pub fn code(id: &str) -> Option<&'static Code> {
    CODES.into_iter().find(|code| code.id.eq_ignore_ascii_case(id))
}
