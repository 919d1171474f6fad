//! What somebody tries: actions, what they are about, and the condition keys that requests have.

use policy::reference;

use super::codes;
use super::page::Word;
use super::rehearsal::Rehearsal;
use super::statement::{did_you_mean, is_known_key};
use crate::parameters::{Kind, Named, Sense};

/// Whether an action of a service can be about a resource of this ARN.
pub fn is_about(action: &str, arn: &str) -> bool {
    reference::action(action).is_some_and(|action| action.fits(arn))
}

impl Rehearsal<'_, '_> {
    /// Whether the word is an action of a service.
    pub fn is_action(&mut self, action: &Word) -> bool {
        if reference::action(&action.text).is_some() {
            return true;
        }
        let help = did_you_mean(&reference::nearest_actions(&action.text));
        self.tell(codes::NO_ACTION, action, format!("no service has the action `{}`", action.text), help);
        false
    }

    /// The action is about a resource of this ARN, or of this kind where the ARN stands for any.
    pub fn is_about(&mut self, action: &Word, resource: &Word, arn: &str) {
        let Some(known) = reference::action(&action.text).filter(|known| !known.fits(arn)) else { return };
        let kinds: Vec<&str> = known.resources.iter().map(|resource| resource.kind.name).collect();
        let about = match kinds.as_slice() {
            [] => "no resource: write `*`".to_owned(),
            kinds => format!("`{}`", kinds.join("` or `")),
        };
        let message = format!("`{}` is not about `{}`", known.full_name(), resource.text);
        self.tell(codes::NEVER_MATCH, resource, message, Some(format!("it is about {about}")));
    }

    /// The word names something of one of these kinds.
    pub fn is_there(&mut self, word: &Word, kinds: &'static [Kind]) {
        self.look_up(Sense::Names(Named { kinds, words: &[], arns: true, services: false }), word);
    }

    /// The word is a condition key that requests have.
    pub fn has_condition_key(&mut self, key: &Word) {
        if !is_known_key(&key.text) {
            let near = reference::nearest_condition_keys(&key.text);
            let help = did_you_mean(&near);
            self.tell(codes::NO_KEY, key, format!("no request has the condition key `{}`", key.text), help);
        }
    }

    /// The step's doc string is a script.
    pub fn has_script(&mut self) {
        if self.step.docstring.is_none() {
            let help = Some("it goes below the step, between two lines of `\"\"\"`".to_owned());
            let line = self.step.position.line;
            self.page.add_line(codes::TABLE, line, "this step has no script".to_owned(), help);
        }
    }
}
