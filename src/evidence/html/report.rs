//! The whole file, and what stands around its parts.

use std::io::{self, Write};

use crate::digest::Sha256;
use crate::files::Files;
use crate::record::Record;

use super::context::Context;
use super::controls::controls;
use super::detail::{Detail, details};
use super::filters::filters;
use super::head::{SCRIPT, Scripts, head};
use super::markup::{Html, count, isolated, put};
use super::origin::{origin, policies};
use super::page::{Beside, pages, policies_page};
use super::reach::reach;
use super::scenarios::scenario;
use super::timeline::timeline;
use super::top::{counts, header, troubles};

/// Longer ones have a page of their own, if there are such.
const POLICIES: usize = 200_000;

/// Writes `record` as one file, however large; `digest` is that of the record in JSON.
pub(crate) fn write(record: &Record, digest: &Sha256, out: &mut dyn Write) -> io::Result<()> {
    let context = Context::new(record, digest);
    let whole = vec![Detail::Whole; record.scenarios.len()];
    Around::of(&context).write(&context, &whole, out)
}

/// Writes `record` as the file `name`, and pages beside it with what would make it too large.
pub(crate) fn write_files(
    record: &Record,
    digest: &Sha256,
    name: &str,
    files: &mut dyn Files,
) -> io::Result<()> {
    let beside = Beside::of(name);
    let mut context = Context::new(record, digest);
    if record.policies.values().map(String::len).sum::<usize>() > POLICIES {
        policies_page(&context, &beside, files)?;
        context.policies = beside.policies();
    }
    let around = Around::of(&context);
    context.pages = (0..record.scenarios.len()).map(|it| (it, beside.page(usize::MAX))).collect();
    let details = details(&context, around.len());
    context.pages = pages(&context, &details, &beside, files)?;
    files.put(name, &mut |out| around.write(&context, &details, out))
}

/// What stands before the scenarios, and behind them.
struct Around {
    before: Html,
    behind: Html,
}

impl Around {
    fn of(context: &Context<'_>) -> Around {
        let (mut before, mut behind) = (Html::default(), Html::default());
        head(&mut before, context, Scripts::Ours);
        header(&mut before, context);
        let mut parts: Vec<(&str, &str, Html)> = Vec::new();
        let mut part = |id, name, make: fn(&mut Html, &Context<'_>)| {
            let mut html = Html::default();
            make(&mut html, context);
            if !html.0.is_empty() {
                parts.push((id, name, html));
            }
        };
        part("troubles", "What did not pass", troubles);
        part("reach", "Who can reach what", reach);
        part("controls", "Controls", controls);
        part("timeline", "Timeline", timeline);
        part("scenarios", "Scenarios", filters);
        put!(before, "<nav aria-label=\"Parts of this report\">");
        for (id, name, _) in &parts {
            put!(before, "<a href=#{id}>{name}</a> ");
        }
        put!(before, "<a href=#origin>Who, where and from what</a></nav>");
        counts(&mut before, context);
        parts.iter().for_each(|(_, _, it)| before.0.push_str(&it.0));
        put!(behind, "</section>");
        origin(&mut behind, context);
        if context.policies.is_empty() && !context.record.policies.is_empty() {
            policies(&mut behind, context);
        }
        put!(behind, "</main><script>{SCRIPT}</script></html>\n");
        Around { before, behind }
    }

    fn len(&self) -> usize {
        self.before.0.len() + self.behind.0.len()
    }

    fn write(&self, context: &Context<'_>, details: &[Detail], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.before.0.as_bytes())?;
        out.write_all(aside(context).0.as_bytes())?;
        let mut path = None;
        for (index, (it, detail)) in context.record.scenarios.iter().zip(details).enumerate() {
            let mut html = Html::default();
            if path.replace(&it.scenario.path) != Some(&it.scenario.path) {
                put!(
                    html,
                    "<h3>{} <small>{}</small></h3>",
                    isolated(&it.scenario.feature),
                    isolated(&it.scenario.path)
                );
            }
            scenario(&mut html, context, index, it, *detail);
            out.write_all(html.0.as_bytes())?;
        }
        out.write_all(self.behind.0.as_bytes())
    }
}

/// Whoever finds nothing must know where nobody looked.
fn aside(context: &Context<'_>) -> Html {
    let mut html = Html::default();
    let aside = context.pages.len();
    if aside > 0 {
        put!(
            html,
            "<p class=meta>Of {} the calls, and of some the steps, stand on pages beside this report. A search looks only at what stands here; status, tag, control and principal are known of all.",
            count(aside, "scenario")
        );
    }
    html
}
