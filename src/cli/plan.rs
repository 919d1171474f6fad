//! `rolecall run --plan`: what a run would make and call, without calling anything there. The features are rehearsed on
//! the embedded AWS, where every scenario makes the calls that it would make on the target.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::Utc;
use evidence::{Record, ScenarioRecord, ScenarioResult};
use futures::future::LocalBoxFuture;
use target::{Bystander, Connection, Embedded, Info, Place, Target, TargetError};

/// The embedded target, with no more capabilities than the one that is planned for.
pub(crate) struct Rehearsal {
    embedded: Embedded,
    connection: Connection,
}

impl Rehearsal {
    pub(crate) fn of(connection: Connection) -> Rehearsal {
        Rehearsal { embedded: Embedded::new(Utc::now, ""), connection }
    }
}

impl Target for Rehearsal {
    fn info(&self) -> Info {
        self.embedded.info()
    }

    fn capability(&self, name: &str) -> Result<(), String> {
        self.connection.capability(name)
    }

    fn place<'a>(
        &'a self,
        bystander: &'a dyn Bystander,
    ) -> LocalBoxFuture<'a, Result<Box<dyn Place>, TargetError>> {
        self.embedded.place(bystander)
    }
}

/// The operations that make something which stays, with what they make, and its plural.
const MAKES: [(&str, &str); 7] = [
    ("CreateUser", "users"),
    ("CreateRole", "roles"),
    ("CreateInstanceProfile", "instance profiles"),
    ("CreateBucket", "buckets"),
    ("CreateKeyPair", "key pairs"),
    ("CreateSecurityGroup", "security groups"),
    ("RunInstances", "instances"),
];

/// The plan that a rehearsal amounts to.
pub(crate) fn plan_of(record: &Record, connection: &Connection) -> String {
    let mut text = format!("plan for {}", connection.name);
    if let Some(account) = &connection.account {
        let _ = write!(text, ", account {account}");
    }
    let _ = writeln!(text, ", region {}; nothing was called there\n", connection.region);
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    let mut skipped = 0;
    for scenario in &record.scenarios {
        let _ = writeln!(
            text,
            "{}:{}  {}",
            scenario.scenario.path, scenario.scenario.line, scenario.scenario.name
        );
        if let Some(ScenarioResult::Skipped { reason }) = &scenario.result {
            skipped += 1;
            let _ = writeln!(text, "  is skipped: {reason}");
            continue;
        }
        let operations: Vec<(String, &str)> = operations(scenario);
        let makes = made_by(operations.iter().map(|(_, operation)| *operation));
        let _ = writeln!(text, "  {} calls; makes {}", operations.len(), counted(&makes));
        operations.into_iter().for_each(|(call, _)| *calls.entry(call).or_default() += 1);
        makes.into_iter().for_each(|(kind, count)| *made.entry(kind).or_default() += count);
    }
    let _ = writeln!(text, "\nin all, beside the self-test's user and role: makes {}", counted(&made));
    let _ = writeln!(
        text,
        "everything is tagged `rolecall:run`, and removed when its scenario ends; those calls come on top"
    );
    let lines = calls.iter().map(|(call, count)| format!("  {count:5}  {call}\n"));
    let _ = write!(text, "calls:\n{}", lines.collect::<String>());
    if skipped > 0 {
        let _ = writeln!(text, "{skipped} scenarios are skipped");
    }
    if let Some(instances) = made.get("instances") {
        let _ = writeln!(
            text,
            "this starts {instances} EC2 instances, which cost money until they are terminated"
        );
    }
    text
}

/// The calls of a scenario: `iam:CreateUser`, and the operation alone.
fn operations(scenario: &ScenarioRecord) -> Vec<(String, &str)> {
    let calls = scenario.calls().map(|record| &record.call);
    let named = |service: &str, operation: &str| format!("{}:{operation}", service.to_ascii_lowercase());
    calls.map(|call| (named(&call.service, &call.operation), call.operation.as_str())).collect()
}

fn made_by<'a>(operations: impl Iterator<Item = &'a str>) -> BTreeMap<&'static str, usize> {
    let mut made = BTreeMap::new();
    for operation in operations {
        if let Some((_, kind)) = MAKES.iter().find(|(name, _)| *name == operation) {
            *made.entry(*kind).or_default() += 1;
        }
    }
    made
}

fn counted(made: &BTreeMap<&str, usize>) -> String {
    match made.is_empty() {
        true => "nothing".to_owned(),
        false => made.iter().map(|(kind, count)| some(kind, *count)).collect::<Vec<_>>().join(", "),
    }
}

fn some(kind: &str, count: usize) -> String {
    match (count, kind.strip_suffix('s')) {
        (1, Some(one)) => format!("1 {one}"),
        _ => format!("{count} {kind}"),
    }
}
