//! What is typed in a terminal, and what comes out.

use std::path::Path;
use std::process::Command;

use crate::page::Block;

/// Runs the commands of a block whose output is told, or looks at their arguments.
pub(crate) fn session(block: &Block, folder: &Path, place: &str) {
    let lines: Vec<&str> = block.text.lines().collect();
    let has_output = lines.iter().any(|line| !line.starts_with("$ ") && !line.trim().is_empty());
    let mut here = current(folder);
    let commands = lines.iter().enumerate().filter_map(|(at, line)| Some((at, line.strip_prefix("$ ")?)));
    let commands: Vec<(usize, &str)> = commands.collect();
    assert!(!commands.is_empty(), "{place}: no command");
    if !has_output && block.value("exit").is_none() {
        commands.iter().for_each(|(_, command)| arguments(command, place));
        return;
    }
    for (number, (at, command)) in commands.iter().enumerate() {
        let end = commands.get(number + 1).map_or(lines.len(), |(next, _)| *next);
        if let Some(to) = command.strip_prefix("cd ") {
            here = here.join(to);
            std::fs::write(folder.join(HERE), here.to_str().unwrap()).unwrap();
            continue;
        }
        let (code, output) = run(command, &here);
        let expected: Vec<&str> = lines[at + 1..end].iter().map(|line| line.trim_end()).collect();
        let found: Vec<&str> = output.lines().map(str::trim_end).collect();
        assert!(fits(&expected, &found), "{place}: `{command}` tells otherwise:\n{output}");
        let is_last = number + 1 == commands.len();
        let wanted = block.value("exit").filter(|_| is_last).unwrap_or("0");
        assert_eq!(code.to_string(), wanted, "{place}: the exit code of `{command}`:\n{output}");
    }
}

/// Keeps the folder in which a page's sessions are.
const HERE: &str = ".here";

fn current(folder: &Path) -> std::path::PathBuf {
    std::fs::read_to_string(folder.join(HERE)).map_or_else(|_| folder.to_owned(), Into::into)
}

fn run(command: &str, folder: &Path) -> (i32, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_rolecall")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{{ {command}\n}} 2>&1")]).current_dir(folder).env("PATH", path);
    for variable in ["CI", "CLICOLOR_FORCE", "COLUMNS", "ROLECALL_EVIDENCE", "ROLECALL_ALLOW_COMMANDS"] {
        shell.env_remove(variable);
    }
    let output = shell.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// Whether lines are as expected, where `…` stands for any.
fn fits(expected: &[&str], found: &[&str]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((&"…", rest)) => (0..=found.len()).any(|skipped| fits(rest, &found[skipped..])),
        Some((first, rest)) => found.first() == Some(first) && fits(rest, &found[1..]),
    }
}

/// What is wrong with the arguments of a command of ours stops it before it gets to `--help`.
fn arguments(command: &str, place: &str) {
    let command = command.split(" #").next().unwrap().split(['<', '>', '|', '&', ';']).next().unwrap().trim();
    let words: Vec<&str> = command.split_whitespace().skip_while(|word| word.contains('=')).collect();
    let ours = match words.as_slice() {
        ["rolecall", ours @ ..] | ["cargo", "run", "--", ours @ ..] => ours,
        _ => return,
    };
    let help = Command::new(env!("CARGO_BIN_EXE_rolecall")).args(ours).arg("--help").output().unwrap();
    let told = String::from_utf8_lossy(&help.stderr);
    assert!(help.status.success(), "{place}: `{command}`: {told}");
}
