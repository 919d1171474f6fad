//! `# rolecall: allow(RC012) reason`: silences a finding of the step below, or of the file where it stands at its head.

use std::ops::RangeInclusive;

use super::page::Page;
use super::{code, codes};

struct Allow<'a> {
    line: usize,
    id: &'a str,
    /// The lines whose findings are meant; `None`: the whole file.
    lines: Option<RangeInclusive<usize>>,
}

pub(super) fn apply(page: &mut Page<'_>) {
    let lines = page.lines;
    let head =
        lines.iter().position(|line| !is_aside(line) && !line.trim().starts_with('@')).unwrap_or(lines.len());
    let mut fence = None;
    for (index, text) in lines.iter().enumerate() {
        let text = text.trim();
        let fenced = FENCES.into_iter().find(|mark| text.starts_with(mark));
        match (fence, fenced) {
            (None, Some(_)) => fence = fenced,
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let Some(words) = text.strip_prefix('#').map(str::trim_start).filter(|_| fence.is_none()) else {
            continue;
        };
        let Some((id, reason)) = words.strip_prefix("rolecall: allow(").and_then(|rest| rest.split_once(')'))
        else {
            continue;
        };
        let below = (index >= head).then(|| below(lines, index + 1));
        settle(&Allow { line: index + 1, id, lines: below }, reason.trim(), page);
    }
}

/// The step below a line with its table and doc string, or the scenario with the tags above it: the numbers of the lines.
fn below(lines: &[&str], from: usize) -> RangeInclusive<usize> {
    let text = |index: usize| lines.get(index).map_or("", |line| line.trim());
    let Some(first) = (from..lines.len()).find(|index| !is_aside(text(*index))) else { return 0..=0 };
    let mut last = first;
    while text(last).starts_with('@') && last + 1 < lines.len() {
        last += 1;
    }
    let mut fence = None;
    for index in last + 1..lines.len() {
        let fenced = FENCES.into_iter().find(|mark| text(index).starts_with(mark));
        match (fence, fenced) {
            (None, Some(_)) => fence = fenced,
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) if text(index).starts_with('|') => {}
            (None, None) if is_aside(text(index)) => continue,
            (None, None) => break,
        }
        last = index;
    }
    first + 1..=last + 1
}

const FENCES: [&str; 2] = ["\"\"\"", "```"];

fn settle(allow: &Allow<'_>, reason: &str, page: &mut Page<'_>) {
    if code(allow.id).is_none() || reason.is_empty() {
        let message = match code(allow.id) {
            None => format!("there is no code `{}`", allow.id),
            Some(_) => "this allow gives no reason".to_owned(),
        };
        let help =
            Some("write `# rolecall: allow(CODE) reason`; `rolecall explain` lists the codes".to_owned());
        page.add_line(codes::NO_REASON, allow.line, message, help);
        return;
    }
    let before = page.findings.len();
    page.findings.retain(|finding| {
        let is_meant = allow.lines.as_ref().is_none_or(|lines| lines.contains(&finding.anchor));
        !(is_meant && finding.code.id.eq_ignore_ascii_case(allow.id))
    });
    if page.findings.len() == before {
        page.add_line(
            codes::IDLE,
            allow.line,
            format!("nothing here is {}", allow.id),
            Some("remove it".to_owned()),
        );
    }
}

/// Blank, or a comment.
fn is_aside(line: &str) -> bool {
    line.trim().is_empty() || line.trim().starts_with('#')
}
