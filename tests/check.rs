//! Each code of `rolecall check` has a file in `tests/check/` that shows it, with the exact output, and one that is right.
//! `BLESS=1` writes the outputs anew: read the difference.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ::steps as _;
use harness::check::{CODES, Severity};

fn check(path: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    let Output { status, stdout, stderr } =
        command.args(["check", path]).env_remove("COLUMNS").env("NO_COLOR", "1").output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

#[test]
fn our_own_features_are_clean() {
    let (code, told) = check("features");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with(" files: 0 errors, 0 warnings\n"), "{told}");
}

#[test]
fn every_code_is_shown_wrong_and_right() {
    for code in CODES {
        let wrong = format!("tests/check/{}.feature", code.id);
        let (status, told) = check(&wrong);
        let errors = code.severity == Severity::Error;
        assert_eq!(status, Some(i32::from(errors)), "{}: {told}", code.id);
        assert!(told.contains(&format!(" [{}]\n", code.id)), "{}: {told}", code.id);
        let kept = format!("tests/check/{}.err", code.id);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&kept, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&kept).unwrap_or_default(), "{}", code.id);
        let (status, told) = check(&format!("tests/check/{}.ok.feature", code.id));
        assert_eq!((status, told.as_str()), (Some(0), "1 file: 0 errors, 0 warnings\n"), "{}", code.id);
    }
    let files = fs::read_dir(Path::new("tests/check")).unwrap().count();
    assert_eq!(files, 3 * CODES.len());
}
