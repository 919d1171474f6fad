//! `# rolecall: allow(RC012) reason`: silences a finding of the step below, or of the file where it stands at its head.

use super::{Page, code, codes};

struct Allow<'a> {
    line: usize,
    id: &'a str,
    /// The line whose findings are meant; `None`: the whole file.
    anchor: Option<usize>,
}

pub(super) fn apply(page: &mut Page<'_>) {
    let lines = page.lines;
    let head =
        lines.iter().position(|line| !is_aside(line) && !line.trim().starts_with('@')).unwrap_or(lines.len());
    let mut fence = None;
    for (index, text) in lines.iter().enumerate() {
        let text = text.trim();
        let fenced = ["\"\"\"", "```"].into_iter().find(|mark| text.starts_with(mark));
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
        let below =
            (index + 1..lines.len()).find(|below| lines.get(*below).is_some_and(|line| !is_aside(line)));
        let anchor = if index < head { None } else { Some(below.map_or(0, |below| below + 1)) };
        settle(&Allow { line: index + 1, id, anchor }, reason.trim(), page);
    }
}

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
        let is_meant = allow.anchor.is_none_or(|anchor| finding.anchor == anchor);
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
