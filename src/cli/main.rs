//! The command `rolecall`, which is a library for those who add steps of their own.

use std::process::ExitCode;

fn main() -> ExitCode {
    rolecall::main()
}
