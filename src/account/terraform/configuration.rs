//! To what an attribute that is not known yet refers: a plan tells it in its configuration.

use serde_json::Value;

/// The configuration of a plan.
pub(super) struct Configuration<'p>(Option<&'p Value>);

impl<'p> Configuration<'p> {
    pub(super) fn of(plan: &'p Value) -> Self {
        Self(plan.get("configuration").and_then(|it| it.get("root_module")))
    }

    /// The address of the resource of which an attribute is the ARN (or, as `attribute` says, something else), and
    /// nothing more. `None`: it refers to something else, or to several things.
    pub(super) fn referred(&self, address: &str, name: &str, attribute: &str) -> Option<String> {
        let (module, resource) = split(address);
        let mut inside = self.0?;
        for call in &module {
            inside = inside.get("module_calls")?.get(call)?.get("module")?;
        }
        let resources = inside.get("resources")?.as_array()?;
        let found =
            resources.iter().find(|it| it.get("address").and_then(Value::as_str) == Some(&resource))?;
        let references = found.get("expressions")?.get(name)?.get("references")?.as_array()?;
        let references: Vec<&str> = references.iter().filter_map(Value::as_str).collect();
        // Each is told with all that it begins with: `aws_iam_policy.p.arn` and `aws_iam_policy.p`.
        let [whole, of] = references.as_slice() else { return None };
        let own = whole.strip_prefix(of)?.strip_prefix('.')?;
        let path: String = module.iter().map(|call| format!("module.{call}.")).collect();
        (own == attribute && !of.contains('[')).then(|| format!("{path}{of}"))
    }
}

/// `module.a.module.b["x"].aws_iam_role.r[0]`: the modules by the names of their calls, and the resource without its index.
fn split(address: &str) -> (Vec<String>, String) {
    let plain = without_indexes(address);
    let mut modules = Vec::new();
    let mut rest = plain.as_str();
    while let Some((call, after)) = rest.strip_prefix("module.").and_then(|rest| rest.split_once('.')) {
        modules.push(call.to_owned());
        rest = after;
    }
    (modules, rest.to_owned())
}

/// An address without what stands in brackets.
fn without_indexes(address: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0usize;
    for letter in address.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}
