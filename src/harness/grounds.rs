//! On what a denial rests: the kind of policy, whether a Deny statement, and which one.

use target::{DeniedBy, Layer};

use crate::outcome::Outcome;
use crate::stage::Stage;

impl Stage {
    /// What denied an attempt, as the place knows, or else as the service's own message says; `None`: neither tells.
    pub fn denied_by(&self, outcome: &Outcome) -> Option<DeniedBy> {
        let call = &outcome.call;
        let known = || self.place.explained(call.request_id.as_deref()?, true)?.denied_by;
        let said = || said(call.message.as_deref()?);
        outcome.denied_by.clone().or_else(known).or_else(said)
    }
}

/// As services name kinds of policies in their refusals.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
pub(crate) const LAYERS: [(&str, Layer); 7] = [
    ("identity-based policy", Layer::Identity),
    ("resource-based policy", Layer::Resource),
    ("role trust policy", Layer::Trust),
    ("permissions boundary", Layer::Boundary),
    ("session policy", Layer::Session),
    ("service control policy", Layer::ServiceControl),
    ("resource control policy", Layer::ResourceControl),
];

/// Of a message such as `… with an explicit deny in a service control policy`, or `… because no session policy allows the …`.
fn said(message: &str) -> Option<DeniedBy> {
    let of =
        |words: &str| LAYERS.into_iter().find(|(name, _)| words.starts_with(name)).map(|(_, layer)| layer);
    let denied = |layer, explicit| DeniedBy { layer, explicit, statements: None };
    if let Some((_, rest)) = message.split_once(" with an explicit deny in ") {
        let rest =
            ["an ", "a ", "the "].iter().find_map(|article| rest.strip_prefix(article)).unwrap_or(rest);
        return of(rest).map(|layer| denied(layer, true));
    }
    let (_, rest) = message.split_once(" because no ")?;
    of(rest).map(|layer| denied(layer, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Option<(Layer, bool)>) {
        let found = said(message).map(|denied| (denied.layer, denied.explicit));
        assert_eq!(found, expected, "{message}");
    }

    #[test]
    fn messages_say_what_denies() {
        let user = "User: arn:aws:iam::111122223333:user/eve is not authorized to perform: s3:GetObject";
        let explicit = Some((Layer::ServiceControl, true));
        check(&format!("{user} with an explicit deny in a service control policy"), explicit);
        let explicit = Some((Layer::Identity, true));
        check(&format!("{user} with an explicit deny in an identity-based policy: arn:aws:…"), explicit);
        let implicit = Some((Layer::Boundary, false));
        check(&format!("{user} because no permissions boundary allows the s3:GetObject action"), implicit);
        let trust = Some((Layer::Trust, true));
        check(&format!("{user} with an explicit deny in the role trust policy"), trust);
        // A kind that nobody here knows is none of the others.
        check(&format!("{user} with an explicit deny in a VPC endpoint policy"), None);
        check("Access Denied", None);
    }
}
