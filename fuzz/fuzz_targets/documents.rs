//! No text of a policy document panics, whatever it is for; what is read once is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_policy::{PolicyDocument, PolicyKind};

fuzz_target!(|text: &str| {
    for kind in [
        PolicyKind::Identity,
        PolicyKind::Resource,
        PolicyKind::Trust,
        PolicyKind::ServiceControl,
        PolicyKind::ResourceControl,
    ] {
        match PolicyDocument::parse(text, kind) {
            Ok(document) => assert!(PolicyDocument::parse(document.text(), kind).is_ok()),
            Err(error) => assert!(error.line > 0 && error.column > 0),
        }
    }
});
