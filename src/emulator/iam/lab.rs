//! For tests: a partition with two accounts whose operations are called directly, without authorization.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

use bytes::Bytes;
use chrono::{DateTime, Utc};
use policy::{AccountId, Principal};
use serde_json::{Value, json};

use crate::operation::{Access, Call, Caller, Operation, Service, ServiceError, Transport};
use crate::partition::Partition;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
pub(crate) const ADMIN: &str = "AKIAROOTROOTROOTROOT";

/// A policy that allows everything.
pub(crate) const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

pub(crate) struct Lab {
    pub(crate) partition: Partition,
    pub(crate) now: DateTime<Utc>,
    /// The access key that calls.
    pub(crate) key: String,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let mut partition = Partition::new(b"lab");
        partition.iam.add_account(AccountId::new(ACCOUNT).unwrap(), ADMIN.to_owned(), "secret".to_owned());
        let other = AccountId::new(OTHER_ACCOUNT).unwrap();
        partition.iam.add_account(other, "AKIAOTHEROTHEROTHERO".to_owned(), "secret".to_owned());
        Self { partition, now: "2026-01-02T03:04:05Z".parse().unwrap(), key: ADMIN.to_owned() }
    }

    fn prepared(&self, name: &str, input: &Value) -> (&'static Operation, Call) {
        let find = |operations: &'static [Operation]| operations.iter().find(|row| row.name == name);
        let iam = find(super::OPERATIONS).map(|row| (Service::Iam, row));
        let sts = find(crate::sts::OPERATIONS).map(|row| (Service::Sts, row));
        let (service, operation) = iam.or(sts).unwrap_or_else(|| panic!("no operation {name}"));
        let credential = self.partition.credential(&self.key).expect("a known key");
        let caller = Caller {
            principal: credential.principal,
            account: Some(credential.account),
            access_key_id: Some(self.key.clone()),
            credential: credential.kind,
        };
        let call = Call {
            service,
            operation: operation.name,
            caller,
            region: "us-east-1".to_owned(),
            now: self.now,
            transport: Transport::of_tests(),
            input: input.clone(),
            body: Bytes::new(),
            granted: Vec::new(),
        };
        (operation, call)
    }

    /// Calls an operation that everybody may call.
    pub(crate) fn call(&mut self, name: &str, input: &Value) -> Result<Value, ServiceError> {
        let (operation, call) = self.prepared(name, input);
        (operation.access)(&self.partition, &call)?;
        Ok((operation.act)(&mut self.partition, &call)?.output)
    }

    pub(crate) fn access(&self, name: &str, input: &Value) -> Result<Vec<Access>, ServiceError> {
        let (operation, call) = self.prepared(name, input);
        (operation.access)(&self.partition, &call)
    }

    /// Asks for an operation, and leaves it at that: whatever is decided, it was asked for.
    pub(crate) fn asks(&mut self, name: &str, input: &Value) {
        let (_, call) = self.prepared(name, input);
        let accesses = self.access(name, input).unwrap_or_default();
        let accesses = accesses.iter().map(|access| (access.action.as_str(), access.resource.as_str()));
        self.partition.iam.record_use(&call, accesses);
    }

    /// Whether the policies grant what the operation needs.
    pub(crate) fn may(&self, name: &str, input: &Value) -> bool {
        let caller = self.partition.credential(&self.key).expect("a known key");
        let entity = self.partition.iam.entity(&caller.principal).expect("a user or role");
        let session = self.partition.sts.session(&self.key);
        self.access(name, input).unwrap().into_iter().all(|access| {
            let request = policy::Request {
                principal: caller.principal.clone(),
                action: access.action,
                resource: access.resource,
                resource_account: access.resource_account,
                context: access.context,
                canonical_user: None,
            };
            let policies = policy::Policies {
                identity: entity.identity.clone(),
                boundary: entity.boundary.clone(),
                session: session.and_then(|session| session.policies.clone()),
                resource: access.resource_policy,
                ..policy::Policies::default()
            };
            policy::decide(&request, &policies).unwrap().is_allowed()
        })
    }

    #[track_caller]
    pub(crate) fn ok(&mut self, name: &str, input: &Value) -> Value {
        self.call(name, input).unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Expects an error by status and code, and returns its message.
    #[track_caller]
    pub(crate) fn refused(&mut self, name: &str, input: &Value, status: u16, code: &str) -> String {
        let error = self.call(name, input).expect_err(name);
        assert_eq!((error.status, error.code), (status, code), "{name}: {}", error.message);
        error.message
    }

    /// Makes a user, and returns its access key id.
    #[track_caller]
    pub(crate) fn user(&mut self, name: &str) -> String {
        self.ok("CreateUser", &json!({ "UserName": name }));
        let key = self.ok("CreateAccessKey", &json!({ "UserName": name }));
        key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
    }

    /// Makes a role that trusts an `AWS` principal, and returns its ARN.
    #[track_caller]
    pub(crate) fn role(&mut self, name: &str, trusted: &str) -> String {
        let document = trust(&json!({ "AWS": trusted }));
        let role = self.ok("CreateRole", &json!({ "RoleName": name, "AssumeRolePolicyDocument": document }));
        role["Role"]["Arn"].as_str().unwrap().to_owned()
    }

    /// The principal that a key stands for.
    pub(crate) fn principal(&self, key: &str) -> Principal {
        self.partition.credential(key).unwrap().principal
    }
}

/// A trust policy for one principal.
pub(crate) fn trust(principal: &Value) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal }],
    })
    .to_string()
}

/// A policy of about `size` characters.
pub(crate) fn policy_of_size(size: usize) -> String {
    let resource = "x".repeat(size);
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": format!("arn:aws:s3:::{resource}") }],
    })
    .to_string()
}
