//! Where the calls of a run go, and what it showed of itself before anything was believed of it.

use serde::{Deserialize, Serialize};

/// Where the calls of a run go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// `embedded`, `localstack`, `aws`, or an endpoint's URL.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub kind: TargetKind,
    /// What its verdicts on access are worth, in one line: `modelled: …`, `proven`, `unproven: …`.
    pub verdicts: String,
    /// False where the target's self-test did not show that it enforces IAM.
    pub enforces_iam: bool,
    /// Whether the user takes verdicts for what they are even where they are not proven (`--accept-unproven`).
    #[serde(default)]
    pub accepted_unproven: bool,
    /// The account; `None`: every scenario has one of its own.
    #[serde(default)]
    pub account: Option<String>,
    /// The region of calls that name none; `None`: it was not asked for.
    #[serde(default)]
    pub region: Option<String>,
    /// What the self-test found; `None`: nothing was to be run, so nothing was tried.
    #[serde(default)]
    pub self_test: Option<SelfTest>,
}

/// What a target is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TargetKind {
    /// Rolecall's emulator.
    Embedded,
    /// A LocalStack container.
    LocalStack,
    /// A server that speaks as AWS does.
    #[default]
    Endpoint,
    /// An account of AWS itself.
    Aws,
}

/// What a run can be evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EvidenceKind {
    /// That the policies say what is meant, by Rolecall's model of IAM; nothing about an account.
    DesignIntent,
    /// That an account of AWS decided so, then and there.
    OperatingEffectiveness,
    /// That this server decided so; it enforces IAM, and is not AWS.
    OtherServer,
    /// Of nothing about access: the target did not show that it enforces IAM.
    Unproven,
}

/// What the self-test found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Each service that was tried.
    pub services: Vec<Tested>,
    /// Why signatures prove nothing; `None`: a wrong one was refused.
    pub signatures: Option<String>,
    /// Whether a call that was signed an hour ago is refused; if not, how it was answered.
    #[serde(default)]
    pub old_signatures: Option<String>,
    /// How its time differs from this machine's, or why that is not known; `None`: by no more than a minute.
    #[serde(default)]
    pub time: Option<String>,
    /// What is wrong with the end of sessions, or why it was not tried; `None`: a session was refused after its end.
    #[serde(default)]
    pub expiry: Option<String>,
}

/// A service in the self-test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// `S3`, `IAM`, `STS`, `EC2`.
    pub service: String,
    /// Why its verdicts prove nothing; `None`: a known denial was seen, and its control.
    pub doubt: Option<String>,
}

impl TargetInfo {
    /// What a run on it can be evidence of.
    #[must_use]
    pub fn evidence(&self) -> EvidenceKind {
        match self.kind {
            _ if !self.enforces_iam => EvidenceKind::Unproven,
            TargetKind::Embedded => EvidenceKind::DesignIntent,
            TargetKind::Aws => EvidenceKind::OperatingEffectiveness,
            TargetKind::LocalStack | TargetKind::Endpoint => EvidenceKind::OtherServer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_target_that_does_not_enforce_is_evidence_of_nothing() {
        for kind in [TargetKind::Embedded, TargetKind::LocalStack, TargetKind::Endpoint, TargetKind::Aws] {
            let target = TargetInfo { kind, ..sample::target("unproven: it let everybody in", false) };
            assert_eq!(target.evidence(), EvidenceKind::Unproven, "{kind:?}");
        }
    }

    #[test]
    fn only_an_account_shows_how_an_account_operates() {
        let evidence = |kind| TargetInfo { kind, ..sample::target("said to be proven", true) }.evidence();
        assert_eq!(evidence(TargetKind::Embedded), EvidenceKind::DesignIntent);
        assert_eq!(evidence(TargetKind::LocalStack), EvidenceKind::OtherServer);
        assert_eq!(evidence(TargetKind::Endpoint), EvidenceKind::OtherServer);
        assert_eq!(evidence(TargetKind::Aws), EvidenceKind::OperatingEffectiveness);
    }
}
