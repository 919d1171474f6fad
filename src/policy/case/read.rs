//! From text to a request with its policies.

use super::fields::{Fields, account, object, text};
use super::policies::{Reader, ResourceRule};
use super::principal::{fill_context, principal};
use crate::arn::ArnParts;
use crate::json::{self, Flaw, Node, Value};
use crate::{AccountId, Context, Policies, Principal, Request};

/// A question with the policies that apply to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is asked.
    pub request: Request,
    /// Under which policies.
    pub policies: Policies,
}

/// Why a text is not a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CaseError {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in characters, from 1.
    pub column: usize,
}

const FIELDS: [&str; 7] =
    ["principal", "canonicalUser", "action", "resource", "context", "resourceAccount", "policies"];

impl Case {
    /// Reads a case; `managed` finds the document of an AWS managed policy by its ARN.
    ///
    /// # Errors
    /// Where `text` is not JSON, has an unknown field or lacks one, or holds a policy that is none.
    pub fn parse(text: &str, managed: &dyn Fn(&str) -> Option<String>) -> Result<Self, CaseError> {
        read(text, managed).map_err(|flaw| {
            let (line, column) = json::line_and_column(text, flaw.at);
            CaseError { message: flaw.message, line, column }
        })
    }
}

fn read(whole: &str, managed: &dyn Fn(&str) -> Option<String>) -> Result<Case, Flaw> {
    let node = json::read(whole).map_err(|flaw| Flaw::new(flaw.at, format!("not JSON: {}", flaw.message)))?;
    let fields = Fields::of(&node, "a request", &FIELDS)?;
    let mut context = fields.optional("context").map(context).transpose()?.unwrap_or_default();
    let who = fields.required("principal")?;
    let caller = principal(text(who, "`principal`")?, &context)
        .map_err(|message| Flaw::new(who.span.start, message))?;
    let action = action(fields.required("action")?)?;
    let resource = resource(fields.required("resource")?)?;
    let owner = owner(&resource, fields.optional("resourceAccount"))?.or_else(|| caller.account().cloned());
    fill_context(&caller, owner.as_ref(), &mut context);
    let reader = Reader { text: whole, managed, rule: rule(&action, &resource) };
    let policies = reader.policies(fields.optional("policies"))?;
    let canonical_user =
        fields.optional("canonicalUser").map(|node| canonical_user(node, &caller)).transpose()?;
    let request =
        Request { principal: caller, action, resource, resource_account: owner, context, canonical_user };
    Ok(Case { request, policies })
}

/// The canonical user id of the principal's account, of 64 hexadecimal digits:
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html#FindCanonicalId>.
fn canonical_user(node: &Node, caller: &Principal) -> Result<String, Flaw> {
    let id = text(node, "`canonicalUser`")?;
    let flaw = |message: String| Err(Flaw::new(node.span.start, message));
    if id.len() != 64 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return flaw(format!("`canonicalUser` must be 64 hexadecimal digits, not `{id}`"));
    }
    if caller.account().is_none() {
        return flaw(format!("`{}` is in no account, so it has no `canonicalUser`", caller.arn()));
    }
    Ok(id.to_owned())
}

fn action(node: &Node) -> Result<String, Flaw> {
    let text = text(node, "`action`")?;
    let whole = text.split_once(':').is_some_and(|(service, name)| {
        let word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        word(service) && word(name)
    });
    if !whole {
        let message = format!(
            "`{text}` is no action: an action is one operation of one service, such as `s3:GetObject`"
        );
        return Err(Flaw::new(node.span.start, message));
    }
    Ok(text.to_owned())
}

fn resource(node: &Node) -> Result<String, Flaw> {
    let text = text(node, "`resource`")?;
    if text != "*" && ArnParts::of(text).is_none() {
        let message = format!("`{text}` is no resource: it is an ARN, or `*` for an action that has none");
        return Err(Flaw::new(node.span.start, message));
    }
    Ok(text.to_owned())
}

/// The account that owns the resource, as its ARN or the request says.
fn owner(resource: &str, told: Option<&Node>) -> Result<Option<AccountId>, Flaw> {
    let of_arn = ArnParts::of(resource).and_then(|parts| AccountId::new(parts.segments().nth(3)?));
    let Some(node) = told else { return Ok(of_arn) };
    let told = account(node, "`resourceAccount`")?;
    match of_arn {
        Some(of_arn) if of_arn != told => {
            let message = format!("`resourceAccount` is {told}, but the resource's ARN says {of_arn}");
            Err(Flaw::new(node.span.start, message))
        }
        _ => Ok(Some(told)),
    }
}

/// The resource policy of a role is its trust policy, that of a KMS key its key policy; nobody passes either unless it
/// lets them: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>.
fn rule(action: &str, resource: &str) -> ResourceRule {
    let is_key = ArnParts::of(resource)
        .is_some_and(|parts| parts.segments().nth(1) == Some("kms") && parts.resource.starts_with("key/"));
    match action.to_ascii_lowercase().as_str() {
        "sts:assumerole"
        | "sts:assumerolewithsaml"
        | "sts:assumerolewithwebidentity"
        | "sts:tagsession"
        | "sts:setsourceidentity" => ResourceRule::Trust,
        _ if is_key => ResourceRule::Key,
        _ => ResourceRule::Grants,
    }
}

fn context(node: &Node) -> Result<Context, Flaw> {
    let mut context = Context::default();
    for member in object(node, "`context`")? {
        let key = member.key.as_str();
        if !key.contains(':') {
            let message = format!("`{key}` is no condition key: it has a prefix, such as `aws:`");
            return Err(Flaw::new(member.key_span.start, message));
        }
        if context.get(key).is_some() {
            let message = format!("`{key}` occurs twice: condition keys are the same in any case");
            return Err(Flaw::new(member.key_span.start, message));
        }
        match &member.value.value {
            Value::List(nodes) => {
                let values = nodes.iter().map(|node| value(key, node)).collect::<Result<_, _>>()?;
                context.set_all(key, values);
            }
            _ => context.set(key, value(key, &member.value)?),
        }
    }
    Ok(context)
}

fn value(key: &str, node: &Node) -> Result<String, Flaw> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        other => Err(Flaw::new(
            node.span.start,
            format!("a value of `{key}` must be a string, a number or a Boolean, not {}", other.kind()),
        )),
    }
}
