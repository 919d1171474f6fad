//! `rolecall serve`: the emulated AWS for any client, on loopback, until it is told to stop.

use std::io::{self, Write};

use chrono::Utc;
use emulator::{AccountId, AdministratorKey, Clock, Emulator, Faults, Listener, Settings};
use secrecy::{ExposeSecret, SecretString};

use crate::args::ServeArgs;
use crate::diagnostic::Diagnostic;
use crate::env_file;
use crate::output::UntilClosed;
use crate::status::Status;
use crate::stop::told_to_stop;
use crate::terminal::Surroundings;

pub(crate) fn serve(args: &ServeArgs, surroundings: &Surroundings) -> Status {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            Diagnostic::new(format!("the server can't begin: {error}")).print(surroundings);
            return Status::Inconclusive;
        }
    };
    match runtime.block_on(serve_until_told(args)) {
        Ok(()) => Status::Passed,
        Err(trouble) => {
            trouble.print(surroundings);
            Status::Usage
        }
    }
}

async fn serve_until_told(args: &ServeArgs) -> Result<(), Diagnostic> {
    let settings = settings(args)?;
    args.env_file.iter().for_each(|path| env_file::clear(path));
    let account = settings.accounts.first().cloned().ok_or_else(|| Diagnostic::new("there is no account"))?;
    let emulator = Emulator::new(settings);
    // Told to stop while it starts, it stops in an orderly way as well.
    let stop = told_to_stop().map_err(|error| Diagnostic::new(format!("signals can't be heard: {error}")))?;
    let listener =
        Listener::bind(emulator.clone(), args.port).await.map_err(|error| unbound(args.port, &error))?;
    let listener = if args.allow_reset { listener.allow_reset() } else { listener };
    announce(&Served::of(&emulator, &account, &listener)?, args)?;
    listener
        .serve_until(stop)
        .await
        .map_err(|error| Diagnostic::new(format!("the server broke off: {error}")))
}

fn settings(args: &ServeArgs) -> Result<Settings, Diagnostic> {
    let mut seed = vec![0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| Diagnostic::new(format!("there is no randomness: {error}")))?;
    let administrator = args.admin_key.clone().zip(args.admin_secret.clone());
    let administrator = administrator.map(|(id, secret)| AdministratorKey { id, secret });
    let faults = Faults {
        eventual_consistency: args.faults.eventual_consistency,
        throttle: args.faults.throttle,
        latency: args.faults.latency,
        failures: args.faults.failures.clone(),
        seed: args.faults.seed,
    };
    let commands = args.allow_commands.then(|| std::env::var("PATH").unwrap_or_default());
    let settings = Settings { seed, administrator, faults, commands, ..Settings::new(Clock::over(Utc::now)) };
    if args.accounts.is_empty() {
        return Ok(settings);
    }
    let mut accounts = Vec::new();
    for text in &args.accounts {
        let account = AccountId::new(text).ok_or_else(|| {
            Diagnostic::new(format!("`{text}` is not an account id")).help("an account id has twelve digits")
        })?;
        if accounts.contains(&account) {
            return Err(Diagnostic::new(format!("account `{text}` is given twice")));
        }
        accounts.push(account);
    }
    Ok(Settings { accounts, ..settings })
}

fn unbound(port: u16, error: &io::Error) -> Diagnostic {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            Diagnostic::new(format!("port {port} is in use")).help("`--port 0` picks a free one")
        }
        io::ErrorKind::PermissionDenied => {
            Diagnostic::new(format!("port {port} may not be used")).help("`--port 0` picks one that may")
        }
        _ => Diagnostic::new(format!("port {port} can't be listened on: {error}")),
    }
}

/// Tells that the server is ready: first the file, so that it is there when the lines appear.
fn announce(served: &Served, args: &ServeArgs) -> Result<(), Diagnostic> {
    if let Some(path) = &args.env_file {
        env_file::write(path, &served.lines(""))
            .map_err(|error| Diagnostic::new(format!("`{}` can't be written: {error}", path.display())))?;
    }
    let mut output = UntilClosed::new(io::stdout());
    let printed = output.write_all(served.lines("export ").as_bytes()).and_then(|()| output.flush());
    printed.map_err(|error| Diagnostic::new(format!("standard output can't be written: {error}")))
}

/// What a client has to know.
struct Served {
    endpoint: String,
    region: String,
    access_key_id: String,
    secret_access_key: SecretString,
    control_url: String,
    control_token: SecretString,
}

impl Served {
    fn of(emulator: &Emulator, account: &AccountId, listener: &Listener) -> Result<Served, Diagnostic> {
        let administrator =
            emulator.administrator(account).ok_or_else(|| Diagnostic::new("the emulator has no account"))?;
        let endpoint = format!("http://{}", listener.address());
        Ok(Served {
            region: emulator.region().to_owned(),
            access_key_id: administrator.id.clone(),
            secret_access_key: administrator.secret.clone(),
            control_url: format!("{endpoint}/_rolecall"),
            control_token: listener.control_token().clone(),
            endpoint,
        })
    }

    /// The variables as AWS's tools and SDKs read them, and those of the control route. With secrets: this is where
    /// they leave on purpose, for the user who asked for them.
    fn variables(&self) -> [(&'static str, &str); 7] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", &self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.expose_secret()),
            ("AWS_REGION", &self.region),
            // The AWS CLI reads this one alone.
            ("AWS_DEFAULT_REGION", &self.region),
            ("ROLECALL_CONTROL_URL", &self.control_url),
            ("ROLECALL_CONTROL_TOKEN", self.control_token.expose_secret()),
        ]
    }

    fn lines(&self, before_each: &str) -> String {
        self.variables().iter().map(|(name, value)| format!("{before_each}{name}={value}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served() -> Served {
        Served {
            endpoint: "http://127.0.0.1:4566".into(),
            region: "us-east-1".into(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            control_url: "http://127.0.0.1:4566/_rolecall".into(),
            control_token: "token".into(),
        }
    }

    #[test]
    fn a_shell_can_evaluate_what_is_printed() {
        assert_eq!(
            served().lines("export "),
            "\
export AWS_ENDPOINT_URL=http://127.0.0.1:4566
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_REGION=us-east-1
export AWS_DEFAULT_REGION=us-east-1
export ROLECALL_CONTROL_URL=http://127.0.0.1:4566/_rolecall
export ROLECALL_CONTROL_TOKEN=token
"
        );
        assert!(served().lines("").starts_with("AWS_ENDPOINT_URL=http://127.0.0.1:4566\n"));
    }
}
