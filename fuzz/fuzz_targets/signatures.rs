//! Whatever stands where a signature should, in headers or in the URL, is refused by name: no panic, and no 500.
#![no_main]

use std::sync::OnceLock;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use rolecall_emulator::{Clock, Emulator, Peer, Settings};

static EMULATOR: OnceLock<Emulator> = OnceLock::new();

fuzz_target!(|parts: (&str, &[u8], &[u8], &[u8])| {
    let (query, authorization, date, hash) = parts;
    // A fixed instant, so that a finding can be repeated.
    let emulator = EMULATOR.get_or_init(|| Emulator::new(Settings::new(Clock::over(|| chrono::DateTime::UNIX_EPOCH))));
    let request = http::Request::post(format!("/?{query}"))
        .header("host", "sts.amazonaws.com")
        .header("authorization", authorization)
        .header("x-amz-date", date)
        .header("x-amz-content-sha256", hash)
        .body(Bytes::from_static(b"Action=ListUsers&Version=2010-05-08"));
    let Ok(request) = request else { return };
    let status = emulator.handle(request, Peer::in_process()).status();
    assert!(status.is_client_error() || status == http::StatusCode::NOT_IMPLEMENTED, "{status}");
});
