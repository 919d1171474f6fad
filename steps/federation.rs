//! Those whom somebody else vouches for: a user for a federated one, an identity provider for people and programs of its own.

use aws_sdk_sts::types::{AssumedRoleUser, Credentials};
use chrono::{DateTime, Utc};
use cucumber::gherkin::Step;
use cucumber::{given, when};
use harness::check::PolicyUse;
use harness::parameters::{IdentityProvider, NewIdentityProvider, NewSession, Path, RoleName, UserName};
use harness::{Actor, CallRef, Stage, StepError, World, rehearse, unknown};
use target::{PolicyKind, SamlStatement};

use crate::assuming::role_is_there;
use crate::policy_text::{Written, for_account, rows};
use crate::principals::named;
use crate::roles::known_role;
use crate::sessions::{client, free_session, from_there, name_session, take_up};

/// A user asks for a token for a federated user, who has no permissions but those that resources grant it; from here on the
/// federated user acts.
#[when(expr = "{user} asks for a federation token for {new-session}")]
async fn federates(world: &mut World, user: UserName, session: NewSession) -> Result<(), StepError> {
    federation_token(world.stage()?, &user.0, session.0, None).await
}

/// A user asks for a token for a federated user, who may do what both the user and the session policy in the doc string
/// allow; from here on the federated user acts.
#[when(expr = "{user} asks for a federation token for {new-session} with the session policy:")]
async fn federates_limited(
    world: &mut World,
    step: &Step,
    user: UserName,
    session: NewSession,
) -> Result<(), StepError> {
    federation_token(world.stage()?, &user.0, session.0, Some(&Written::below(step)?)).await
}

/// A user asks for a token for a federated user, who may do what both the user and the session policy in a file beside the
/// feature allow; from here on the federated user acts.
#[when(expr = "{user} asks for a federation token for {new-session} with the session policy in {path}")]
async fn federates_limited_by_file(
    world: &mut World,
    user: UserName,
    session: NewSession,
    path: Path,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    federation_token(stage, &user.0, session.0, Some(&written)).await
}

/// An identity provider of OpenID Connect, such as that of a CI system, by its URL without `https://`. Its tokens are for
/// `sts.amazonaws.com`. Trust policies name it as `arn:aws:iam::<YOUR_ACCOUNT_ID>:oidc-provider/…`.
#[given(expr = "an OpenID Connect provider {new-identity-provider}")]
async fn an_oidc_provider(world: &mut World, name: NewIdentityProvider) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    speaks_for_issuers(stage.place.web_identity_token("https://issuer.test", &[]))?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let arn = format!("arn:aws:iam::{}:oidc-provider/{}", stage.place.account(), name.0);
    let action = "iam:CreateOpenIDConnectProvider";
    let call = CallRef::on("IAM", "CreateOpenIDConnectProvider", action, arn.clone());
    let create = iam.create_open_id_connect_provider().url(format!("https://{}", name.0));
    let create = create.client_id_list(AUDIENCE).send();
    stage.must(&administrator, call, create).await?;
    stage.cast.identity_providers.insert(name.0, arn);
    Ok(())
}

/// Who assumes a role with a token of an OpenID Connect provider, whose claims are in the table `| claim | value |`; `aud` is
/// `sts.amazonaws.com` where the table has none. From here on the session acts.
#[when(expr = "{new-session} assumes {role} with a token of {identity-provider}:")]
async fn assumes_with_token(
    world: &mut World,
    step: &Step,
    session: NewSession,
    role: RoleName,
    provider: IdentityProvider,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    known_provider(stage, &provider.0)?;
    let mut claims = Vec::new();
    for row in rows(step, &["claim", "value"])? {
        if let [claim, value] = row.as_slice() {
            claims.push((claim.clone(), for_account(stage, value)));
        }
    }
    if !claims.iter().any(|(claim, _)| claim == "aud") {
        claims.push(("aud".to_owned(), AUDIENCE.to_owned()));
    }
    let token = stage.place.web_identity_token(&format!("https://{}", provider.0), &claims);
    let token = speaks_for_issuers(token)?;
    let vouched = Vouched::begin(stage, &role.0, session.0).await?;
    let call = vouched.call(stage, "AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity");
    let assume = client(&vouched.anybody).assume_role_with_web_identity().role_arn(&vouched.arn);
    let answer = assume.role_session_name(&vouched.session).web_identity_token(token).send();
    let obtained = stage.attempt(&vouched.anybody, call, answer).await?;
    vouched.act(stage, obtained.as_ref().map(|it| (it.assumed_role_user(), it.credentials())))
}

/// A SAML identity provider, such as a company's directory. Trust policies name it as
/// `arn:aws:iam::<YOUR_ACCOUNT_ID>:saml-provider/…`.
#[given(expr = "a SAML provider {new-identity-provider}")]
async fn a_saml_provider(world: &mut World, name: NewIdentityProvider) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let metadata = speaks_for_issuers(stage.place.saml_metadata(&entity(&name.0)))?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let arn = format!("arn:aws:iam::{}:saml-provider/{}", stage.place.account(), name.0);
    let call = CallRef::on("IAM", "CreateSAMLProvider", "iam:CreateSAMLProvider", arn.clone());
    let create = iam.create_saml_provider().name(&name.0).saml_metadata_document(metadata).send();
    stage.must(&administrator, call, create).await?;
    stage.cast.identity_providers.insert(name.0, arn);
    Ok(())
}

/// Who assumes a role with an assertion of a SAML provider, in which the session has its name and the subject. From here on the
/// session acts.
#[when(expr = "{new-session} assumes {role} with an assertion of {identity-provider}")]
async fn assumes_with_assertion(
    world: &mut World,
    session: NewSession,
    role: RoleName,
    provider: IdentityProvider,
) -> Result<(), StepError> {
    assert_and_assume(world.stage()?, session.0, &role.0, &provider.0, Vec::new()).await
}

/// Who assumes a role with an assertion of a SAML provider that has the attributes of the table `| attribute | value |`: those of
/// AWS by their short names, such as `PrincipalTag:team`, `SourceIdentity` or `TransitiveTagKeys`, others by the names that the
/// directory gives them, such as `urn:oid:2.5.4.3`, and the subject as `NameID`. One that is there twice has two values.
#[when(expr = "{new-session} assumes {role} with an assertion of {identity-provider}:")]
async fn assumes_with_attributes(
    world: &mut World,
    step: &Step,
    session: NewSession,
    role: RoleName,
    provider: IdentityProvider,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let mut attributes = Vec::new();
    for row in rows(step, &["attribute", "value"])? {
        if let [attribute, value] = row.as_slice() {
            attributes.push((full_name(attribute)?, for_account(stage, value)));
        }
    }
    assert_and_assume(stage, session.0, &role.0, &provider.0, attributes).await
}

async fn assert_and_assume(
    stage: &mut Stage,
    session: String,
    role: &str,
    provider: &str,
    attributes: Vec<(String, String)>,
) -> Result<(), StepError> {
    let provider_arn = known_provider(stage, provider)?;
    let vouched = Vouched::begin(stage, role, session).await?;
    let mut statement = SamlStatement {
        issuer: entity(provider),
        subject: vouched.session.clone(),
        roles: vec![(vouched.arn.clone(), provider_arn.clone())],
        session_name: vouched.session.clone(),
        attributes: Vec::new(),
    };
    for (name, value) in attributes {
        match statement.attributes.iter_mut().find(|(known, _)| *known == name) {
            _ if name == SUBJECT => statement.subject = value,
            Some((_, values)) => values.push(value),
            None => statement.attributes.push((name, vec![value])),
        }
    }
    let assertion = speaks_for_issuers(stage.place.saml_response(&statement))?;
    let call = vouched.call(stage, "AssumeRoleWithSAML", "sts:AssumeRoleWithSAML");
    let assume = client(&vouched.anybody).assume_role_with_saml().role_arn(&vouched.arn);
    let answer = assume.principal_arn(provider_arn).saml_assertion(assertion).send();
    let obtained = stage.attempt(&vouched.anybody, call, answer).await?;
    vouched.act(stage, obtained.as_ref().map(|it| (it.assumed_role_user(), it.credentials())))
}

/// The subject of an assertion is no attribute of it, and as such `saml:sub`.
const SUBJECT: &str = "NameID";

/// Attributes of AWS that stand below <https://aws.amazon.com/SAML/Attributes/>.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html>
const OF_AWS: [&str; 2] = ["SourceIdentity", "TransitiveTagKeys"];

const PRINCIPAL_TAG: &str = "PrincipalTag:";

/// The name of an attribute in an assertion.
fn full_name(attribute: &str) -> Result<String, StepError> {
    if attribute == SUBJECT {
        return Ok(attribute.to_owned());
    }
    if OF_AWS.contains(&attribute) || attribute.starts_with(PRINCIPAL_TAG) {
        return Ok(format!("https://aws.amazon.com/SAML/Attributes/{attribute}"));
    }
    if has_full_name(attribute) {
        return Ok(attribute.to_owned());
    }
    let message =
        "an assertion has no such attribute; names of a directory are URIs, such as `urn:oid:2.5.4.3`";
    let error = StepError::failed(format!("has no attribute `{attribute}`"), message);
    Err(error.help(format!("AWS has {SUBJECT}, {PRINCIPAL_TAG}KEY, {}", OF_AWS.join(", "))))
}

fn has_full_name(attribute: &str) -> bool {
    ["urn:", "http://", "https://"].iter().any(|scheme| attribute.starts_with(scheme))
}

rehearse!(
    "{user} asks for a federation token for {new-session}",
    "{new-session} assumes {role} with an assertion of {identity-provider}",
    => |step| step.lets_act()
);
rehearse!("{user} asks for a federation token for {new-session} with the session policy:" => |step| {
    step.has_policy(PolicyUse::Session);
    step.lets_act();
});
rehearse!("{user} asks for a federation token for {new-session} with the session policy in {path}" => |step| {
    step.has_policy_in_file(PolicyUse::Session);
    step.lets_act();
});
rehearse!("{new-session} assumes {role} with a token of {identity-provider}:" => |step| {
    drop(step.rows(&["claim", "value"], &[]));
    step.lets_act();
});
rehearse!("{new-session} assumes {role} with an assertion of {identity-provider}:" => |step| {
    for row in step.rows(&["attribute", "value"], &[]) {
        let Some(attribute) = row.cell("attribute") else { continue };
        if full_name(&attribute.text).is_err() {
            let known = [SUBJECT, "PrincipalTag:KEY"].into_iter().chain(OF_AWS).collect::<Vec<_>>();
            step.is_one_of(attribute, "attribute of an assertion", &known);
        }
    }
    step.lets_act();
});

/// For whom tokens are, where nobody says otherwise.
const AUDIENCE: &str = "sts.amazonaws.com";

/// The `entityID` of a SAML provider.
fn entity(provider: &str) -> String {
    format!("https://{provider}.test/saml")
}

/// # Errors
/// Where nobody here can speak for identity providers.
fn speaks_for_issuers<T>(told: Option<T>) -> Result<T, StepError> {
    told.ok_or_else(|| {
        let message =
            "this target asks identity providers for their keys itself, and nobody here can speak for one";
        let error = StepError::inconclusive("can't be tried here", message);
        error.help("tag the scenario `@needs:identity-provider`, and it is skipped here")
    })
}

fn known_provider(stage: &Stage, name: &str) -> Result<String, StepError> {
    let known = &stage.cast.identity_providers;
    known.get(name).cloned().ok_or_else(|| unknown("identity provider", name, known.keys()))
}

/// Somebody who takes a role because an identity provider vouches for them.
struct Vouched {
    role: String,
    /// The role's ARN.
    arn: String,
    session: String,
    /// Whoever has a token or an assertion signs nothing.
    anybody: Actor,
    asked: DateTime<Utc>,
}

impl Vouched {
    async fn begin(stage: &mut Stage, role: &str, session: String) -> Result<Self, StepError> {
        let arn = known_role(stage, role)?;
        stage.turn()?;
        free_session(stage, &session)?;
        stage.place.settled().await;
        let anybody = named(stage, "anonymous").await?;
        Ok(Self { role: role.to_owned(), arn, session, anybody, asked: stage.place.now() })
    }

    fn call(&self, stage: &Stage, operation: &'static str, action: &'static str) -> CallRef {
        let control = role_is_there(stage, &self.role, self.arn.clone());
        CallRef::on("STS", operation, action, self.arn.clone()).controlled_by(control)
    }

    /// From here on the session acts that was obtained, or nobody where none was.
    fn act(self, stage: &mut Stage, obtained: Option<Obtained<'_>>) -> Result<(), StepError> {
        (stage.actor, stage.session) = (None, None);
        let Some((user, credentials)) = obtained else { return Ok(()) };
        let Self { role, arn, session, asked, .. } = self;
        let principal = user.map_or(arn, |user| user.arn().to_owned());
        take_up(stage, &format!("{role} as {session}"), principal, asked, credentials)?;
        name_session(stage, session);
        Ok(())
    }
}

/// Who one is in a session, and with which credentials.
type Obtained<'a> = (Option<&'a AssumedRoleUser>, Option<&'a Credentials>);

async fn federation_token(
    stage: &mut Stage,
    user: &str,
    session: String,
    written: Option<&Written>,
) -> Result<(), StepError> {
    let actor = named(stage, user).await?;
    stage.turn()?;
    free_session(stage, &session)?;
    let policy = written.map(|written| written.document(stage, PolicyKind::Identity)).transpose()?;
    stage.place.settled().await;
    let asked = stage.place.now();
    let arn = format!("arn:aws:sts::{}:federated-user/{session}", stage.place.account());
    let call = CallRef::on("STS", "GetFederationToken", "sts:GetFederationToken", arn.clone());
    let answer = client(&actor).get_federation_token().name(&session).set_policy(policy).send();
    let obtained = stage.attempt(&actor, call, answer).await?;
    (stage.actor, stage.session) = (None, None);
    let Some(obtained) = obtained else { return Ok(()) };
    let principal = obtained.federated_user().map_or(arn, |user| user.arn().to_owned());
    take_up(stage, &session, principal, asked, obtained.credentials())?;
    from_there(stage, &actor)?;
    name_session(stage, session);
    Ok(())
}
