//! A second reading of AWS's documentation, written plainly and slowly, and without looking at the engine: it works on
//! the raw JSON of documents, and has to agree with the engine on 100,000 random cases.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests"
)]

mod callers;
mod cases;
mod conditions;
mod flow;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use rolecall_policy::{
    Decision, Policies, Policy, PolicyDocument, PolicyKind, Request, ResourcePolicy, Undecidable, decide,
};
use serde_json::Value;

use conditions::Verdict;
use flow::{Documents, Looked, Own, Reading};

const CASES: u64 = 100_000;

#[test]
fn agrees_with_the_engine_on_random_cases() {
    let workers = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    let mut counts = Counts::default();
                    (worker..CASES).step_by(workers as usize).for_each(|number| counts.add(number));
                    counts
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).fold(Counts::default(), Counts::and)
    });
    for (name, count) in counts.classes.iter().chain(&counts.operators) {
        println!("{count:>7}  {name}");
    }
    let shown = counts.disagreements.iter().take(5).cloned().collect::<Vec<String>>().join("\n\n");
    assert!(counts.disagreements.is_empty(), "{} disagreements:\n{shown}", counts.disagreements.len());
    counts.every_class_occurs();
}

/// What came up, and how often.
#[derive(Default)]
struct Counts {
    classes: BTreeMap<String, u64>,
    operators: BTreeMap<String, u64>,
    disagreements: Vec<String>,
}

impl Counts {
    /// Decides the case of this number in both ways.
    fn add(&mut self, number: u64) {
        let (request, documents) = cases::case(&mut cases::Dice::of(number));
        let mut decisive = Vec::new();
        let looked = flow::look(&request, &documents, &mut decisive);
        for (operator, met) in decisive {
            *self.operators.entry(format!("{operator} {met}")).or_default() += 1;
        }
        let decided = decide(&request, &policies(&documents));
        *self.classes.entry(class(&request, &decided)).or_default() += 1;
        if let Err(disagreement) = compare(&request, &documents, &looked, &decided) {
            self.disagreements.push(format!("case {number}: {disagreement}\n{request:?}\n{documents:?}"));
        }
    }

    fn and(mut self, others: Self) -> Self {
        for (name, count) in others.classes {
            *self.classes.entry(name).or_default() += count;
        }
        for (name, count) in others.operators {
            *self.operators.entry(name).or_default() += count;
        }
        self.disagreements.extend(others.disagreements);
        self
    }
}

/// The outcome with the layer that decided it and, for the undecidable, nothing else.
fn class(request: &Request, decided: &Result<Decision, Undecidable>) -> String {
    let Ok(decision) = decided else { return "undecidable".to_owned() };
    let across = request
        .resource_account
        .as_ref()
        .is_some_and(|owner| request.principal.account().is_some_and(|account| account != owner));
    let place = if across { "across accounts" } else { "in the account" };
    format!("{:?} by {:?} {place}", decision.outcome, decision.layer)
}

fn compare(
    request: &Request,
    documents: &Documents,
    looked: &[Looked],
    decided: &Result<Decision, Undecidable>,
) -> Result<(), String> {
    let readings = readings(request, documents, looked);
    let decision = match decided {
        // Cautious is right where something that might decide is unknown, and only there.
        Err(_) if looked.iter().any(|looked| looked.applies == Verdict::Unknown) => return Ok(()),
        Err(undecidable) => {
            return Err(format!("the engine does not decide ({undecidable}), but {readings:?}"));
        }
        Ok(decision) => decision,
    };
    // All readings must agree on the outcome; which layer may be named can hang on what is unknown.
    for reading in &readings {
        if decision.outcome != reading.outcome {
            return Err(format!("{:?} by {:?}, but {readings:?}", decision.outcome, decision.layer));
        }
    }
    if !readings.iter().any(|reading| reading.layers.contains(&decision.layer)) {
        return Err(format!("{:?} by {:?}, but {readings:?}", decision.outcome, decision.layer));
    }
    for name in &decision.deciding {
        let found = looked.iter().find(|looked| {
            looked.layer == name.layer && looked.policy == *name.policy && looked.index == name.index
        });
        if found.is_none_or(|looked| looked.applies != Verdict::Yes || looked.deny == decision.is_allowed()) {
            return Err(format!("statement {name:?} does not apply"));
        }
    }
    Ok(())
}

/// The different answers there are, whichever way the unknown statements turn out.
fn readings(request: &Request, documents: &Documents, looked: &[Looked]) -> Vec<Reading> {
    let unknown: Vec<usize> =
        (0..looked.len()).filter(|place| looked[*place].applies == Verdict::Unknown).collect();
    let mut readings: Vec<Reading> = Vec::new();
    for guess in 0..1_u32 << unknown.len() {
        let applies = |place: usize| match unknown.iter().position(|other| *other == place) {
            Some(bit) => guess >> bit & 1 == 1,
            None => looked[place].applies == Verdict::Yes,
        };
        let reading = flow::walk(request, documents, looked, &applies);
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    readings
}

fn policies(documents: &Documents) -> Policies {
    let policy = |name: String, document: &Value, kind| {
        let text = document.to_string();
        let document = PolicyDocument::parse(&text, kind).unwrap_or_else(|error| panic!("{error}: {text}"));
        Policy { name, document: Arc::new(document) }
    };
    let all = |name: &str, documents: &[Value], kind| -> Vec<Policy> {
        documents
            .iter()
            .enumerate()
            .map(|(place, document)| policy(format!("{name}{place}"), document, kind))
            .collect()
    };
    let levels = |name: &str, levels: &[Vec<Value>], kind| {
        levels
            .iter()
            .enumerate()
            .map(|(level, policies)| all(&format!("{name}{level}."), policies, kind))
            .collect()
    };
    let own = |document, kind| policy("resource".to_owned(), document, kind);
    Policies {
        identity: all("identity", &documents.identity, PolicyKind::Identity),
        boundary: documents
            .boundary
            .as_ref()
            .map(|document| policy("boundary".to_owned(), document, PolicyKind::Identity)),
        session: documents.session.as_ref().map(|documents| all("session", documents, PolicyKind::Identity)),
        resource: match &documents.resource {
            Own::None => ResourcePolicy::None,
            Own::Grants(document) => ResourcePolicy::Grants(own(document, PolicyKind::Resource)),
            Own::Key(document) => ResourcePolicy::Key(Some(own(document, PolicyKind::Resource))),
            Own::Trust(document) => ResourcePolicy::Trust(
                document.as_ref().map(|document| policy("trust".to_owned(), document, PolicyKind::Trust)),
            ),
        },
        service_control: levels("scp", &documents.service_control, PolicyKind::ServiceControl),
        resource_control: levels("rcp", &documents.resource_control, PolicyKind::ResourceControl),
    }
}

impl Counts {
    fn every_class_occurs(&self) {
        for outcome in [
            "Allowed by None in the account",
            "Allowed by Some(Identity) in the account",
            "Allowed by Some(Resource) in the account",
            "Allowed by Some(Resource) across accounts",
            "Allowed by Some(Trust) in the account",
            "Allowed by Some(Trust) across accounts",
            "ExplicitDeny by Some(Boundary) in the account",
            "ExplicitDeny by Some(Identity) across accounts",
            "ExplicitDeny by Some(Identity) in the account",
            "ExplicitDeny by Some(Resource) across accounts",
            "ExplicitDeny by Some(Resource) in the account",
            "ExplicitDeny by Some(ResourceControl) in the account",
            "ExplicitDeny by Some(ServiceControl) in the account",
            "ExplicitDeny by Some(Session) in the account",
            "ExplicitDeny by Some(Trust) in the account",
            "ImplicitDeny by Some(Boundary) in the account",
            "ImplicitDeny by Some(Identity) across accounts",
            "ImplicitDeny by Some(Identity) in the account",
            "ImplicitDeny by Some(Resource) across accounts",
            "ImplicitDeny by Some(Resource) in the account",
            "ImplicitDeny by Some(ResourceControl) in the account",
            "ImplicitDeny by Some(ServiceControl) in the account",
            "ImplicitDeny by Some(Session) in the account",
            "ImplicitDeny by Some(Trust) in the account",
            "undecidable",
        ] {
            let count = self.classes.get(outcome).copied().unwrap_or(0);
            assert!(count >= 150, "{outcome}: only {count}");
        }
        let bases: Vec<&str> = self
            .operators
            .keys()
            .filter(|name| name.ends_with(" true") && !name.contains(':') && !name.contains("IfExists"))
            .map(|name| name.trim_end_matches(" true"))
            .collect();
        assert_eq!(bases.len(), 27, "{bases:?}");
        for base in bases {
            let sets: &[&str] = if base == "Null" { &[""] } else { &["", "ForAllValues:", "ForAnyValue:"] };
            for set in sets {
                let suffixes: &[&str] = if base == "Null" { &[""] } else { &["", "IfExists"] };
                for suffix in suffixes {
                    for met in [true, false] {
                        let name = format!("{set}{base}{suffix} {met}");
                        let count = self.operators.get(&name).copied().unwrap_or(0);
                        assert!(count >= 10, "{name}: only {count}");
                    }
                }
            }
        }
    }
}
