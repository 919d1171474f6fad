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

impl Code {
    /// Whether a comment may silence it: not where the file can't be read, nor what is said of such comments.
    pub fn can_be_allowed(&self) -> bool {
        ![SYNTAX, NO_REASON, IDLE].contains(&self)
    }
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
pub(super) const AMBIGUOUS: &Code = &error(
    "RC003",
    "a step of several meanings",
    "More than one step says this, so nobody can say what it does, and a run refuses it. Steps of your own can do that to \
     those of Rolecall.",
    "Given a bucket of alice    # where steps say `a bucket of {user}` and `a {word} of {user}`",
    "Given a bucket reports",
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
    "AWS takes such a policy, but the action allows and denies nothing. Nobody can try it either.",
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
    "The action is about another kind of resource than all that the statement names, so it has no effect; or than the one \
     on which it is tried.",
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
    "IAM counts characters without white space: 2,048 for inline policies of a user, 5,120 of a group, 10,240 of a role; \
     6,144 for a managed policy, 2,048 for a trust policy by default. A session policy has 2,048 characters in all, a \
     bucket policy 20 KB.",
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
    "# rolecall: allow(RC010) no such policy below\nGiven a user alice",
    "Given a user alice",
);

pub(super) const UNKNOWN_NAME: &Code = &error(
    "RC019",
    "a name that nobody has",
    "No step before this one gives the name to somebody or something of the kind that the step needs.",
    "Given a user alice\nThen alicia can upload to reports",
    "Given a user alice\nAnd a bucket reports\nThen alice can upload to reports",
);
pub(super) const TABLE: &Code = &error(
    "RC020",
    "a table that the step does not take",
    "It has no rows, a column is missing or not known, or a word in a cell is none of those that may stand there.",
    "Then access is:\n  | who   | action       | resource   | verdict |\n  | alice | s3:GetObject | reports/q1 | denyed  |",
    "Then access is:\n  | who   | action       | resource   | verdict |\n  | alice | s3:GetObject | reports/q1 | denied  |",
);
pub(super) const TAG: &Code = &warning(
    "RC021",
    "a tag that is nearly one with a meaning",
    "`@needs:NAME`, `@control:FRAMEWORK:ID` and `@slow` mean something to a run. This tag looks like one of them and means \
     nothing. All other tags are free, for `--tags`.",
    "@need:clock",
    "@needs:clock",
);
pub(super) const CONTROL: &Code = &warning(
    "RC022",
    "a control that is not there",
    "The tag does not name a framework and an id; or it names none of the controls that `controls.toml` beside the features \
     has of this framework. The scenario would be evidence for nothing that anybody asks for.",
    "@control:AC-6",
    "@control:NIST-800-53:AC-6",
);

pub(super) const MANAGES: &Code = &warning(
    "RC023",
    "a wildcard that grants permissions management",
    "The pattern looks like reading or writing, and also matches actions by which permissions are changed: whoever may use \
     them may get more than the policy says.",
    "\"Action\": \"s3:Put*\"",
    "\"Action\": [\"s3:PutObject\", \"s3:PutObjectTagging\"]",
);
pub(super) const BEGINNING: &Code = &warning(
    "RC024",
    "a wildcard that matches other buckets",
    "`arn:aws:s3:::reports*` is not only the bucket `reports` of the feature and what is in it, but also \
     `reports-of-others`, whoever makes it.",
    "\"Resource\": \"arn:aws:s3:::reports*\"",
    "\"Resource\": [\"arn:aws:s3:::reports\", \"arn:aws:s3:::reports/*\"]",
);
pub(super) const PUBLIC: &Code = &error(
    "RC025",
    "a bucket policy that lets in everybody",
    "It allows the principal `*` without a condition. Block Public Access, which new buckets have, refuses such a policy: a \
     feature that means it says so before.",
    "Given the bucket reports has the policy:    # \"Principal\": \"*\"",
    "Given public access to reports is allowed\nAnd the bucket reports has the policy:    # \"Principal\": \"*\"",
);

pub(super) const UNHEARD: &Code = &warning(
    "RC026",
    "a condition key that these actions don't have",
    "No request of the statement's actions brings this key: a condition on it is never true, or, where it is negated or \
     `IfExists`, always.",
    "\"Action\": \"s3:GetObject\", \"Condition\": {\"StringLike\": {\"s3:prefix\": \"q1/*\"}}",
    "\"Action\": \"s3:ListBucket\", \"Condition\": {\"StringLike\": {\"s3:prefix\": \"q1/*\"}}",
);
pub(super) const UNREAD: &Code = &warning(
    "RC027",
    "a table or doc string that nothing reads",
    "The step takes none, so what is written below it claims nothing. The expressions of steps that take one end with a colon.",
    "Then alice can list reports\n  | verdict |\n  | denied  |",
    "Then alice can't list reports",
);

pub(super) const NOBODY_ACTS: &Code = &error(
    "RC028",
    "nobody acts",
    "The step makes a call and does not name who makes it, and no step before it does.",
    "Given a bucket reports\nThen upload to reports is denied",
    "Given a bucket reports\nAnd a user alice\nAnd alice\nThen upload to reports is denied",
);
pub(super) const WHICH_BUCKET: &Code = &error(
    "RC029",
    "a bucket that is not named",
    "The step is about the only bucket of the scenario, and there is none, or there are several.",
    "Given a bucket reports\nAnd a bucket archive\nAnd anonymous\nThen upload is denied",
    "Given a bucket reports\nAnd a bucket archive\nAnd anonymous\nThen upload to archive is denied",
);

pub(super) const NO_FILE: &Code = &error(
    "RC030",
    "a file that is not there",
    "The step reads a file that can't be read. Its path is one from the folder of the feature file.",
    "Given alice has the inline policy upload in \"policies/uplaod.json\"",
    "Given alice has the inline policy upload in \"policies/upload.json\"",
);

pub(super) const TAKEN: &Code = &error(
    "RC031",
    "a name that is taken",
    "Somebody or something has the name already, and a step that says it could mean either.",
    "Given a user deploy\nAnd a role deploy trusted by ec2.amazonaws.com",
    "Given a user deploy\nAnd a role deploy-on-ec2 trusted by ec2.amazonaws.com",
);

pub(super) const NO_VALUE: &Code = &error(
    "RC032",
    "a time or an address that there is not",
    "No calendar has the day, no clock the time, or no network the address.",
    "When it is 2030-02-30 09:00\nAnd alice calls from the address 203.0.113.256",
    "When it is 2030-02-28 09:00\nAnd alice calls from the address 203.0.113.25",
);

pub(super) const NO_ATTEMPT: &Code = &error(
    "RC033",
    "nothing was tried",
    "The step says how the attempt before it was answered, and no step before it makes one.",
    "Given a bucket reports\nAnd a user alice\nThen it is denied",
    "Given a bucket reports\nAnd a user alice\nWhen alice lists reports\nThen it is denied",
);

pub(super) const ALMOST: &Code = &warning(
    "RC034",
    "a policy about something that the feature almost has",
    "The resource is a bucket, a role or a user that no step makes, and its name is one or two letters off one that a step \
     does make. What the policy allows or denies would not be what the scenario tries.",
    "Given a bucket reports\nAnd alice has the inline policy upload:    # \"Resource\": \"arn:aws:s3:::report/*\"",
    "Given a bucket reports\nAnd alice has the inline policy upload:    # \"Resource\": \"arn:aws:s3:::reports/*\"",
);

/// All codes, in order.
pub const CODES: [&Code; 34] = [
    SYNTAX,
    UNDEFINED,
    AMBIGUOUS,
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
    UNKNOWN_NAME,
    TABLE,
    TAG,
    CONTROL,
    MANAGES,
    BEGINNING,
    PUBLIC,
    UNHEARD,
    UNREAD,
    NOBODY_ACTS,
    WHICH_BUCKET,
    NO_FILE,
    TAKEN,
    NO_VALUE,
    NO_ATTEMPT,
    ALMOST,
];

/// The code of a name, in any case.
pub fn code(id: &str) -> Option<&'static Code> {
    CODES.into_iter().find(|code| code.id.eq_ignore_ascii_case(id))
}
