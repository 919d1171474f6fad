//! What a place shows of itself before anything is believed of it: that it verifies signatures, and that each service
//! enforces IAM, by a known denial with its control.

use std::time::{Duration, SystemTime};

use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use policy::AccountId;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::bystander::Bystander;
use crate::connection::said;
use crate::journal::ThingKind;
use crate::names::Named;
use crate::place::{AccessKey, Place, Target, TargetError, made_nothing};

/// The user and the role of the self-test.
const NAME: &str = "rolecall-probe";

/// What the self-test found.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Each service whose verdicts are asked for, with why they prove nothing.
    pub services: Vec<(&'static str, Result<(), String>)>,
    /// Whether a call that was signed with a wrong secret is refused.
    pub signatures: Result<(), String>,
    /// Whether a call that was signed an hour ago is refused.
    pub old_signatures: Result<(), String>,
    /// Whether its time is this machine's, but for a minute.
    pub time: Result<(), String>,
    /// Whether a session is refused after its end, which is tried where the clock can be moved.
    pub expiry: Result<(), String>,
}

/// How the reasons begin of what was not tried.
pub const NOT_TRIED: &str = "not tried: ";

/// How long the shortest session lasts, in seconds.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
const SHORTEST: i32 = 900;

/// The services that are tried, as calls name them.
const SERVICES: [&str; 4] = ["S3", "IAM", "STS", "EC2"];

impl Default for Probe {
    /// Nothing was asked.
    fn default() -> Self {
        let nothing = || Ok(());
        Self {
            services: Vec::new(),
            signatures: nothing(),
            old_signatures: nothing(),
            time: nothing(),
            expiry: nothing(),
        }
    }
}

impl Probe {
    /// Rule 3 of the design: a target must prove itself before the first scenario. What is made for that is removed, which
    /// is `removal`'s to see.
    pub async fn of(target: &dyn Target, bystander: &dyn Bystander, removal: &dyn Bystander) -> Self {
        let place = match target.place(bystander).await {
            Ok(place) => place,
            Err(error) => return Self::failed(&error.to_string()),
        };
        let found = probe(place.as_ref(), bystander).await;
        bystander.went_to(place.as_ref());
        // What is left is tried again at the end of the run.
        let _ = place.clean_up(removal).await;
        found
    }

    /// Nothing could be tried.
    fn failed(reason: &str) -> Self {
        let failed = || Err(reason.to_owned());
        Self {
            services: SERVICES.map(|service| (service, failed())).to_vec(),
            signatures: failed(),
            old_signatures: failed(),
            time: failed(),
            expiry: failed(),
        }
    }

    /// Why a verdict of `service` proves nothing; `None`: it does prove something.
    pub fn doubt(&self, service: &str) -> Option<String> {
        if let Err(reason) = &self.signatures {
            return Some(reason.clone());
        }
        let found = self.services.iter().find(|(name, _)| *name == service);
        found.map_or_else(
            || Some(format!("its self-test knows no {service}")),
            |(_, tried)| tried.clone().err(),
        )
    }

    /// Why its verdicts prove nothing, or not all of them.
    ///
    /// # Errors
    /// Those reasons, in one line.
    pub fn verdict(&self) -> Result<(), String> {
        self.signatures.clone()?;
        let doubts = self.services.iter().filter_map(|(name, tried)| Some((*name, tried.as_ref().err()?)));
        let doubts: Vec<(&str, &String)> = doubts.collect();
        match doubts.as_slice() {
            [] => Ok(()),
            [(_, first), rest @ ..]
                if doubts.len() == SERVICES.len() && rest.iter().all(|(_, it)| it == first) =>
            {
                Err((*first).clone())
            }
            some => Err(some
                .iter()
                .map(|(name, reason)| format!("{name}: {reason}"))
                .collect::<Vec<_>>()
                .join("; ")),
        }
    }
}

/// Makes a user and a role, sees the user refused everywhere, grants the permissions, and sees it let in.
async fn probe(place: &dyn Place, bystander: &dyn Bystander) -> Probe {
    match Tester::new(place, bystander).await {
        Ok(tester) => tester.probe().await,
        Err(reason) => Probe::failed(&reason),
    }
}

/// How to call as the holder of `key`, seen by a bystander.
fn heard(place: &dyn Place, bystander: &dyn Bystander, key: &AccessKey, principal: &str) -> SdkConfig {
    place.patient(Some(key), bystander.over(place.configuration(Some(key)), principal))
}

struct Tester<'a> {
    place: &'a dyn Place,
    bystander: &'a dyn Bystander,
    iam: aws_sdk_iam::Client,
    user: String,
    user_arn: String,
    role_arn: String,
    key: AccessKey,
}

/// How the tester's call was answered.
enum Answer {
    Allowed,
    Denied,
    Other(String),
}

impl<'a> Tester<'a> {
    async fn new(place: &'a dyn Place, bystander: &'a dyn Bystander) -> Result<Self, String> {
        let name = place.names().of(Named::InIam, NAME);
        let administrator = place.administrator();
        let administrator = heard(place, bystander, administrator, &place.administrator_arn());
        let iam = aws_sdk_iam::Client::new(&administrator);
        let tags = place
            .tags()
            .iter()
            .filter_map(|(key, value)| aws_sdk_iam::types::Tag::builder().key(key).value(value).build().ok());
        let tags: Vec<_> = tags.collect();
        let tags = (!tags.is_empty()).then_some(tags);
        let path = place.names().iam_path().map(str::to_owned);
        let boundary = place.permissions_boundary().map(str::to_owned);
        creating(place, ThingKind::User, &name)?;
        let user = iam.create_user().user_name(&name).set_path(path.clone()).set_tags(tags.clone());
        let user = user.set_permissions_boundary(boundary.clone()).send().await;
        let user = created(place, ThingKind::User, &name, user)?;
        let user_arn = user.user().map(|user| user.arn().to_owned()).unwrap_or_default();
        let made = iam.create_access_key().user_name(&name).send().await;
        let made = made.map_err(|error| failed("make an access key", &error))?;
        let key = made.access_key().ok_or("its self-test got no access key")?;
        let key = AccessKey {
            id: key.access_key_id().to_owned(),
            secret: SecretString::from(key.secret_access_key().to_owned()),
            session_token: None,
        };
        creating(place, ThingKind::Role, &name)?;
        let role = iam.create_role().role_name(&name).set_path(path).set_tags(tags);
        let role =
            role.assume_role_policy_document(trust(place.account())).set_permissions_boundary(boundary);
        let made = created(place, ThingKind::Role, &name, role.send().await)?;
        let role_arn = made.role().map(|role| role.arn().to_owned()).unwrap_or_default();
        place.changed();
        Ok(Self { place, bystander, iam, user: name, user_arn, role_arn, key })
    }

    async fn probe(&self) -> Probe {
        let mut services = Vec::new();
        self.place.settled().await;
        for service in SERVICES {
            services.push((service, self.is_denied(service).await));
        }
        let signatures = self.refuses_wrong_signatures().await;
        let granted = self.grant().await;
        self.place.changed();
        for (service, tried) in &mut services {
            if tried.is_ok() {
                *tried = match &granted {
                    Ok(()) => self.is_allowed(service).await,
                    Err(reason) => Err(reason.clone()),
                };
            }
        }
        let old_signatures = self.refuses_old_signatures().await;
        let session = self.session().await;
        let time = session.as_ref().map_err(Clone::clone).and_then(|session| self.keeps_time(session));
        let expiry = match session {
            Ok(session) => self.ends(session).await,
            Err(reason) => Err(reason),
        };
        Probe { services, signatures, old_signatures, time, expiry }
    }

    /// That of the user, with one of its keys or sessions.
    fn configuration(&self, key: &AccessKey) -> SdkConfig {
        heard(self.place, self.bystander, key, &self.user_arn)
    }

    async fn grant(&self) -> Result<(), String> {
        let permissions = serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "iam:ListUsers", "ec2:DescribeKeyPairs"], "Resource": "*"},
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": self.role_arn},
        ]});
        let put = self.iam.put_user_policy().user_name(&self.user).policy_name("control");
        let put = put.policy_document(permissions.to_string()).send().await;
        put.map(drop).map_err(|error| failed("grant a permission", &error))
    }

    async fn is_denied(&self, service: &str) -> Result<(), String> {
        match self.until(service, |answer| matches!(answer, Answer::Denied)).await {
            Answer::Denied => Ok(()),
            Answer::Allowed => {
                Err(format!("does not enforce IAM: a user without any permission may {}", does(service)))
            }
            Answer::Other(error) => Err(format!("its self-test could not see a denial: {error}")),
        }
    }

    async fn is_allowed(&self, service: &str) -> Result<(), String> {
        match self.until(service, |answer| matches!(answer, Answer::Allowed)).await {
            Answer::Allowed => Ok(()),
            Answer::Denied => {
                Err(format!("its self-test is not let in: a user who may {} is denied", does(service)))
            }
            Answer::Other(error) => Err(format!("its self-test could not use a permission: {error}")),
        }
    }

    /// Asks until the answer is the `expected` one, as long as it may still arrive.
    async fn until(&self, service: &str, expected: impl Fn(&Answer) -> bool) -> Answer {
        let until = Instant::now() + self.place.patience();
        let mut pause = Duration::from_millis(200);
        loop {
            let answer = self.ask(service, &self.key).await;
            if expected(&answer) || Instant::now() + pause > until {
                return answer;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn ask(&self, service: &str, key: &AccessKey) -> Answer {
        let configuration = self.configuration(key);
        match service {
            "S3" => {
                let s3 = aws_sdk_s3::config::Builder::from(&configuration)
                    .force_path_style(self.place.has_buckets_in_path())
                    .build();
                answer(aws_sdk_s3::Client::from_conf(s3).list_buckets().send().await)
            }
            "IAM" => answer(aws_sdk_iam::Client::new(&configuration).list_users().max_items(1).send().await),
            "STS" => {
                let sts = aws_sdk_sts::Client::new(&configuration);
                answer(sts.assume_role().role_arn(&self.role_arn).role_session_name(NAME).send().await)
            }
            _ => answer(aws_sdk_ec2::Client::new(&configuration).describe_key_pairs().send().await),
        }
    }

    /// A session of the user's, for as short a time as can be.
    async fn session(&self) -> Result<aws_sdk_sts::types::Credentials, String> {
        let sts = aws_sdk_sts::Client::new(&self.configuration(&self.key));
        let made = sts.get_session_token().duration_seconds(SHORTEST).send().await;
        let made = made.map_err(|error| failed("get a session token", &error))?;
        made.credentials().cloned().ok_or_else(|| "its self-test got no session token".to_owned())
    }

    fn keeps_time(&self, session: &aws_sdk_sts::types::Credentials) -> Result<(), String> {
        let ends = session.expiration().secs() - i64::from(SHORTEST);
        let off = ends - self.place.now().timestamp();
        match off.abs() <= 60 {
            true => Ok(()),
            false => Err(format!("its time differs from this machine's by {off} seconds")),
        }
    }

    /// Must be the last of all: time is not what it was afterwards.
    async fn ends(&self, session: aws_sdk_sts::types::Credentials) -> Result<(), String> {
        if self.place.pass_time(Duration::from_secs(2 * SHORTEST.unsigned_abs() as u64)).is_err() {
            return Err(format!("{NOT_TRIED}a session lasts {} minutes at least", SHORTEST / 60));
        }
        let key = AccessKey {
            id: session.access_key_id().to_owned(),
            secret: SecretString::from(session.secret_access_key().to_owned()),
            session_token: Some(SecretString::from(session.session_token().to_owned())),
        };
        let sts = aws_sdk_sts::Client::new(&self.configuration(&key));
        refused(sts.get_caller_identity().send().await, "a session that is over", "does not end sessions")
    }

    async fn refuses_old_signatures(&self) -> Result<(), String> {
        let then = SystemTime::from(self.place.now()) - Duration::from_hours(1);
        let configuration = self.configuration(&self.key).into_builder();
        // Tried again, the SDK would sign by the service's time, as it does where clocks differ.
        let configuration = configuration.retry_config(RetryConfig::disabled());
        let configuration = configuration.time_source(StaticTimeSource::new(then)).build();
        let sts = aws_sdk_sts::Client::new(&configuration);
        refused(
            sts.get_caller_identity().send().await,
            "a signature of an hour ago",
            "accepts old signatures",
        )
    }

    async fn refuses_wrong_signatures(&self) -> Result<(), String> {
        let secret = self.key.secret.expose_secret();
        let wrong: String = secret.chars().rev().collect();
        let key = AccessKey { secret: SecretString::from(wrong), ..self.key.clone() };
        let sts = aws_sdk_sts::Client::new(&self.configuration(&key));
        let says = "does not verify signatures: a wrong secret key signs as well";
        refused(sts.get_caller_identity().send().await, "a wrong signature", says)
    }
}

/// Whether the service refused a call; `says` is what it means if it did not.
fn refused<T, E: ProvideErrorMetadata + std::error::Error + 'static>(
    answer: Result<T, SdkError<E, HttpResponse>>,
    what: &str,
    says: &str,
) -> Result<(), String> {
    match answer {
        Ok(_) => Err(says.to_owned()),
        Err(error) if error.as_service_error().is_some() => Ok(()),
        Err(error) => Err(format!("its self-test could not see {what} refused: {}", said(&error))),
    }
}

fn does(service: &str) -> &'static str {
    match service {
        "S3" => "list the buckets",
        "IAM" => "list the users",
        "STS" => "assume a role",
        _ => "see the key pairs",
    }
}

fn answer<T, E: ProvideErrorMetadata + std::error::Error + 'static>(
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Answer {
    match answer {
        Ok(_) => Answer::Allowed,
        Err(error) if matches!(error.code(), Some("AccessDenied" | "UnauthorizedOperation")) => {
            Answer::Denied
        }
        Err(error) => Answer::Other(said(&error)),
    }
}

fn trust(account: &AccountId) -> String {
    serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
        "Action": "sts:AssumeRole",
    }]})
    .to_string()
}

fn creating(place: &dyn Place, kind: ThingKind, name: &str) -> Result<(), String> {
    place.creating(place.account(), kind, name).map_err(|error: TargetError| error.to_string())
}

/// What was made, which the place must know.
fn created<T, E: ProvideErrorMetadata + std::error::Error + 'static>(
    place: &dyn Place,
    kind: ThingKind,
    name: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<T, String> {
    let account = place.account();
    match &answer {
        Ok(_) => place.created(account, kind, name),
        Err(error) => {
            let status = error.raw_response().map(|response| response.status().as_u16());
            if made_nothing(status, error.code()) {
                place.not_created(account, kind, name);
            }
        }
    }
    answer.map_err(|error| failed(&format!("make a {}", kind.words()), &error))
}

fn failed<E: ProvideErrorMetadata + std::error::Error + 'static>(
    step: &str,
    error: &SdkError<E, HttpResponse>,
) -> String {
    format!("its self-test could not {step}: {}", said(error))
}
