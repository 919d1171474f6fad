//! Controls and the scenarios that bear on them.

use crate::controls::ControlFinding;

use super::context::Context;
use super::markup::{Html, put, text};

pub(super) fn controls(html: &mut Html, context: &Context<'_>) {
    let rows = context.record.controls();
    if rows.is_empty() {
        return;
    }
    put!(
        html,
        "<section id=controls><h2>Controls</h2><div class=wide tabindex=0 role=region aria-label=Controls><table><thead><tr><th scope=col>Control<th scope=col>Finding<th scope=col>Scenarios<tbody>"
    );
    for row in rows {
        let (class, finding) = match row.finding {
            ControlFinding::Satisfied => ("passed", "✓ satisfied"),
            ControlFinding::NotSatisfied => ("failed", "✕ not satisfied"),
            ControlFinding::Undetermined => ("inconclusive", "? undetermined"),
            ControlFinding::NotTested => ("skipped", "– no scenario"),
        };
        let about = row.text.as_ref().and_then(|it| it.text.as_deref()).unwrap_or_default();
        put!(
            html,
            "<tr><th scope=row>{}<small>{}</small><td class={class}><b class=st>{finding}</b><td>{}",
            text(&row.control.to_string()),
            text(about),
            context.links(row.scenarios.iter().copied(), 100)
        );
    }
    put!(html, "</table></div>");
    let without = context.record.scenarios_without_control();
    if !without.is_empty() {
        put!(html, "<p>Scenarios without a control: {}", context.links(without.into_iter(), 100));
    }
    put!(html, "</section>");
}
