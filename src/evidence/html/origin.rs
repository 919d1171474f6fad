//! Who ran it, where and from what; the self-test, what was left, and the policies.

use crate::provenance::File;
use crate::words;

use super::call::row;
use super::context::Context;
use super::markup::{Html, put, shortened};
use super::scenarios::activity;

pub(super) fn origin(html: &mut Html, context: &Context<'_>) {
    let (record, run) = (context.record, &context.record.run);
    put!(html, "<section id=origin><h2>Who, where and from what</h2><dl>");
    row(html, "Command", Some(&run.command_line.join(" ")));
    row(html, "Tool", Some(&format!("{} {}", run.tool.name, run.tool.version)));
    row(html, "Program, SHA-256", run.tool.binary.as_ref().map(|it| it.as_str()));
    row(html, "Lock file, SHA-256", run.tool.lock_file.as_ref().map(|it| it.as_str()));
    for it in &run.tool.conformance {
        row(
            html,
            "Conformance",
            Some(&format!("{}: {} of {}, version {}", it.of, it.passed, it.total, it.version)),
        );
    }
    run.tool
        .data
        .iter()
        .for_each(|(name, version)| row(html, "Knows AWS by", Some(&format!("{name} {version}"))));
    row(html, "Run by", Some(&words::who(run)));
    row(html, "CI job", run.who.as_ref().and_then(|it| it.job.as_deref()));
    let host = run.host.as_ref().map(|it| format!("{}, {} {}", it.kind, it.system, it.architecture));
    row(html, "Host", host.as_deref());
    row(html, "Commit", Some(run.commit.as_ref().map_or("not known", |it| it.id.as_str())));
    row(html, "Changes since", run.commit.as_ref().map(|_| words::changes(record)));
    row(html, "Clock", run.clock.as_deref());
    record.plan().for_each(|it: &File| {
        row(
            html,
            "File",
            Some(&format!(
                "{}: {} bytes, SHA-256 {}{}",
                it.path,
                it.length,
                it.sha256,
                if it.differs { ", not as the commit has it" } else { "" }
            )),
        )
    });
    run.settings
        .iter()
        .for_each(|it| row(html, "Setting", Some(&format!("{} = {} ({})", it.name, it.value, it.source))));
    put!(html, "</dl>");
    if let Some(test) = record.target.as_ref().and_then(|it| it.self_test.as_ref()) {
        put!(html, "<h3>Self-test of the target</h3><dl>");
        for it in &test.services {
            row(
                html,
                "Service",
                Some(&format!(
                    "{}: {}",
                    it.service,
                    it.doubt.as_deref().unwrap_or("a known denial was seen, and its control")
                )),
            );
        }
        row(html, "Signatures", Some(test.signatures.as_deref().unwrap_or("a wrong one was refused")));
        row(
            html,
            "Ends of sessions",
            Some(test.expiry.as_deref().unwrap_or("a session was refused after its end")),
        );
        row(
            html,
            "Old signatures",
            Some(test.old_signatures.as_deref().unwrap_or("one of an hour ago was refused")),
        );
        row(
            html,
            "Time",
            Some(test.time.as_deref().unwrap_or("that of the machine which ran it, but for a minute")),
        );
        put!(html, "</dl>");
    }
    activity(html, context, &record.outside);
    record
        .clean_up
        .iter()
        .flat_map(|it| &it.left)
        .for_each(|it| put!(html, "<p class=warn>Not removed: {}", shortened(it)));
    put!(html, "</section>");
}

pub(super) fn policies(html: &mut Html, context: &Context<'_>) {
    put!(html, "<section id=policies><h2>Policies, as they were sent</h2>");
    for (digest, policy) in &context.record.policies {
        put!(
            html,
            "<details id=p-{digest}><summary>SHA-256 {digest}</summary><pre>{}</pre></details>",
            shortened(policy)
        );
    }
    put!(html, "</section>");
}
