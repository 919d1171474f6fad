//! Who ran the fixed run, and from what.

use std::collections::BTreeMap;

use crate::digest::Sha256;
use crate::provenance::{Commit, Conformance, ControlText, File, Host, RunInfo, Setting, Tool, Who};
use crate::target::{SelfTest, TargetInfo, TargetKind, Tested};

use super::{PART_2, TRUST};

pub(super) fn run() -> RunInfo {
    RunInfo {
        id: "k3v9x2m7".into(),
        tool: tool(),
        command_line: ["rolecall", "run", "--evidence", "evidence", "features"].map(Into::into).to_vec(),
        who: Some(Who {
            name: "octocat".into(),
            ci: Some("GitHub Actions".into()),
            job: Some("https://github.com/octo-org/infrastructure/actions/runs/1658821493".into()),
        }),
        host: Some(Host { kind: "CI".into(), system: "linux".into(), architecture: "x86_64".into() }),
        commit: Some(Commit {
            id: "ffac537e6cbbf934b08745a378932722df287a53".into(),
            repository: Some("https://github.com/octo-org/infrastructure".into()),
            branch: Some("main".into()),
            clean: Some(true),
        }),
        settings: vec![
            setting("target", "embedded", "default"),
            setting("region", "us-east-1", "rolecall.toml"),
        ],
        configuration: Some(File::new("rolecall.toml", b"region = \"us-east-1\"\n")),
        features: vec![File::new(PART_2.0, b"Feature: Part 2"), File::new(TRUST.0, b"Feature: Trust")],
        feature_texts: BTreeMap::new(),
        control_files: vec![File::new("features/controls.toml", b"[[control]]")],
        controls: vec![
            control("AC-2", "accounts are managed: nobody has one that nobody asked for"),
            control("AC-6", "everybody may do what their task needs, and no more"),
        ],
        clock: Some("system clock".into()),
    }
}

fn tool() -> Tool {
    let conformance = |of: &str, cases| Conformance {
        of: of.into(),
        passed: cases,
        total: cases,
        version: "2026-01".into(),
    };
    Tool {
        name: "rolecall".into(),
        version: "0.1.0".into(),
        conformance: vec![
            conformance("decisions of the engine", 108),
            conformance("the emulator from outside", 64),
        ],
        data: vec![("service authorization reference".into(), "2026-01-01".into())],
        binary: Some(Sha256::of("the program")),
        lock_file: Some(Sha256::of("the lock file")),
    }
}

fn setting(name: &str, value: &str, source: &str) -> Setting {
    Setting { name: name.into(), value: value.into(), source: source.into() }
}

fn control(id: &str, text: &str) -> ControlText {
    ControlText {
        framework: "NIST-800-53".into(),
        id: id.into(),
        version: Some("5.1.1".into()),
        text: Some(text.into()),
    }
}

pub(crate) fn target(verdicts: &str, enforces_iam: bool) -> TargetInfo {
    let (name, kind) = match enforces_iam {
        true => ("embedded", TargetKind::Embedded),
        false => ("localstack", TargetKind::LocalStack),
    };
    let doubt =
        (!enforces_iam).then(|| "does not enforce IAM: a user without any permission may list".to_owned());
    let tested = |service: &str| Tested { service: service.into(), doubt: doubt.clone() };
    TargetInfo {
        name: name.into(),
        kind,
        verdicts: verdicts.into(),
        enforces_iam,
        accepted_unproven: false,
        account: None,
        region: Some("us-east-1".into()),
        self_test: Some(SelfTest {
            services: ["S3", "IAM", "STS", "EC2"].map(tested).to_vec(),
            signatures: None,
            old_signatures: None,
            time: None,
            expiry: Some("not tried: a session lasts 15 minutes at least".to_owned()),
        }),
    }
}
