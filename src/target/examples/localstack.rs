//! Starts a LocalStack container for the run named by the first argument, from the image named by the second one, says
//! where it is, and removes it on a signal.

use rolecall_target::{LocalStack, LocalStackOptions};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[expect(clippy::disallowed_methods, reason = "a program of its own")]
    let mut arguments = std::env::args().skip(1);
    let run = arguments.next().ok_or("usage: localstack RUN IMAGE")?;
    let image = arguments.next().ok_or("usage: localstack RUN IMAGE")?;
    let options = LocalStackOptions { image, ..LocalStackOptions::new(run) };
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let signalled = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let started_and_used = async {
        let localstack = match LocalStack::start(options).await {
            Ok(localstack) => localstack,
            Err(error) => {
                println!("{error}");
                return;
            }
        };
        println!("{}", localstack.endpoint());
        std::future::pending().await
    };
    // What a signal breaks off is dropped, and so removed.
    tokio::select! {
        () = signalled => {}
        () = started_and_used => {}
    }
    Ok(())
}
