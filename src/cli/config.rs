//! `rolecall config`: the settings of the target, and where each came from.

use std::fmt::Write as _;

use crate::args::ConfigArgs;
use crate::output::say;
use crate::settings::{Key, Settings};
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn config(args: &ConfigArgs, surroundings: &Surroundings) -> Status {
    let settings = match Settings::of(&args.target) {
        Ok(settings) => settings,
        Err(trouble) => {
            trouble.print(surroundings);
            return Status::Usage;
        }
    };
    match say(&table(&settings)) {
        Ok(()) => Status::Passed,
        Err(trouble) => {
            trouble.print(surroundings);
            Status::Inconclusive
        }
    }
}

fn table(settings: &Settings) -> String {
    let rows = Key::ALL.into_iter().map(|key| (key, settings.get(key)));
    let width = |length: usize, value: &str| length.max(value.chars().count());
    let names = Key::ALL.into_iter().map(Key::name).fold(0, width);
    let values =
        rows.clone().filter_map(|(_, setting)| setting).map(|setting| setting.value.as_str()).fold(1, width);
    let mut table = String::new();
    for (key, setting) in rows {
        let name = key.name();
        let _ = match setting {
            Some(setting) => {
                writeln!(table, "{name:names$}  {:values$}  ({})", setting.value, setting.source)
            }
            None => writeln!(table, "{name:names$}  {:values$}  (not set; {})", "-", key.variable()),
        };
    }
    table
}
