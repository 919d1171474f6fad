//! The command `rolecall` with steps of our own: `cargo run --bin own-steps -- run examples/own-steps/features`.

mod versions;

use std::process::ExitCode;

fn main() -> ExitCode {
    rolecall::main()
}
