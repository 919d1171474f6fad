//! What several parts of a report need to know: stable names of places, and the values to filter by.

use std::collections::{BTreeMap, BTreeSet};

use crate::controls::ControlRef;
use crate::digest::Sha256;
use crate::record::{Record, ScenarioRecord};

use super::look::{self, Look};
use super::markup::marked;

/// In reports of so many scenarios each link to one tells its name; in larger ones that would be most of their size.
const TITLED: usize = 100;

#[derive(Clone, Debug)]
pub(super) struct Context<'a> {
    pub(super) record: &'a Record,
    /// Whether verdicts of the target count.
    pub(super) proven: bool,
    /// Of the record in JSON.
    pub(super) digest: &'a Sha256,
    /// Of each scenario: from path, rule and name, so that a link holds though lines move.
    ids: Vec<String>,
    /// Those that name one control have one number.
    pub(super) tags: BTreeMap<&'a str, usize>,
    pub(super) principals: BTreeMap<&'a str, usize>,
    /// The address of the file that holds the policies; empty: the one that is being written.
    pub(super) policies: String,
    /// The addresses of the files that hold the scenarios whole; a scenario that has none is whole in this one.
    pub(super) pages: BTreeMap<usize, String>,
}

impl<'a> Context<'a> {
    pub(super) fn new(record: &'a Record, digest: &'a Sha256) -> Context<'a> {
        let tags = record.scenarios.iter().flat_map(|it| &it.scenario.tags).map(String::as_str);
        let calls = record.scenarios.iter().flat_map(ScenarioRecord::calls);
        let mut tags = numbered(tags);
        let mut controls = BTreeMap::new();
        for (tag, number) in &mut tags {
            if let Some(control) = ControlRef::from_tag(tag) {
                *number = *controls.entry(control.folded()).or_insert(*number);
            }
        }
        Context {
            record,
            proven: record.target.as_ref().is_some_and(|target| target.enforces_iam),
            digest,
            ids: ids(record),
            tags,
            principals: numbered(calls.map(|it| it.call.principal.as_str())),
            policies: String::new(),
            pages: BTreeMap::new(),
        }
    }

    pub(super) fn id(&self, scenario: usize) -> &str {
        self.ids.get(scenario).map_or("", String::as_str)
    }

    pub(super) fn look(&self, scenario: &ScenarioRecord) -> Look {
        look::outcome(scenario.outcome(), self.proven)
    }

    /// A sign and number that lead to a scenario.
    pub(super) fn link(&self, index: usize) -> String {
        let Some(scenario) = self.record.scenarios.get(index) else { return String::new() };
        let look = self.look(scenario);
        let title = if self.record.scenarios.len() <= TITLED {
            format!(" title=\"{}: {}\"", look.word, marked(name(scenario)))
        } else {
            String::new()
        };
        format!(
            "<a class=\"chip {}\" href=#{}{title}>{} {}</a>",
            look.class,
            self.id(index),
            look.sign,
            index + 1
        )
    }

    /// As many links as people look at.
    pub(super) fn links(&self, scenarios: impl ExactSizeIterator<Item = usize>, most: usize) -> String {
        let more = scenarios.len().saturating_sub(most);
        let mut links: Vec<String> = scenarios.take(most).map(|it| self.link(it)).collect();
        if more > 0 {
            links.push(format!("and {more} more"));
        }
        links.join(" ")
    }

    /// Links to all, those that are more than people look at closed.
    pub(super) fn all_links(&self, scenarios: &[usize], most: usize) -> String {
        let (first, rest) = scenarios.split_at(most.min(scenarios.len()));
        let links = |of: &[usize]| of.iter().map(|it| self.link(*it)).collect::<Vec<_>>().join(" ");
        let more = match rest {
            [] => String::new(),
            rest => format!(" <details><summary>and {} more</summary>{}</details>", rest.len(), links(rest)),
        };
        format!("{}{more}", links(first))
    }
}

pub(super) fn name(scenario: &ScenarioRecord) -> &str {
    match scenario.scenario.name.trim() {
        "" => "(no name)",
        name => name,
    }
}

fn ids(record: &Record) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let id = |it: &ScenarioRecord| {
        let it = &it.scenario;
        let what = [it.path.as_str(), it.rule.as_deref().unwrap_or_default(), &it.name].join("\0");
        let id: String = Sha256::of(what).as_str().chars().take(8).collect();
        let times = seen.entry(id.clone()).or_default();
        *times += 1;
        if *times == 1 { format!("s{id}") } else { format!("s{id}-{times}") }
    };
    record.scenarios.iter().map(id).collect()
}

fn numbered<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    texts.collect::<BTreeSet<_>>().into_iter().zip(0..).collect()
}
