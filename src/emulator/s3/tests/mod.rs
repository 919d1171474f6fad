//! Tests over partition and call, without a wire: what each operation needs, and what it does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

mod acls;
mod buckets;
mod configurations;
mod encryption;
mod forms;
mod listing;
mod locks;
mod objects;
mod permissions;
mod policies;
mod uploads;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use policy::{AccountId, Principal};
use serde_json::{Value, json};

use super::OPERATIONS;
use crate::operation::{
    Access, Call, Caller, CredentialKind, Operation, Reply, Service, ServiceError, Transport,
};
use crate::partition::Partition;

const OWNER: &str = "111122223333";
const OTHER: &str = "444455556666";

/// A partition with two accounts, and the calls made to it.
struct Place {
    partition: Partition,
    account: Option<AccountId>,
    region: &'static str,
    now: DateTime<Utc>,
    /// The actions that are denied where they only inform.
    denied: Vec<&'static str>,
}

impl Place {
    /// With the bucket `main` of the owner.
    fn new() -> Self {
        let mut place = Self::empty();
        place.ok("CreateBucket", json!({ "Bucket": "main" }));
        place
    }

    fn empty() -> Self {
        let mut partition = Partition::new(b"s3");
        for account in [OWNER, OTHER] {
            let id = AccountId::new(account).unwrap();
            partition.iam.add_account(id, format!("AKIA{account}"), "secret".to_owned());
        }
        Self {
            partition,
            account: AccountId::new(OWNER),
            region: "us-east-1",
            now: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            denied: Vec::new(),
        }
    }

    fn call(&self, operation: &'static str, input: Value, body: &[u8]) -> Call {
        let principal = match &self.account {
            Some(account) => Principal::Root { account: account.clone() },
            None => Principal::Anonymous,
        };
        Call {
            service: Service::S3,
            operation,
            caller: Caller {
                principal,
                account: self.account.clone(),
                access_key_id: None,
                credential: CredentialKind::LongTerm,
            },
            region: self.region.to_owned(),
            now: self.now,
            transport: Transport::of_tests(),
            input,
            body: Bytes::copy_from_slice(body),
            granted: Vec::new(),
        }
    }

    fn accesses(&self, operation: &'static str, input: Value) -> Result<Vec<Access>, ServiceError> {
        (row(operation).access)(&self.partition, &self.call(operation, input, b""))
    }

    fn with_body(
        &mut self,
        operation: &'static str,
        input: Value,
        body: &[u8],
    ) -> Result<Reply, ServiceError> {
        let mut call = self.call(operation, input, body);
        let accesses = (row(operation).access)(&self.partition, &call)?;
        let is_granted = |access: &Access| access.required || !self.denied.contains(&access.action.as_str());
        call.granted = accesses.iter().map(is_granted).collect();
        (row(operation).act)(&mut self.partition, &call)
    }

    fn run(&mut self, operation: &'static str, input: Value) -> Result<Reply, ServiceError> {
        self.with_body(operation, input, b"")
    }

    /// The output without its nulls.
    #[track_caller]
    fn ok(&mut self, operation: &'static str, input: Value) -> Value {
        let shown = input.to_string();
        match self.run(operation, input) {
            Ok(reply) => present(reply.output),
            Err(error) => panic!("{operation} {shown}: {error:?}"),
        }
    }

    #[track_caller]
    fn put(&mut self, key: &str, body: &[u8]) -> Value {
        let input = json!({ "Bucket": "main", "Key": key });
        present(self.with_body("PutObject", input, body).unwrap().output)
    }

    /// Checks that the call fails with this status and code.
    #[track_caller]
    fn refused(&mut self, operation: &'static str, input: Value, status: u16, code: &str) {
        let shown = input.to_string();
        let error = self.run(operation, input).map(|reply| reply.output).expect_err(&shown);
        assert_eq!((error.status, error.code), (status, code), "{operation} {shown}: {}", error.message);
    }

    /// Checks some members of the output of a call.
    #[track_caller]
    fn check(&mut self, operation: &'static str, input: Value, expected: Value) {
        let shown = input.to_string();
        let output = self.ok(operation, input);
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(output.get(member).unwrap_or(&Value::Null), value, "{member} of {operation} {shown}");
        }
    }
}

fn row(operation: &str) -> &'static Operation {
    OPERATIONS.iter().find(|row| row.name == operation).unwrap()
}

/// A value without its null members, which are not sent.
fn present(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, present(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(present).collect(),
        value => value,
    }
}

#[test]
fn every_operation_has_one_row() {
    let mut names: Vec<_> = OPERATIONS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}
