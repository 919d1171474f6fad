//! An emulator with a clock that stands still, and what is asked of it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rolecall_emulator::{AccountId, Clock, Emulator, Peer, Settings};
use secrecy::ExposeSecret;

use crate::signer::{Key, Unsigned};

pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}}"#;
pub(crate) const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

pub(crate) fn start() -> DateTime<Utc> {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

pub(crate) struct Place {
    pub(crate) emulator: Emulator,
    pub(crate) admin: Key,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::of(Emulator::new(Settings::new(Clock::over(start))))
    }

    pub(crate) fn of(emulator: Emulator) -> Self {
        let key = emulator.administrator(&AccountId::new("111122223333").unwrap()).unwrap();
        let admin = Key { id: key.id.clone(), secret: key.secret.expose_secret().to_owned(), token: None };
        Self { emulator, admin }
    }

    /// The key of another account's root user.
    pub(crate) fn administrator(&self, account: &str) -> Key {
        let key = self.emulator.administrator(&AccountId::new(account).unwrap()).unwrap();
        Key { id: key.id.clone(), secret: key.secret.expose_secret().to_owned(), token: None }
    }

    /// Status, body.
    #[track_caller]
    pub(crate) fn answer(&self, request: http::Request<Bytes>) -> (u16, String) {
        let response = self.emulator.handle(request, Peer::in_process());
        self.check_decisions(response.headers());
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    /// Each permission asked for must be one that the service authorization reference has, on a resource that it takes.
    #[track_caller]
    fn check_decisions(&self, headers: &http::HeaderMap) {
        let ids = ["x-amzn-requestid", "x-amz-request-id"].into_iter().filter_map(|name| headers.get(name));
        let decided = ids.filter_map(|id| self.emulator.decisions(id.to_str().unwrap())).flatten();
        for access in decided {
            let action = policy::reference::action(&access.action).unwrap();
            // Of the action, the reference has no resource, or leaves out the policies that AWS manages, or that its
            // documents and public parameters are in no account.
            let excepted = access.action == "s3:ListAllMyBuckets"
                || access.resource.contains("::document/AWS-")
                || access.resource.contains("::parameter/aws/service/")
                || access.resource.starts_with("arn:aws:organizations::aws:policy/")
                || access.action == "organizations:CreatePolicy";
            assert!(excepted || action.fits(&access.resource), "{} {}", access.action, access.resource);
        }
    }

    /// Status and the code of an error, which is empty for a success.
    pub(crate) fn code(&self, request: http::Request<Bytes>) -> (u16, String) {
        let (status, body) = self.answer(request);
        (status, element(&body, "Code"))
    }

    /// The answer to the administrator, who must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, request: &Unsigned) -> String {
        let (status, body) = self.answer(request.signed(&self.admin));
        assert!(status < 300, "{status} {body}");
        body
    }

    /// A new user who may do everything.
    pub(crate) fn user(&self, name: &str) -> Key {
        self.user_with(name, Some(EVERYTHING))
    }

    /// A new user with an inline policy or none.
    pub(crate) fn user_with(&self, name: &str, policy: Option<&str>) -> Key {
        let iam = |body: &str| {
            let body = format!("Version=2010-05-08&UserName={name}&{body}");
            self.ok(&Unsigned::form("iam", body, start()))
        };
        iam("Action=CreateUser");
        if let Some(policy) = policy.map(form) {
            iam(&format!("Action=PutUserPolicy&PolicyName=p&PolicyDocument={policy}"));
        }
        let made = iam("Action=CreateAccessKey");
        Key { id: element(&made, "AccessKeyId"), secret: element(&made, "SecretAccessKey"), token: None }
    }

    /// A session of a role that may do everything, valid for 15 minutes.
    pub(crate) fn session(&self) -> Key {
        let ann = self.user("ann");
        let iam = |body: &str| Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start());
        self.ok(&iam(&format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={}", form(TRUST))));
        self.ok(&iam(&format!(
            "Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument={}",
            form(EVERYTHING)
        )));
        let assume = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111122223333:role/r\
                      &RoleSessionName=session&DurationSeconds=900";
        let (status, body) = self.answer(Unsigned::form("sts", assume, start()).signed(&ann));
        assert_eq!(status, 200, "{body}");
        Key {
            id: element(&body, "AccessKeyId"),
            secret: element(&body, "SecretAccessKey"),
            token: Some(element(&body, "SessionToken")),
        }
    }
}

/// The text of the first element of a name; empty where there is none.
pub(crate) fn element(body: &str, name: &str) -> String {
    let found = || Some(body.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>"))?.0);
    found().unwrap_or_default().to_owned()
}

pub(crate) fn form(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
