//! The program that has our steps as well runs its features, checks them and completes them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::{Command, Output};

fn own_steps(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_own-steps"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("CI");
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[test]
fn own_steps_run_beside_those_of_rolecall() {
    let (code, told) = own_steps(&["run", "features"]);
    assert!(code == Some(0) && told.contains("2 scenarios: 2 passed"), "{told}");
    let (code, told) = own_steps(&["check", "features", "--strict"]);
    assert!(code == Some(0) && told.contains("0 errors, 0 warnings"), "{told}");
    let (code, told) = own_steps(&["run", "features", "--dry-run", "--verbose"]);
    let meaning = "means `{user} looks at the versions in {bucket}`, of ";
    assert!(code == Some(0) && told.contains(meaning) && told.contains("src/versions.rs:"), "{told}");
}
