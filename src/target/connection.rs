//! How an AWS that is not in this process is reached, as whom, and who that is there.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use policy::AccountId;
use secrecy::SecretString;

use crate::bystander::Bystander;
use crate::ca_bundle::CaBundle;
use crate::credentials::static_credentials;
use crate::from_instance::{FromInstance, placeholder};
use crate::patient::network;
use crate::place::{AccessKey, TargetError};
use crate::run_command::RunCommand;

/// How to reach a place, and as whom.
#[derive(Clone)]
pub struct Connection {
    /// What the target is called: `aws`, or the endpoint's URL.
    pub name: String,
    /// Whether it is meant to be AWS itself, or something that stands for it.
    pub is_aws: bool,
    /// `None`: AWS's own endpoints.
    pub endpoint: Option<String>,
    /// Where the calls go that are bound to a region.
    pub region: String,
    /// The administrator's.
    pub credentials: SharedCredentialsProvider,
    /// Those of an administrator of another account, where there is one.
    pub other_credentials: Option<SharedCredentialsProvider>,
    /// Trusted beside the system's certificates.
    pub ca_bundle: Option<CaBundle>,
    /// The account that it must be; `None`: whichever it is.
    pub account: Option<AccountId>,
    /// Whether it may be the management account of an organization, whose administrators no policy of the organization
    /// limits. Only asked of AWS itself.
    pub may_be_management_account: bool,
}

/// The principal of whoever asks who that is.
const NOT_KNOWN: &str = "not known yet";

/// Who we are somewhere.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The ARN.
    pub arn: String,
}

impl Connection {
    /// Asks who we are there, which a bystander sees.
    ///
    /// # Errors
    /// Where it can't be reached, does not know the credentials, or is another account than it must be.
    pub async fn identify(&self, bystander: &dyn Bystander) -> Result<Identity, TargetError> {
        let client = network(self.ca_bundle.as_ref())?;
        let identity = self.identify_as(&client, self.credentials.clone(), bystander).await?;
        if let Some(account) = self.account.as_ref().filter(|account| **account != identity.account) {
            return Err(TargetError::Unreachable(format!(
                "the credentials are of account {}, and not of {account}: nothing was done",
                identity.account
            )));
        }
        if self.is_aws && !self.may_be_management_account {
            let configuration = self.signed(client, self.credentials.clone());
            let organizations =
                aws_sdk_organizations::Client::new(&bystander.over(configuration, &identity.arn));
            self.refuse_management_account(&organizations, &identity.account).await?;
        }
        Ok(identity)
    }

    /// Service control policies don't affect a management account, and what goes wrong there goes wrong for all.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html>
    async fn refuse_management_account(
        &self,
        organizations: &aws_sdk_organizations::Client,
        account: &AccountId,
    ) -> Result<(), TargetError> {
        let unless = "unless `--management-account` says that it may be one";
        match organizations.describe_organization().send().await {
            Ok(answer) => {
                let management =
                    answer.organization().and_then(|organization| organization.master_account_id());
                match management == Some(account.as_str()) {
                    true => Err(TargetError::Unreachable(format!(
                        "{account} is the management account of an organization: nothing is done there, {unless}"
                    ))),
                    false => Ok(()),
                }
            }
            Err(error) if error.code() == Some("AWSOrganizationsNotInUseException") => Ok(()),
            Err(error) => Err(TargetError::Unreachable(format!(
                "it can't be told whether {account} is the management account of an organization, and nothing is done \
                 there {unless}: {}",
                said(&error)
            ))),
        }
    }

    pub(crate) async fn identify_as(
        &self,
        client: &SharedHttpClient,
        credentials: SharedCredentialsProvider,
        bystander: &dyn Bystander,
    ) -> Result<Identity, TargetError> {
        let configuration = self.signed(client.clone(), credentials);
        let sts = aws_sdk_sts::Client::new(&bystander.over(configuration, NOT_KNOWN));
        let answer = sts.get_caller_identity().send().await.map_err(|error| {
            let said = said(&error);
            let help = match said.contains("UnknownIssuer") {
                true => {
                    "; `ca-bundle` names the file of a CA's certificate that this machine does not trust yet"
                }
                false => "",
            };
            TargetError::Unreachable(format!("{} does not say who we are: {said}{help}", self.name))
        })?;
        let account = answer.account().and_then(AccountId::new);
        let unclear = || TargetError::Unexpected(format!("{} tells no account of ours", self.name));
        let account = account.ok_or_else(unclear)?;
        Ok(Identity { account, arn: answer.arn().unwrap_or_default().to_owned() })
    }

    /// Whether what a tag `@needs:NAME` names is there, as far as that is known without asking.
    ///
    /// # Errors
    /// Why not.
    pub fn capability(&self, name: &str) -> Result<(), String> {
        match name {
            "clock" => Err(format!("the clock of {} can't be moved", self.name)),
            "source-address" => Err(format!("calls to {} come from this machine's address", self.name)),
            "identity-provider" => {
                Err(format!("{} asks identity providers for their keys themselves", self.name))
            }
            "organization" => {
                Err("policies of an organization would limit others in the account, too".to_owned())
            }
            "instances" | "mfa" => Ok(()),
            "other-account" if self.other_credentials.is_some() => Ok(()),
            "other-account" => Err("another account needs `--other-profile`".to_owned()),
            _ => Err(format!("{} has no `{name}` that could be used from here", self.name)),
        }
    }

    /// Calls over `client`, signed with what `credentials` gives.
    pub(crate) fn signed(
        &self,
        client: SharedHttpClient,
        credentials: SharedCredentialsProvider,
    ) -> SdkConfig {
        self.configuration(client).into_builder().credentials_provider(credentials).build()
    }

    /// Calls over `client`, signed by nobody yet.
    pub(crate) fn configuration(&self, client: SharedHttpClient) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(10))
            .operation_attempt_timeout(Duration::from_secs(60));
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .http_client(client)
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts.build())
            // Throttling is waited out, and never becomes a verdict.
            .retry_config(RetryConfig::adaptive().with_max_attempts(10));
        builder.set_endpoint_url(self.endpoint.clone());
        builder.build()
    }
}

impl Connection {
    /// Calls that are made from an instance, with the credentials of its role.
    pub(crate) fn configuration_on_instance(&self, run: Arc<RunCommand>, instance_id: &str) -> SdkConfig {
        let client = FromInstance { run, instance_id: instance_id.to_owned() };
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_mins(15));
        let builder = self.configuration(SharedHttpClient::new(client)).into_builder();
        let builder = builder.timeout_config(timeouts.build());
        builder.credentials_provider(static_credentials(&placeholder())).build()
    }
}

/// What the provider gives now: of a role it is renewed from scenario to scenario.
pub(crate) async fn access_key(provider: &SharedCredentialsProvider) -> Result<AccessKey, TargetError> {
    let credentials = provider.provide_credentials().await.map_err(|error| {
        TargetError::Unreachable(format!("there are no credentials: {}", sources(&error)))
    })?;
    Ok(AccessKey {
        id: credentials.access_key_id().to_owned(),
        secret: SecretString::from(credentials.secret_access_key().to_owned()),
        session_token: credentials.session_token().map(|token| SecretString::from(token.to_owned())),
    })
}

/// What a service said, as `CODE: message`; else why it could not be asked.
pub(crate) fn said<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: &SdkError<E, HttpResponse>,
) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => sources(error),
    }
}

/// An error with what caused it.
pub(crate) fn sources(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    words
}
