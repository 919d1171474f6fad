//! Paths, tags and documents of a description as they are at the scenario's place.

use aws_sdk_iam::types::Tag;
use harness::{Doubt, Doubtful, Stage};

use crate::principals::iam_tags;

/// The path of something in IAM there: below that of the place.
pub(super) fn path_there(stage: &Stage, path: &str) -> Option<String> {
    Some(match stage.place.names().iam_path() {
        Some(own) => format!("{}{path}", own.trim_end_matches('/')),
        None => path.to_owned(),
    })
}

/// Tags of a description and those of the place. Such as begin with `aws:` are AWS's own to give.
pub(super) fn tags_there(stage: &Stage, tags: &[(String, String)]) -> Option<Vec<Tag>> {
    let tags = tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
    let tags = tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
    let all: Vec<Tag> = iam_tags(stage).unwrap_or_default().into_iter().chain(tags).collect();
    (!all.is_empty()).then_some(all)
}

/// A document there. Where it can't be said there, what hangs on it can't be told.
pub(super) fn placed(stage: &mut Stage, text: &str, about: &[Doubtful]) -> Option<String> {
    let unsayable = text.to_ascii_lowercase().contains("aws:userid");
    let placed = match unsayable {
        true => Err("it names identities by unique ids, which are others where they are made".to_owned()),
        false => stage.place.names().policy(text).map_err(|error| error.to_string()),
    };
    let doubts = |reason: &String| {
        let doubt = |about: &Doubtful| Doubt { about: about.clone(), reason: reason.clone() };
        about.iter().map(doubt).collect::<Vec<_>>()
    };
    stage.cast.doubts.extend(placed.as_ref().err().into_iter().flat_map(doubts));
    placed.ok()
}
