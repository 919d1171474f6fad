//! What was assessed, by what, and in which activities.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::call::Purpose;
use crate::record::{Record, ScenarioRecord};
use crate::target::TargetKind;
use crate::words;

use super::ids::Ids;
use super::{line, prop, put, put_list, time};

/// An activity for each feature file of which a scenario was selected.
pub(super) fn activities(record: &Record, ids: &Ids<'_>) -> Vec<Value> {
    let activity = |first: &ScenarioRecord| {
        let place = &first.scenario;
        json!({
            "uuid": ids.feature(&place.path),
            "title": line(&place.feature),
            "description": format!("The scenarios of `{}` were run.", line(&place.path)),
            "props": [{ "name": "method", "value": "TEST" }],
        })
    };
    first_of_files(record).map(activity).collect()
}

fn first_of_files(record: &Record) -> impl Iterator<Item = &ScenarioRecord> {
    let mut seen = BTreeSet::new();
    record.scenarios.iter().filter(move |it| seen.insert(it.scenario.path.as_str()))
}

/// The target, the tool, the run, and who asked for what.
pub(super) fn definitions(record: &Record, ids: &Ids<'_>) -> Value {
    let mut definitions = json!({ "components": [target(record, ids)] });
    let (principals, resources) = asked(record.scenarios.iter());
    let item = |arn: &&str| json!({ "uuid": ids.resource(arn), "description": line(arn), "props": [prop("arn", arn)] });
    let user =
        |arn: &&str| json!({ "uuid": ids.principal(arn), "title": line(arn), "props": [prop("arn", arn)] });
    put_list(&mut definitions, "inventory-items", resources.iter().map(item).collect());
    put_list(&mut definitions, "users", principals.iter().map(user).collect());
    let assets = json!({
        "components": [tool(record, ids)],
        "assessment-platforms": [{
            "uuid": ids.platform(),
            "title": match &record.run.host {
                Some(host) => line(&format!("{} ({}, {})", host.kind, host.system, host.architecture)),
                None => "not known".to_owned(),
            },
            "uses-components": [{ "component-uuid": ids.tool() }],
        }],
    });
    put(&mut definitions, "assessment-assets", assets);
    put(&mut definitions, "tasks", json!([task(record, ids)]));
    definitions
}

/// Who asked for what, in the attempts and expectations of scenarios: ARNs of principals and of resources.
pub(super) fn asked<'run>(
    scenarios: impl Iterator<Item = &'run ScenarioRecord>,
) -> (BTreeSet<&'run str>, BTreeSet<&'run str>) {
    let calls = scenarios.flat_map(ScenarioRecord::calls).map(|it| &it.call);
    let about = calls.filter(|call| matches!(call.purpose, Purpose::Attempt | Purpose::Expectation));
    let mut found = (BTreeSet::new(), BTreeSet::new());
    for call in about {
        found.0.insert(call.principal.as_str());
        found.1.extend(call.resource.as_deref());
    }
    found
}

fn target(record: &Record, ids: &Ids<'_>) -> Value {
    let Some(target) = &record.target else {
        return json!({
            "uuid": ids.target(),
            "type": "system",
            "title": "not known",
            "description": words::standing(record),
            "status": { "state": "other", "remarks": "The target was not tested." },
        });
    };
    let kind = match target.kind {
        TargetKind::Embedded | TargetKind::LocalStack => "software",
        TargetKind::Endpoint => "system",
        TargetKind::Aws => "service",
    };
    let props = [
        target.account.as_deref().map(|account| prop("account", account)),
        target.region.as_deref().map(|region| prop("region", region)),
        Some(prop("enforces-iam", &target.enforces_iam.to_string())),
    ];
    json!({
        "uuid": ids.target(),
        "type": kind,
        "title": line(&target.name),
        "description": words::standing(record),
        "props": props.into_iter().flatten().collect::<Vec<Value>>(),
        "status": { "state": "operational" },
    })
}

fn tool(record: &Record, ids: &Ids<'_>) -> Value {
    let tool = &record.run.tool;
    let mut props = vec![prop("version", &tool.version)];
    props.extend(tool.binary.iter().map(|digest| prop("sha256", digest.as_str())));
    props.extend(tool.conformance.iter().map(|it| {
        prop("conformance", &format!("{}: {} of {} (cases {})", it.of, it.passed, it.total, it.version))
    }));
    json!({
        "uuid": ids.tool(),
        "type": "software",
        "title": line(&tool.name),
        "description": "Runs specifications of who may do what in AWS, by making the calls.",
        "props": props,
        "status": { "state": "operational" },
    })
}

fn task(record: &Record, ids: &Ids<'_>) -> Value {
    let mut task = json!({ "uuid": ids.task(), "type": "action", "title": "The run" });
    if let Some(duration) = record.duration {
        let start = words::started(record);
        let range = json!({ "start": time(start), "end": time(start + duration) });
        put(&mut task, "timing", json!({ "within-date-range": range }));
    }
    let subject = json!({ "subject-uuid": ids.target(), "type": "component" });
    let subjects = json!([{ "type": "component", "include-subjects": [subject] }]);
    let activity = |first: &ScenarioRecord| json!({ "activity-uuid": ids.feature(&first.scenario.path), "subjects": subjects });
    put_list(&mut task, "associated-activities", first_of_files(record).map(activity).collect());
    task
}
