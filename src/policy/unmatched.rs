//! Actions of a policy that no service has: AWS takes such a policy, but what was meant is another action.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html> reports them as
//! `INVALID_ACTION` and `INVALID_SERVICE_IN_ACTION`.

use crate::PolicyDocument;
use crate::json::{self, Node, Value};
use crate::reference;

/// A value of `Action` or `NotAction` that matches no action of any service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedAction {
    /// As the policy writes it.
    pub pattern: String,
    /// The statement's place in the policy, from 1.
    pub statement: usize,
    /// Line of the value, from 1.
    pub line: usize,
    /// Column of the value in characters, from 1.
    pub column: usize,
    /// Actions that may be meant, nearest first.
    pub nearest: Vec<String>,
}

impl PolicyDocument {
    /// The values of `Action` and `NotAction` that match no action there is, in the order of the text.
    pub fn unmatched_actions(&self) -> Vec<UnmatchedAction> {
        let Ok(document) = json::read(self.text()) else { return Vec::new() };
        let statements = member(&document, "Statement").map(each).unwrap_or_default();
        let mut unmatched = Vec::new();
        for (place, statement) in statements.iter().enumerate() {
            let actions = member(statement, "Action").or_else(|| member(statement, "NotAction"));
            for node in actions.map(each).unwrap_or_default() {
                let Value::Text(pattern) = &node.value else { continue };
                if !reference::matches_any(pattern) {
                    let (line, column) = json::line_and_column(self.text(), node.span.start);
                    let nearest = reference::nearest_actions(pattern);
                    let (pattern, statement) = (pattern.clone(), place + 1);
                    unmatched.push(UnmatchedAction { pattern, statement, line, column, nearest });
                }
            }
        }
        unmatched
    }
}

fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let Value::Object(members) = &node.value else { return None };
    members.iter().find(|member| member.key == name).map(|member| &member.value)
}

/// The values of a list, or the one that stands without.
fn each(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(nodes) => nodes,
        _ => std::slice::from_ref(node),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::PolicyKind;

    #[test]
    fn what_no_service_has_is_told_with_its_place() {
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Resource": "*", "Action": ["s3:Get*", "s3:GetObjekt", "*"]},
            {"Effect": "Deny", "Resource": "*", "NotAction": "dynamobd:PutItem"}]}"#;
        let document = PolicyDocument::parse(text, PolicyKind::Identity).unwrap();
        let found = document.unmatched_actions();
        let places: Vec<_> =
            found.iter().map(|one| (one.pattern.as_str(), one.statement, one.line, one.column)).collect();
        assert_eq!(places, [("s3:GetObjekt", 1, 2, 72), ("dynamobd:PutItem", 2, 3, 62)]);
        let nearest: Vec<_> = found.iter().map(|one| one.nearest[0].as_str()).collect();
        assert_eq!(nearest, ["s3:GetObject", "dynamodb:PutItem"]);
    }
}
