//! A decision that no call was made for, as `rolecall decide` prints it.

use crate::Explanation;

use super::page::Page;
use super::paint::Ink;
use super::scenario::explained;

/// A decision, with who asked what.
#[derive(Clone, Debug)]
pub struct Decided<'a> {
    /// Whether the call may go on.
    pub allowed: bool,
    /// What was decided, in a word or two.
    pub decision: &'a str,
    /// `service:Action`.
    pub action: &'a str,
    /// An ARN, or `*`.
    pub resource: &'a str,
    /// The caller's ARN or name.
    pub principal: &'a str,
    /// Why.
    pub explanation: &'a Explanation,
    /// What is odd about the question.
    pub notes: &'a [String],
    /// Each statement looked at: its place, and what became of it. Empty: not asked for.
    pub statements: &'a [(String, Vec<String>)],
}

impl Page {
    /// The lines of a decision.
    pub fn decided(&self, decided: &Decided<'_>) -> Vec<String> {
        let ink = if decided.allowed { Ink::Passed } else { Ink::Failed };
        let mut lines = vec![self.paint(ink, decided.decision)];
        lines.extend(self.phrase(2, &[decided.action, "on", decided.resource]));
        lines.extend(self.labelled(2, (Ink::Aside, "by"), decided.principal));
        lines.extend(explained(self, 2, decided.explanation));
        for note in decided.notes {
            lines.extend(self.labelled(2, (Ink::Aside, "note"), note));
        }
        for (place, found) in decided.statements {
            lines.extend(self.paragraph(2, place));
            lines.extend(found.iter().flat_map(|line| self.paragraph(4, line)));
        }
        lines
    }
}
