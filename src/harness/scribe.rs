//! Makes events of what was noted. That takes longer than noting it, and needs nothing of the run: another thread can do it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use evidence::{Call, Event, EventKind, Failure, Sha256, StepResult};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use crate::encoded;
use crate::secrets;
use crate::wire::{self, Sent};
use crate::wiretap::Wiretap;

/// Something that happened, as a run noted it.
pub struct Note {
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: EventKind,
    /// What was sent for the call in it, or in the scenario that ends with it.
    pub(crate) sent: Vec<Arc<Sent>>,
    /// What takes secrets out of it; `None`: it holds none but those that nobody may see anyway.
    pub(crate) masks: Option<Masks>,
}

/// Takes secrets out of texts: those that somebody heard, and what looks like one.
#[derive(Clone, Default)]
pub(crate) struct Masks(pub(crate) Option<Wiretap>);

/// Those secrets that are known by now.
struct KnownSecrets(Arc<Vec<SecretString>>);

impl KnownSecrets {
    fn by(masks: &Masks) -> Self {
        Self(masks.0.as_ref().map(Wiretap::secrets).unwrap_or_default())
    }

    /// `text` without secrets; `None`: there is none in it.
    fn masked(&self, text: &str) -> Option<String> {
        let masked = self.found(text);
        let masked = secrets::found_plain(masked.as_deref().unwrap_or(text)).or(masked);
        let is_secret = |text: &str| self.found(text).is_some() || secrets::found_plain(text).is_some();
        encoded::masked(masked.as_deref().unwrap_or(text), &is_secret).or(masked)
    }

    /// The same as far as they stand in it as they are.
    fn found(&self, text: &str) -> Option<String> {
        let known = self.0.iter().map(ExposeSecret::expose_secret);
        let found = known.clone().filter(|secret| text.contains(*secret)).map(str::to_owned);
        let mut found: Vec<String> = found.collect();
        if text.contains('%') || text.contains("\\/") {
            found.extend(known.flat_map(spellings).filter(|spelled| text.contains(spelled.as_str())));
        }
        let hide = |text: String, secret: &String| text.replace(secret.as_str(), "[secret]");
        (!found.is_empty()).then(|| found.iter().fold(text.to_owned(), hide))
    }
}

/// What URLs leave as it is; some leave slashes, too.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const UNRESERVED_OR_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

/// How URLs and JSON may spell it, where that is another way.
fn spellings(secret: &str) -> impl Iterator<Item = String> {
    let in_urls = [UNRESERVED, UNRESERVED_OR_SLASH].map(|set| utf8_percent_encode(secret, set).to_string());
    let small = |spelled: &String| spelled.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");
    let in_small = in_urls.each_ref().map(small);
    let spelled = in_urls.into_iter().chain(in_small).chain([secret.replace('/', "\\/")]);
    spelled.filter(move |spelled| spelled != secret)
}

/// Makes events of the notes of a run, one after the other.
pub struct Scribe {
    /// Those policies whose text was told.
    policies: BTreeSet<Sha256>,
    /// Of the run as a whole, whatever the scenario.
    secrets: Vec<SecretString>,
}

impl Scribe {
    pub(crate) fn new(secrets: Vec<SecretString>) -> Self {
        Self { policies: BTreeSet::new(), secrets }
    }

    /// Tells `sink` what a note amounts to.
    pub fn tell(&mut self, note: Note, mut sink: impl FnMut(Event)) {
        let Note { at, mut kind, sent, masks } = note;
        let known = masks.as_ref().map(KnownSecrets::by);
        if let Some(call) = call_of(&mut kind)
            && let Some((exchange, policies)) = wire::exchange(&sent)
        {
            call.exchange = Some(Box::new(exchange));
            for (sha256, text) in policies {
                // A policy with a secret in it is not kept: another text would have another digest.
                let hides = |known: &KnownSecrets| known.masked(&text).is_some();
                if !self.policies.contains(&sha256) && !known.as_ref().is_some_and(hides) {
                    self.policies.insert(sha256.clone());
                    sink(Event { at, kind: EventKind::PolicySeen { sha256, text } });
                }
            }
        }
        if let Some(known) = known {
            kind.each_text(&mut |text| known.masked(text));
        }
        self.hide(&mut kind);
        sink(Event { at, kind });
    }

    /// Takes out what must not be written down wherever it turns up.
    fn hide(&self, kind: &mut EventKind) {
        let secrets: Vec<&str> = self.secrets.iter().map(ExposeSecret::expose_secret).collect();
        if secrets.is_empty() {
            return;
        }
        let is_secret = |text: &str| secrets.iter().any(|it| !it.is_empty() && text.contains(*it));
        kind.each_text(&mut |text| {
            let hide = |text: String, secret: &&str| text.replace(*secret, "[secret]");
            let known = secrets.iter().filter(|secret| !secret.is_empty());
            let masked = is_secret(text).then(|| known.fold(text.to_owned(), hide));
            encoded::masked(masked.as_deref().unwrap_or(text), &is_secret).or(masked)
        });
    }
}

/// The call that an event is about.
fn call_of(kind: &mut EventKind) -> Option<&mut Call> {
    match kind {
        EventKind::Called { call, .. } => Some(call),
        EventKind::StepFinished {
            result: StepResult::Failed(failure) | StepResult::Inconclusive(failure),
            ..
        } => {
            let Failure { call, .. } = failure;
            call.as_deref_mut()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_taken_out() {
        let known = KnownSecrets(Arc::new(vec![SecretString::from("CANARY".to_owned())]));
        assert_eq!(known.masked("a CANARY b CANARY").as_deref(), Some("a [secret] b [secret]"));
        assert_eq!(known.masked("main-user"), None);
        let known = KnownSecrets(Arc::new(vec![SecretString::from("CAN/ARY+==".to_owned())]));
        for spelled in ["CAN%2FARY%2B%3D%3D", "CAN/ARY%2B%3D%3D", "CAN%2fARY%2b%3d%3d", "CAN\\/ARY+=="] {
            assert_eq!(known.masked(&format!("a {spelled} b")).as_deref(), Some("a [secret] b"));
        }
    }
}
