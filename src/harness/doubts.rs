//! What nobody can tell is not tried: whatever came of it would prove nothing.

use target::Names;

use crate::cast::{Cast, Doubtful};
use crate::recorder::StepError;
use crate::stage::Stage;

impl Stage {
    /// Whether what `principal` may do on `resource`, both ARNs of the place, can be told.
    ///
    /// # Errors
    /// Where it can't, with the reason.
    pub(crate) fn undoubted(&self, principal: &str, resource: Option<&str>) -> Result<(), StepError> {
        match doubt(&self.cast, self.place.names(), principal, resource) {
            Some(reason) => Err(StepError::inconclusive("can't be told", reason)),
            None => Ok(()),
        }
    }
}

fn doubt(cast: &Cast, names: &Names, principal: &str, resource: Option<&str>) -> Option<String> {
    let identity = names.back(identity_in(principal));
    let thing = resource.map(|arn| names.back(thing_in(arn)));
    let service = resource.and_then(|arn| arn.split(':').nth(2));
    let doubt = cast.doubts.iter().find(|doubt| match &doubt.about {
        Doubtful::Everything => true,
        Doubtful::Identity(name) => name == identity,
        Doubtful::Resource(name) => Some(name.as_str()) == thing,
        Doubtful::Service(name) => Some(name.as_str()) == service,
    })?;
    let about = match &doubt.about {
        Doubtful::Everything => "anybody may do".to_owned(),
        Doubtful::Identity(name) => format!("{name} may do"),
        Doubtful::Resource(name) => format!("may be done to {name}"),
        Doubtful::Service(name) => format!("may be done in {name}"),
    };
    Some(format!("what {about} is not known: {}", doubt.reason))
}

/// The name of a user or role in its ARN, or in that of a session.
fn identity_in(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.strip_prefix("assumed-role/") {
        Some(session) => session.split('/').next().unwrap_or(session),
        None => resource.rsplit('/').next().unwrap_or(resource),
    }
}

/// The name of a bucket, also of one of its objects, or of what IAM holds.
fn thing_in(arn: &str) -> &str {
    match arn.strip_prefix("arn:aws:s3:::") {
        Some(bucket) => bucket.split('/').next().unwrap_or(bucket),
        None => identity_in(arn),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::cast::Doubt;

    #[track_caller]
    fn check(about: Doubtful, principal: &str, resource: &str, expected: Option<&str>) {
        let cast = Cast { doubts: vec![Doubt { about, reason: "unread".to_owned() }], ..Cast::default() };
        let found = doubt(&cast, &Names::kept(), principal, Some(resource));
        assert_eq!(found.as_deref(), expected, "{principal} {resource}");
    }

    #[test]
    fn a_doubt_is_about_whom_or_what_it_names() {
        let user = "arn:aws:iam::111122223333:user/team/eve";
        let session = "arn:aws:sts::111122223333:assumed-role/auditor/s";
        let object = "arn:aws:s3:::reports/eve";
        let role = "arn:aws:iam::111122223333:role/auditor";
        let eve = || Doubtful::Identity("eve".to_owned());
        let auditor = || Doubtful::Identity("auditor".to_owned());
        check(eve(), user, object, Some("what eve may do is not known: unread"));
        check(eve(), session, object, None);
        check(auditor(), session, object, Some("what auditor may do is not known: unread"));
        check(auditor(), role, object, Some("what auditor may do is not known: unread"));
        check(auditor(), user, role, None);
        let told = Some("what may be done to reports is not known: unread");
        check(Doubtful::Resource("reports".to_owned()), user, object, told);
        check(Doubtful::Resource("reports".to_owned()), user, role, None);
        let told = Some("what may be done to auditor is not known: unread");
        check(Doubtful::Resource("auditor".to_owned()), user, role, told);
        let queue = "arn:aws:sqs:us-east-1:111122223333:q";
        let told = Some("what may be done in sqs is not known: unread");
        check(Doubtful::Service("sqs".to_owned()), user, queue, told);
        check(Doubtful::Service("sqs".to_owned()), user, role, None);
        check(Doubtful::Everything, user, role, Some("what anybody may do is not known: unread"));
    }
}
