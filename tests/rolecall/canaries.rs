//! Secrets that are planted wherever one can occur, and looked for in all that a run leaves and says: as they are, in
//! base64, and compressed.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec;

use crate::cli::rolecall;
use crate::evidence_folder::{FEATURE, files, folder, says};

/// Of 40 letters, as secret access keys are.
const IN_STEP: &str = "CANARYstepCANARYstepCANARYstepCANARYst01";
const IN_NAME: &str = "CANARYnameCANARYnameCANARYnameCANARYna02";
const IN_DOC_STRING: &str = "CANARYdocsCANARYdocsCANARYdocsCANARYdo03";
const IN_TAG: &str = "CANARYtagsCANARYtagsCANARYtagsCANARYta04";
const IN_ENVIRONMENT: &str = "CANARY-environment-05";
const IN_TABLE: &str = "CANARY-horse-06";
const IN_OPTION: &str = "CANARY+customer/key+07==";
const IN_URL: &str = "CANARY-url-08";
/// What a program puts together, so that it stands nowhere before.
const PRINTS: &str = "printf 'SecretAccessKey: %sARYprogrammeARYprogrammeARYprogramme9' CAN";

/// Each place in a file of its own, as one secret keeps the text of its whole file out of the evidence.
fn features() -> Vec<(&'static str, String)> {
    let steps = |steps: &str| format!("Feature: f\n  Scenario: s\n{steps}");
    let script = |line: &str| {
        steps(&format!(
            "    Given Testing1\n    When Testing1 runs:\n      \"\"\"\n      {line}\n      exit 3\n      \"\"\"\n    \
             Then the command fails with \"nothing of this kind\"\n"
        ))
    };
    let denied = steps("    Given main-user\n    Then upload is denied\n");
    let policy = format!(
        "    Given main-user has the inline policy p:\n      \"\"\"\n      {{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Sid\": \
         \"{IN_DOC_STRING}\", \"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}}]}}\n      \"\"\"\n"
    );
    let tags = format!(
        "    Given a user alice\n    And a bucket b\n    And alice has the tags:\n      | key | value |\n      \
         | db-password | {IN_TABLE} |\n    Then alice can't upload to b\n"
    );
    vec![
        ("keys", FEATURE.to_owned()),
        (
            "step",
            steps(&format!("    When somebody types {IN_STEP}\n    Then {IN_ENVIRONMENT} can upload\n")),
        ),
        ("name", denied.replace("Scenario: s", &format!("Scenario: the key {IN_NAME}"))),
        ("tag", format!("@secret:{IN_TAG}\n{denied}")),
        ("policy", steps(&policy)),
        ("table", steps(&tags)),
        ("option", script(&format!(": aws s3api put-object --sse-customer-key {IN_OPTION}"))),
        ("url", script(&format!(": curl https://user:{IN_URL}@example.com/"))),
        ("printed", script(&format!("{PRINTS} >&2"))),
        ("encoded", script(&format!("{PRINTS} | base64 | tr -d '\\n' >&2"))),
        ("compressed", script(&format!("{PRINTS} | gzip | base64 | tr -d '\\n' >&2"))),
    ]
}

#[test]
fn no_secret_that_was_planted_anywhere_is_in_any_output() {
    let folder = tempfile::tempdir().unwrap();
    for (name, feature) in features() {
        fs::write(folder.path().join(format!("{name}.feature")), feature).unwrap();
    }
    says(folder.path(), &["keygen", "audit.pem"], 0);
    let mut command =
        rolecall(folder.path(), &["run", ".", "--evidence", "e", "--evidence-key", "audit.pem"]);
    command.args(["--allow-commands", "--name", &format!(".|{IN_ENVIRONMENT}|{IN_STEP}")]);
    let output = command.env("AWS_SECRET_ACCESS_KEY", IN_ENVIRONMENT).output().unwrap();
    let mut outputs = files(&folder.path().join("e"));
    assert!(outputs.len() > 10, "{:?}", outputs.keys());
    outputs.insert("standard output".to_owned(), output.stdout);
    outputs.insert("standard error".to_owned(), output.stderr);
    for (name, bytes) in &outputs {
        assert_eq!(found(bytes), None, "{name}");
    }
    let report: serde_json::Value = serde_json::from_slice(&outputs["report.json"]).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), features().len());
    // What was planted was met: programs were run, and what they said was told without it.
    for scenario in scenarios {
        let path = scenario["scenario"]["path"].as_str().unwrap();
        let told = scenario["steps"].to_string();
        let says_it = ["printed", "encoded", "compressed"].iter().any(|name| path.contains(name));
        assert!(
            !says_it
                || told.contains("it said: SecretAccessKey: [secret]")
                || told.contains("it said: [secret]"),
            "{told}"
        );
    }
    let texts = report["run"]["feature_texts"].as_object().unwrap();
    assert_eq!(texts.len(), 4, "those of `keys` and of what is printed hold no secret: {texts:#?}");
}

/// What the emulator itself handed out has the letters of its kind, and no other word has so many.
#[test]
fn keys_that_were_made_are_in_no_journal() {
    let folder = folder(FEATURE);
    says(folder.path(), &["run", "a.feature", "--evidence", "e"], 0);
    let journal = fs::read_to_string(folder.path().join("e/journal.jsonl")).unwrap();
    assert!(journal.contains("AccessKey.SecretAccessKey"), "keys were made");
    let words = journal.split(|letter: char| !(letter.is_ascii_alphanumeric() || "/+".contains(letter)));
    let keys: Vec<&str> =
        words.filter(|word| word.len() == 40 && !word.bytes().all(|it| it.is_ascii_hexdigit())).collect();
    assert!(keys.is_empty(), "{keys:?}");
}

#[test]
fn a_target_with_a_password_in_its_url_is_refused_and_not_repeated() {
    let folder = folder(FEATURE);
    let url = format!("https://user:{IN_URL}@127.0.0.1:1");
    let said = says(folder.path(), &["run", "a.feature", "--evidence", "e", "--target", &url], 2);
    assert!(said.contains("neither user nor password") && found(said.as_bytes()).is_none(), "{said}");
    assert!(!folder.path().join("e").exists());
    let said = rolecall(folder.path(), &["run", "a.feature", "--evidence", "e"])
        .env("ROLECALL_TARGET", &url)
        .output();
    let said = said.unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(found(&[said.stdout, said.stderr].concat()).is_none());
}

/// What stands around a canary, however it is spelled.
fn found(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let at = |piece: &str| {
        text.find(piece)
            .map(|at| text[text.floor_char_boundary(at.saturating_sub(40))..].chars().take(120).collect())
    };
    at("CANARY").or_else(|| decoded(bytes).iter().find_map(|bytes| found(bytes)))
}

/// What the bytes hold in base64 or compressed.
fn decoded(bytes: &[u8]) -> Vec<Vec<u8>> {
    let is_other = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"+/-_".contains(byte);
    let words = bytes.split(is_other).filter(|word| word.len() >= 8);
    let mut all: Vec<Vec<u8>> =
        words.flat_map(|word| (0..4).filter_map(|offset| spelled(word.get(offset..)?))).collect();
    if let Some(start) = bytes.windows(3).position(|window| window == [0x1f, 0x8b, 8]) {
        all.extend(bytes.get(start + 10..).and_then(|bytes| decompress_to_vec(bytes).ok()));
    }
    all
}

fn spelled(word: &[u8]) -> Option<Vec<u8>> {
    let groups = &word[..word.len() / 4 * 4];
    STANDARD_NO_PAD.decode(groups).or_else(|_| URL_SAFE_NO_PAD.decode(groups)).ok()
}

#[test]
fn canaries_are_found_however_they_are_spelled() {
    let plain = b"xCANARY-and-more".to_vec();
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &compress_to_vec(&plain, 6), &[0; 8]].concat();
    for bytes in [plain.clone(), STANDARD.encode(&plain).into(), STANDARD.encode(&gzip).into(), gzip] {
        assert!(found(&[b"say: \"", bytes.as_slice(), b"\""].concat()).is_some());
    }
    assert_eq!(found(STANDARD.encode("no bird at all").as_bytes()), None);
}
