//! The policies that AWS manages, as `emulator` reads them.
//!
//! From PyPI `moto`, which collects
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>. The key is the ARN without its
//! beginning, the head `VERSION CREATED UPDATED`, the text the document.

use serde_json::{Map, Value};

use crate::packed::{self, Entry};
use crate::source::Source;
use crate::{Made, Outcome};

/// The package that is checked in.
pub(crate) const PACKAGE: &str = "moto==5.2.5";

/// Makes the policies.
pub(crate) fn make(from: &str) -> Outcome<Vec<Made>> {
    let source = Source::pypi(from)?;
    let module = source.read("moto/iam/aws_managed_policies.py")?;
    let literal = module.split("\"\"\"").nth(1).ok_or("the module has no literal")?;
    // In Python's literal, each backslash of the JSON is written twice.
    let policies: Map<String, Value> = serde_json::from_str(&literal.replace("\\\\", "\\"))?;
    let entries = policies.iter().map(|(name, policy)| entry(name, policy)).collect::<Outcome<_>>()?;
    let source = format!("moto {}", source.pypi_version("moto")?);
    Ok(vec![Made { path: "src/emulator/iam/aws_managed.bin", bytes: packed::pack(&source, entries) }])
}

fn entry(name: &str, policy: &Value) -> Outcome<Entry> {
    let text = |member: &str| {
        let found =
            policy.get(member).and_then(Value::as_str).filter(|text| !text.contains(char::is_whitespace));
        found.ok_or_else(|| format!("{name} has no {member}"))
    };
    let head = [text("DefaultVersionId")?, text("CreateDate")?, text("UpdateDate")?].join(" ");
    let document = policy.get("Document").ok_or_else(|| format!("{name} has no document"))?;
    Ok(Entry { key: format!("{}{name}", text("Path")?), head, text: document.to_string() })
}
