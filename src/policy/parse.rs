//! From the JSON of one statement to its compiled form, with the rules of each kind of document.
//!
//! Messages are AWS's own where it documents one. What is not known is an error that names it and the nearest
//! name there is.

use std::sync::Arc;

use crate::arn::ArnPattern;
use crate::condition::{Condition, Operator};
use crate::decision::Effect;
use crate::document::{AwsPrincipal, PolicyKind};
use crate::json::{Flaw, Member, Node, Value};
use crate::nearest::edit_distance;
use crate::principals::PrincipalPattern;
use crate::statement::{Actions, Principals, Resources, Statement};
use crate::variables::{Reading, Template};

/// The elements that a statement may have.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>
pub const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The actions whose resource is a role, lower-cased:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html>.
const TRUST_ACTIONS: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
];

/// What the document around a statement lays down.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) kind: PolicyKind,
    /// `${…}` are variables.
    pub(crate) variables: bool,
}

/// Compiles the statement at place `index`, from 1.
pub(crate) fn statement(
    node: &Node,
    index: usize,
    rules: Rules,
    aws_principals: &mut Vec<AwsPrincipal>,
) -> Result<Statement, Flaw> {
    let Value::Object(members) = &node.value else {
        return Err(Flaw::new(
            node.span.start,
            format!("a statement is an object, not {}", node.value.kind()),
        ));
    };
    let elements = Elements::sort(node, members, rules)?;
    let effect = effect(&elements, rules)?;
    Ok(Statement {
        index,
        span: node.span.clone(),
        sid: elements.sid.map(|node| sid(node, rules)).transpose()?.flatten(),
        effect,
        principals: elements
            .principal
            .map(|(node, not)| principals(node, not, rules, aws_principals))
            .transpose()?,
        actions: actions(elements.action, rules)?,
        resources: elements.resource.map(|(node, not)| resources(node, not, rules)).transpose()?,
        conditions: elements.condition.map(|node| conditions(node, rules)).transpose()?.unwrap_or_default(),
    })
}

/// The elements of a statement by name; the flag tells the `Not…` form.
struct Elements<'a> {
    start: usize,
    sid: Option<&'a Node>,
    effect: Option<&'a Node>,
    principal: Option<(&'a Node, bool)>,
    action: (&'a Node, bool),
    resource: Option<(&'a Node, bool)>,
    condition: Option<&'a Node>,
}

impl<'a> Elements<'a> {
    fn sort(statement: &Node, members: &'a [Member], rules: Rules) -> Result<Self, Flaw> {
        let start = statement.span.start;
        for member in members {
            if !STATEMENT_ELEMENTS.contains(&member.key.as_str()) {
                let (known, start) = (STATEMENT_ELEMENTS, member.key_span.start);
                return Err(unknown_name("statement element", &member.key, known, start));
            }
        }
        let find = |name: &str| members.iter().find(|member| member.key == name).map(|member| &member.value);
        let one_of = |name: &str, not_name: &str| match (find(name), find(not_name)) {
            (Some(_), Some(second)) => Err(Flaw::new(
                second.span.start,
                format!("Syntax errors in policy: a statement has {name} or {not_name}, not both"),
            )),
            (Some(node), None) => Ok(Some((node, false))),
            (None, Some(node)) => Ok(Some((node, true))),
            (None, None) => Ok(None),
        };
        let action = one_of("Action", "NotAction")?;
        let elements = Self {
            start,
            sid: find("Sid"),
            effect: find("Effect"),
            principal: one_of("Principal", "NotPrincipal")?,
            action: action.ok_or_else(|| Flaw::new(start, "Policy statement must contain actions."))?,
            resource: one_of("Resource", "NotResource")?,
            condition: find("Condition"),
        };
        elements.check_kind(rules.kind)?;
        Ok(elements)
    }

    /// Which elements each kind of document must and must not have.
    fn check_kind(&self, kind: PolicyKind) -> Result<(), Flaw> {
        let forbid = |node: Option<(&Node, bool)>, message: &str| match node {
            Some((node, _)) => Err(Flaw::new(node.span.start, message)),
            None => Ok(()),
        };
        let require = |node: Option<(&Node, bool)>, message: &str| match node {
            Some(_) => Ok(()),
            None => Err(Flaw::new(self.start, message)),
        };
        if matches!(kind, PolicyKind::Identity | PolicyKind::ServiceControl) {
            forbid(self.principal, "Policy document should not specify a principal.")?;
        } else {
            require(self.principal, "Missing required field Principal")?;
        }
        if kind == PolicyKind::Trust {
            forbid(self.resource, "Has prohibited field Resource.")?;
            forbid(self.principal.filter(|(_, not)| *not), "Has prohibited field NotPrincipal.")?;
        } else {
            require(self.resource, "Policy statement must contain resources.")?;
        }
        if kind == PolicyKind::ResourceControl {
            forbid(self.principal.filter(|(_, not)| *not), "a resource control policy has no NotPrincipal")?;
            forbid(Some(self.action).filter(|(_, not)| *not), "a resource control policy has no NotAction")?;
        }
        Ok(())
    }
}

fn effect(elements: &Elements<'_>, rules: Rules) -> Result<Effect, Flaw> {
    let Some(node) = elements.effect else {
        return Err(Flaw::new(elements.start, "Syntax errors in policy: the statement has no Effect"));
    };
    let effect = match &node.value {
        Value::Text(text) if text == "Allow" => Effect::Allow,
        Value::Text(text) if text == "Deny" => Effect::Deny,
        _ => return Err(Flaw::new(node.span.start, "Syntax errors in policy: Effect must be Allow or Deny")),
    };
    let not_principal = elements.principal.filter(|(_, not)| *not);
    match not_principal {
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        Some((node, _)) if effect == Effect::Allow && rules.kind == PolicyKind::Resource => {
            Err(Flaw::new(node.span.start, "NotPrincipal cannot be used with Effect Allow"))
        }
        _ => Ok(effect),
    }
}

/// An empty `Sid` counts as none: the console writes such.
fn sid(node: &Node, rules: Rules) -> Result<Option<Arc<str>>, Flaw> {
    let Value::Text(text) = &node.value else {
        return Err(Flaw::new(node.span.start, "Sid must be a string"));
    };
    let strict = rules.kind != PolicyKind::Resource;
    if strict && !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Flaw::new(
            node.span.start,
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ));
    }
    Ok((!text.is_empty()).then(|| text.as_str().into()))
}

/// One string, or a list of strings.
fn strings<'a>(node: &'a Node, element: &str) -> Result<Vec<(&'a str, &'a Node)>, Flaw> {
    let one = |node: &'a Node| match &node.value {
        Value::Text(text) => Ok((text.as_str(), node)),
        other => Err(Flaw::new(
            node.span.start,
            format!("Syntax errors in policy: a value of {element} must be a string, not {}", other.kind()),
        )),
    };
    match &node.value {
        Value::List(nodes) => nodes.iter().map(one).collect(),
        _ => Ok(vec![one(node)?]),
    }
}

fn words(texts: &[(&str, &Node)]) -> Arc<[String]> {
    texts.iter().map(|(text, _)| (*text).to_owned()).collect()
}

fn actions((node, not): (&Node, bool), rules: Rules) -> Result<Actions, Flaw> {
    let texts = strings(node, if not { "NotAction" } else { "Action" })?;
    if texts.is_empty() {
        return Err(Flaw::new(node.span.start, "Policy statement must contain actions."));
    }
    let mut patterns = Vec::with_capacity(texts.len());
    for (text, node) in &texts {
        let pattern = action(text, rules.kind).map_err(|message| Flaw::new(node.span.start, message))?;
        patterns.push(pattern);
    }
    Ok(Actions::new(not, words(&texts), patterns))
}

fn action(text: &str, kind: PolicyKind) -> Result<Template, String> {
    let reading = Reading { wildcards: true, variables: false, fold: true };
    if kind == PolicyKind::Trust && !is_of_trust(&Template::parse(text, reading)?, text) {
        return Err(format!("AssumeRole policy may only specify STS AssumeRole actions, not `{text}`."));
    }
    if text == "*" {
        return Template::parse(text, reading);
    }
    let Some((vendor, name)) = text.split_once(':') else {
        return Err(format!(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: `{text}`"
        ));
    };
    if name.contains(':') {
        return Err(format!("Actions/Condition can contain only one colon: `{text}`"));
    }
    let letters = |text: &str, others: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
    };
    // A wildcard stands for all services or for none: `*:*`.
    if vendor != "*" && !letters(vendor, "-_.") {
        return Err(format!("Vendor {vendor} is not valid"));
    }
    // A name that no service has is taken, and matches nothing.
    if name.is_empty() {
        return Err(format!("`{text}` is not an action"));
    }
    Template::parse(text, reading)
}

/// Whether a pattern covers an action that a role's trust policy decides.
fn is_of_trust(pattern: &Template, text: &str) -> bool {
    text.contains(':') && TRUST_ACTIONS.iter().any(|action| pattern.matches_plainly(action))
}

fn resources(node: &Node, not: bool, rules: Rules) -> Result<Resources, Flaw> {
    let texts = strings(node, if not { "NotResource" } else { "Resource" })?;
    if texts.is_empty() {
        return Err(Flaw::new(node.span.start, "Policy statement must contain resources."));
    }
    let mut patterns = Vec::with_capacity(texts.len());
    for (text, node) in &texts {
        let pattern = resource(text, rules).map_err(|message| Flaw::new(node.span.start, message))?;
        patterns.push(pattern);
    }
    Ok(Resources { not, patterns, words: words(&texts) })
}

fn resource(text: &str, rules: Rules) -> Result<ArnPattern, String> {
    if text != "*" && !text.starts_with("arn:") {
        return Err(format!("Resource {text} must be in ARN format or \"*\"."));
    }
    let vendor = text.split(':').nth(2).unwrap_or("");
    if vendor.contains(['*', '?']) {
        return Err(format!("Resource vendor must be fully qualified and cannot contain regexes: `{text}`"));
    }
    ArnPattern::of_resource(text, rules.variables)
}

fn principals(
    node: &Node,
    not: bool,
    rules: Rules,
    aws_principals: &mut Vec<AwsPrincipal>,
) -> Result<Principals, Flaw> {
    let mut found = Principals { not, patterns: Vec::new(), words: Arc::default() };
    let mut all = Vec::new();
    match &node.value {
        Value::Text(text) if text == "*" => {
            found.patterns.push(PrincipalPattern::Everyone);
            all.push("*".to_owned());
        }
        Value::Object(members) if !members.is_empty() => {
            for member in members {
                principals_of_kind(member, rules, &mut found.patterns, &mut all, aws_principals)?;
            }
        }
        _ => {
            return Err(Flaw::new(
                node.span.start,
                "Invalid principal in policy: it must be \"*\" or an object",
            ));
        }
    }
    if rules.kind == PolicyKind::ResourceControl
        && !matches!(found.patterns.as_slice(), [PrincipalPattern::Everyone])
    {
        return Err(Flaw::new(node.span.start, "the Principal of a resource control policy is \"*\""));
    }
    found.words = all.into();
    Ok(found)
}

fn principals_of_kind(
    member: &Member,
    rules: Rules,
    patterns: &mut Vec<PrincipalPattern>,
    words: &mut Vec<String>,
    aws_principals: &mut Vec<AwsPrincipal>,
) -> Result<(), Flaw> {
    let kind = member.key.as_str();
    let read: fn(&str) -> Option<PrincipalPattern> = match kind {
        "AWS" => PrincipalPattern::aws,
        "Service" => PrincipalPattern::service,
        "Federated" => PrincipalPattern::federated,
        "CanonicalUser" if rules.kind == PolicyKind::Resource => PrincipalPattern::canonical_user,
        unknown => {
            let known = ["AWS", "Service", "Federated", "CanonicalUser"];
            return Err(unknown_name("kind of principal", unknown, known, member.key_span.start));
        }
    };
    let texts = strings(&member.value, kind)?;
    if texts.is_empty() {
        return Err(Flaw::new(
            member.value.span.start,
            format!("Invalid principal in policy: no value of {kind}"),
        ));
    }
    for (text, node) in texts {
        let Some(pattern) = read(text) else {
            return Err(Flaw::new(
                node.span.start,
                format!("Invalid principal in policy: \"{kind}\":\"{text}\""),
            ));
        };
        patterns.push(pattern);
        words.push(text.to_owned());
        if kind == "AWS" {
            aws_principals.push(AwsPrincipal { text: text.to_owned(), span: node.span.clone() });
        }
    }
    Ok(())
}

fn conditions(node: &Node, rules: Rules) -> Result<Vec<Condition>, Flaw> {
    let mut conditions = Vec::new();
    for operator_member in object(node, "Condition")? {
        let name = operator_member.key.as_str();
        let Some(operator) = Operator::parse(name) else {
            let known = Operator::names();
            return Err(unknown_name("condition operator", name, known, operator_member.key_span.start));
        };
        for key_member in object(&operator_member.value, name)? {
            let wants = condition_values(&key_member.value)?;
            let key = key_member.key.as_str();
            // IAM takes a key without vendor, which no request has; other services do not.
            let lenient = matches!(rules.kind, PolicyKind::Identity | PolicyKind::Trust);
            if !lenient && !key.contains(':') {
                return Err(Flaw::new(
                    key_member.key_span.start,
                    format!(
                        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: `{key}`"
                    ),
                ));
            }
            let condition =
                Condition::new(name, operator, key, wants, rules.variables).map_err(|message| {
                    Flaw::new(key_member.value.span.start, format!("{name} {key}: {message}"))
                })?;
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

fn object<'a>(node: &'a Node, element: &str) -> Result<&'a [Member], Flaw> {
    match &node.value {
        Value::Object(members) => Ok(members),
        other => Err(Flaw::new(
            node.span.start,
            format!("Syntax errors in policy: {element} must be an object, not {}", other.kind()),
        )),
    }
}

/// Numbers and Booleans need no quotation marks.
fn condition_values(node: &Node) -> Result<Vec<String>, Flaw> {
    let one = |node: &Node| match &node.value {
        Value::Text(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        other => Err(Flaw::new(
            node.span.start,
            format!(
                "Syntax errors in policy: a condition value is a string, number or Boolean, not {}",
                other.kind()
            ),
        )),
    };
    match &node.value {
        Value::List(nodes) if nodes.is_empty() => {
            Err(Flaw::new(node.span.start, "Syntax errors in policy: a condition without values"))
        }
        Value::List(nodes) => nodes.iter().map(one).collect(),
        _ => Ok(vec![one(node)?]),
    }
}

/// The error for a name that is not known, with the nearest that is.
pub(crate) fn unknown_name<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    at: usize,
) -> Flaw {
    Flaw::new(at, format!("Syntax errors in policy: {}", unknown_words(what, name, known)))
}

/// Names what is not known, and the nearest name that is.
pub(crate) fn unknown_words<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let core = name.rsplit(':').next().unwrap_or(name);
    let core = core.strip_suffix("IfExists").filter(|_| what == "condition operator").unwrap_or(core);
    let nearest = known.into_iter().map(|candidate| (edit_distance(core, candidate), candidate)).min();
    let hint = match nearest {
        Some((steps, candidate)) if steps <= 3.max(core.len() / 3) && candidate != core => {
            format!("; did you mean `{candidate}`?")
        }
        _ => String::new(),
    };
    format!("unknown {what} `{name}`{hint}")
}
