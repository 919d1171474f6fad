//! Reads Terraform plans, as `terraform show -json` writes them: what there will be once the plan is applied, as far as it says who may
//! do what.
//!
//! A value that is known only once the plan is applied is a gap at its place, and so is a resource that has a say in access and
//! is not read. <https://developer.hashicorp.com/terraform/internals/json-format>

mod attachments;
mod change;
mod configuration;
mod others;
mod things;

use policy::AccountId;
use serde_json::Value;

use crate::model::{Account, Gap, ReadError, Subject};
use crate::terraform::change::Change;
use crate::terraform::configuration::Configuration;

/// Reads a plan. An account whose number it does not tell is called `id`; `of_aws` tells the documents of AWS's own policies.
///
/// # Errors
/// Where it is no plan.
pub fn read(
    text: &str,
    id: &AccountId,
    of_aws: &dyn Fn(&str) -> Option<String>,
) -> Result<Account, ReadError> {
    let plan: Value = serde_json::from_str(text).map_err(|error| ReadError::of_json(&error))?;
    let Some(Value::Array(changes)) = plan.get("resource_changes") else {
        return Err(ReadError::new(
            "is not what `terraform show -json PLAN` writes: it has no list `resource_changes`",
        ));
    };
    let changes = changes.iter().map(Change::of).collect::<Result<Vec<_>, _>>()?;
    let there: Vec<Change<'_>> = changes.into_iter().filter(Change::will_be).collect();
    let id = account_id(&plan).unwrap_or_else(|| id.clone());
    let account = Account { id: Some(id), ..Account::default() };
    let mut reader = Reader { account, there: &there, configuration: Configuration::of(&plan) };
    if plan.get("deferred_changes").and_then(Value::as_array).is_some_and(|changes| !changes.is_empty()) {
        let (place, reason) =
            ("deferred_changes".to_owned(), "what is planned later is not in the plan".to_owned());
        reader.account.gaps.push(Gap { place, line: None, reason, subject: Subject::Everything });
    }
    for change in &there {
        reader.thing(change);
    }
    for change in &there {
        reader.attachment(change);
    }
    let mut account = reader.account;
    account.complete(of_aws);
    Ok(account)
}

/// What is read so far.
struct Reader<'p> {
    account: Account,
    there: &'p [Change<'p>],
    configuration: Configuration<'p>,
}

/// As the data source `aws_caller_identity` told when the plan was made.
fn account_id(plan: &Value) -> Option<AccountId> {
    let state = plan.get("prior_state")?.get("values")?.get("root_module")?;
    in_module(state)
}

fn in_module(module: &Value) -> Option<AccountId> {
    let resources = module.get("resources").and_then(Value::as_array).into_iter().flatten();
    let mut callers =
        resources.filter(|it| it.get("type").and_then(Value::as_str) == Some("aws_caller_identity"));
    let found = callers.find_map(|caller| AccountId::new(caller.get("values")?.get("account_id")?.as_str()?));
    let children = module.get("child_modules").and_then(Value::as_array).into_iter().flatten();
    found.or_else(|| children.into_iter().find_map(in_module))
}

#[cfg(test)]
mod tests;
