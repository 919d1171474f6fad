//! A call to the target and its answer: who called, what went over the wire, and why it was decided so.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use crate::digest::Sha256;
use crate::text::Text;

/// One call and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// `S3`, `IAM`, `STS`, `EC2`.
    pub service: Text,
    /// `PutObject` and so on.
    pub operation: Text,
    /// The IAM action that decided, such as `s3:PutObject`, where known.
    pub action: Option<Text>,
    /// The resource's ARN, where known.
    pub resource: Option<Text>,
    /// ARN of the caller, as the target knows it; `anonymous` for an unsigned call.
    pub principal: Text,
    /// What it was made for.
    #[serde(default)]
    pub purpose: Purpose,
    /// How it was answered.
    pub verdict: Verdict,
    /// The service's error code.
    pub code: Option<Text>,
    /// The service's error message.
    pub message: Option<Text>,
    /// HTTP status.
    pub status: Option<u16>,
    /// AWS request id.
    pub request_id: Option<Text>,
    /// Why it was decided so; `None`: `decided_by` says more.
    pub explanation: Option<Explanation>,
    /// What the reasons rest on.
    #[serde(default)]
    pub decided_by: Origin,
    /// What went over the wire; `None`: nobody looked there, as where a program called.
    #[serde(default)]
    pub exchange: Option<Box<Exchange>>,
}

/// What a call was made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// To make what the scenario needs.
    #[default]
    SetUp,
    /// The scenario is about it.
    Attempt,
    /// The same as an attempt by somebody entitled, without which a denial proves nothing.
    Control,
    /// The scenario is about it, and nothing was called: the target's model of IAM was asked.
    Decision,
    /// To see whether something is as a step expects.
    Expectation,
    /// To remove what the scenario or the run made.
    CleanUp,
    /// To find out what the target's verdicts are worth.
    SelfTest,
    /// To find out whose account it is, or to reach something there, such as an instance.
    Reach,
}

/// The four outcomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The call was let through (even if it then failed for another reason than permission).
    Allowed,
    /// Refused for lack of permission.
    Denied,
    /// Refused at authentication: unknown key, bad signature, expired or missing token.
    Unauthenticated,
    /// Could not tell.
    Unknown,
}

/// A decision in words, each a line without a full stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What decided.
    pub why: Text,
    /// Statements that failed in exactly one respect, and in which.
    pub near: Vec<Text>,
}

/// What the reasons for a verdict rest on. The verdict itself is always what the target answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The target's own words: they stand in the call's message.
    Observed,
    /// Rolecall's model of IAM.
    Model,
    /// Nothing: the target does not say why, and the model was not asked.
    #[default]
    NotAvailable,
}

/// A call on the wire, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// `SCHEME://HOST[:PORT]`; `embedded`: nothing was sent, an emulator in the process answered.
    pub endpoint: Text,
    /// The region that it was signed for; `None`: it was not signed.
    pub region: Option<Text>,
    /// The id of the access key that signed it; `None`: it was not signed.
    pub access_key_id: Option<Text>,
    /// What was asked, in the order of the names.
    pub parameters: Vec<Parameter>,
    /// What was answered at last, in the order of the document.
    pub response: Vec<Parameter>,
    /// Every time that it was sent, in order; more than one are retries of the client.
    pub attempts: Vec<Attempt>,
}

/// A request that was sent once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was sent.
    pub started: DateTime<Utc>,
    /// Until the head of the answer was there.
    pub duration: Duration,
    /// HTTP status; `None`: there was no answer.
    pub status: Option<u16>,
    /// The service's error code; `None`: it is not an error, or the answer holds no code.
    pub code: Option<Text>,
    /// AWS request id.
    pub request_id: Option<Text>,
    /// Why there was no answer.
    pub error: Option<Text>,
}

/// A named value of a request or an answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Spelled<Text, Sha256>")]
pub struct Parameter {
    /// As the service's API spells it, with dots between the parts: `Tags.member.1.Key`.
    pub name: Text,
    /// What was kept of it.
    pub value: Value,
}

/// What is kept of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// All of it.
    Text(Text),
    /// A policy: its text stands in `Record::policies`.
    Policy(Sha256),
    /// The contents of an object: only what identifies them.
    Contents {
        /// Of the bytes.
        sha256: Sha256,
        /// In bytes.
        length: u64,
    },
    /// Nothing: it is a secret, or not known to be none.
    Withheld(Withheld),
}

/// Why a value is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Withheld {
    /// The API's model marks it as sensitive, or we know that it is.
    Secret,
    /// Nothing says that it is harmless.
    NotKnown,
    /// It is too long to be kept.
    TooLong,
}

/// A parameter as JSON has it: its name, and what was kept under the name of its kind, `{"name": …, "text": …}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled<Word, Digest> {
    name: Word,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    text: Option<Word>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    policy: Option<Digest>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    contents: Option<SpelledContents<Digest>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
}

#[derive(Serialize, Deserialize)]
struct SpelledContents<Digest> {
    sha256: Digest,
    length: u64,
}

fn none<T>() -> Option<T> {
    None
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.name.as_str();
        let mut spelled = Spelled { name, text: None, policy: None, contents: None, withheld: None };
        match &self.value {
            Value::Text(text) => spelled.text = Some(text.as_str()),
            Value::Policy(digest) => spelled.policy = Some(digest),
            Value::Contents { sha256, length } => {
                spelled.contents = Some(SpelledContents { sha256, length: *length });
            }
            Value::Withheld(why) => spelled.withheld = Some(*why),
        }
        spelled.serialize(serializer)
    }
}

impl TryFrom<Spelled<Text, Sha256>> for Parameter {
    type Error = &'static str;

    fn try_from(spelled: Spelled<Text, Sha256>) -> Result<Parameter, &'static str> {
        let Spelled { name, text, policy, contents, withheld } = spelled;
        let value = match (text, policy, contents, withheld) {
            (Some(text), None, None, None) => Value::Text(text),
            (None, Some(digest), None, None) => Value::Policy(digest),
            (None, None, Some(it), None) => Value::Contents { sha256: it.sha256, length: it.length },
            (None, None, None, Some(why)) => Value::Withheld(why),
            _ => return Err("a parameter has one value"),
        };
        Ok(Parameter { name, value })
    }
}

impl Call {
    /// Whether it was let through, and not done, as that was asked for.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html>
    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        self.code.as_deref() == Some("DryRunOperation")
    }

    /// How often the client sent it again.
    #[must_use]
    pub fn retries(&self) -> usize {
        self.exchange.as_ref().map_or(0, |exchange| exchange.attempts.len().saturating_sub(1))
    }

    /// When it was sent first; `None`: nobody looked.
    #[must_use]
    pub fn started(&self) -> Option<DateTime<Utc>> {
        self.exchange.as_ref()?.attempts.first().map(|attempt| attempt.started)
    }

    /// From the first request to the last answer, the pauses between them included; `None`: nobody looked.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let attempts = &self.exchange.as_ref()?.attempts;
        let (first, last) = (attempts.first()?, attempts.last()?);
        Some((last.started - first.started).to_std().unwrap_or_default() + last.duration)
    }
}
