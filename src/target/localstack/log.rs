//! What a container has said.

use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use testcontainers::bollard::query_parameters::LogsOptionsBuilder;
use testcontainers::core::client::docker_client_instance;

/// The last lines on standard output and standard error, at most `lines`. What can't be read is left out, as a log
/// only illustrates. The token is masked.
pub(super) async fn last_lines(container: &str, lines: usize, token: Option<&SecretString>) -> Vec<String> {
    let Ok(docker) = docker_client_instance().await else {
        return Vec::new();
    };
    let options = LogsOptionsBuilder::new().stdout(true).stderr(true).tail(&lines.to_string()).build();
    let pieces: Vec<_> = docker.logs(container, Some(options)).collect().await;
    let mut text = Vec::new();
    for piece in pieces.into_iter().flatten() {
        text.extend_from_slice(&piece.into_bytes());
    }
    let text = masked(&String::from_utf8_lossy(&text), token);
    let all: Vec<&str> = text.lines().map(str::trim_end).collect();
    all.iter().skip(all.len().saturating_sub(lines)).map(|line| (*line).to_owned()).collect()
}

fn masked(text: &str, token: Option<&SecretString>) -> String {
    match token.map(ExposeSecret::expose_secret).filter(|token| !token.is_empty()) {
        Some(token) => text.replace(token, "[LOCALSTACK_AUTH_TOKEN]"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_log_is_masked() {
        let token = SecretString::from("ls-1234");
        let said = "activating ls-1234\nls-1234 is not valid";
        let expected = "activating [LOCALSTACK_AUTH_TOKEN]\n[LOCALSTACK_AUTH_TOKEN] is not valid";
        assert_eq!(masked(said, Some(&token)), expected);
        assert_eq!(masked(said, None), said);
        assert_eq!(masked(said, Some(&SecretString::from(""))), said);
    }
}
