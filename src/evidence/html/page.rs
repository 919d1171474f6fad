//! Pages beside a report, in a folder of their own: what would make the report too large to send around.

use std::collections::BTreeMap;
use std::io;

use crate::files::Files;
use crate::words::address;

use super::context::Context;
use super::detail::Detail;
use super::head::{Scripts, head};
use super::markup::{Html, put, text};
use super::origin::policies;
use super::scenarios::scenario;

/// A page is full at so many bytes.
const FULL: usize = 600_000;

/// The names of the files.
pub(super) struct Beside {
    report: String,
    folder: String,
}

impl Beside {
    /// Beside the report with this name.
    pub(super) fn of(name: &str) -> Beside {
        let stem = name.strip_suffix(".html").unwrap_or(name);
        Beside { report: name.to_owned(), folder: format!("{stem}-scenarios") }
    }

    /// The address of a page from the report.
    pub(super) fn page(&self, number: usize) -> String {
        format!("{}/{number}.html", address(&self.folder))
    }

    /// The address of the policies from the report.
    pub(super) fn policies(&self) -> String {
        format!("{}/policies.html", address(&self.folder))
    }
}

/// Hands over pages with those scenarios that the report does not hold whole, and tells their addresses.
pub(super) fn pages(
    context: &Context<'_>,
    details: &[Detail],
    beside: &Beside,
    files: &mut dyn Files,
) -> io::Result<BTreeMap<usize, String>> {
    let policies = if context.policies.is_empty() {
        format!("../{}", address(&beside.report))
    } else {
        "policies.html".to_owned()
    };
    let mut here = context.clone();
    (here.policies, here.pages) = (policies, BTreeMap::new());
    let (mut pages, mut number, mut body) = (BTreeMap::new(), 1, Html::default());
    let aside = context.record.scenarios.iter().zip(details).enumerate();
    for (index, (it, _)) in aside.filter(|(_, (_, detail))| **detail != Detail::Whole) {
        scenario(&mut body, &here, index, it, Detail::Whole);
        pages.insert(index, beside.page(number));
        if body.0.len() >= FULL {
            put_page(context, beside, &number.to_string(), &body, files)?;
            (number, body) = (number + 1, Html::default());
        }
    }
    if !body.0.is_empty() {
        put_page(context, beside, &number.to_string(), &body, files)?;
    }
    Ok(pages)
}

/// Hands over the page with the policies.
pub(super) fn policies_page(context: &Context<'_>, beside: &Beside, files: &mut dyn Files) -> io::Result<()> {
    let mut body = Html::default();
    policies(&mut body, context);
    put_page(context, beside, "policies", &body, files)
}

fn put_page(
    context: &Context<'_>,
    beside: &Beside,
    name: &str,
    body: &Html,
    files: &mut dyn Files,
) -> io::Result<()> {
    let page = page(context, beside, body);
    files.put(&format!("{}/{name}.html", beside.folder), &mut |out| out.write_all(page.0.as_bytes()))
}

fn page(context: &Context<'_>, beside: &Beside, body: &Html) -> Html {
    let mut html = Html::default();
    head(&mut html, context, Scripts::None);
    put!(
        html,
        "<p class=brand>Rolecall · who may do what<p>A part of <a href=\"../{}\">the report of run {}</a>, which says what it is worth.{}</main></html>\n",
        text(&address(&beside.report)),
        text(&context.record.run.id),
        body.0
    );
    html
}
