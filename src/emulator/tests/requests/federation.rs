//! Roles for whoever an identity provider vouches for, and the one-time passwords of MFA devices.

use std::time::Duration;

use rolecall_emulator::SamlStatement;
use serde_json::{Map, Value, json};

use crate::place::{EVERYTHING, Place, element, form, start};
use crate::signer::{Key, Unsigned};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const IDP: &str = "https://idp.example.com/metadata";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/idp";
const ROLE: &str = "arn:aws:iam::111122223333:role/federated";

fn iam(body: &str) -> Unsigned {
    Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start())
}

fn sts(body: &str) -> Unsigned {
    Unsigned::form("sts", format!("Version=2011-06-15&{body}"), start())
}

fn claims(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A role that trusts a provider for these actions under a condition.
fn role(place: &Place, provider: &str, actions: &Value, condition: &Value) {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Principal": { "Federated": provider }, "Action": actions, "Condition": condition },
    });
    place.ok(&iam(&format!(
        "Action=CreateRole&RoleName=federated&AssumeRolePolicyDocument={}",
        form(&trust.to_string())
    )));
    let put =
        format!("Action=PutRolePolicy&RoleName=federated&PolicyName=p&PolicyDocument={}", form(EVERYTHING));
    place.ok(&iam(&put));
}

/// A place with a provider of web identities, and a role that trusts it.
fn web_place(actions: &Value, condition: &Value) -> Place {
    let place = Place::new();
    place.ok(&iam(&format!(
        "Action=CreateOpenIDConnectProvider&Url={ISSUER}&ClientIDList.member.1=sts.amazonaws.com"
    )));
    role(&place, PROVIDER, actions, condition);
    place
}

fn with_token(token: &str) -> Unsigned {
    sts(&format!(
        "Action=AssumeRoleWithWebIdentity&RoleArn={ROLE}&RoleSessionName=run&WebIdentityToken={}",
        form(token)
    ))
}

fn key(body: &str) -> Key {
    Key {
        id: element(body, "AccessKeyId"),
        secret: element(body, "SecretAccessKey"),
        token: Some(element(body, "SessionToken")),
    }
}

fn github() -> Map<String, Value> {
    claims(json!({ "aud": "sts.amazonaws.com", "sub": "repo:octo/app:ref:refs/heads/main" }))
}

#[test]
fn a_token_of_a_trusted_issuer_is_a_role() {
    let condition = json!({ "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
        "StringLike": { "token.actions.githubusercontent.com:sub": "repo:octo/app:*", "sts:RoleSessionName": "r*" } });
    let place = web_place(&json!("sts:AssumeRoleWithWebIdentity"), &condition);
    let token = place.emulator.web_identity_token(ISSUER, github());
    let (status, body) = place.answer(with_token(&token).bare());
    assert_eq!(status, 200, "{body}");
    assert_eq!(element(&body, "SubjectFromWebIdentityToken"), "repo:octo/app:ref:refs/heads/main");
    assert_eq!(element(&body, "Audience"), "sts.amazonaws.com");
    assert_eq!(element(&body, "Provider"), PROVIDER);
    assert_eq!(element(&body, "Arn"), "arn:aws:sts::111122223333:assumed-role/federated/run");
    assert_eq!(place.code(iam("Action=ListUsers").signed(&key(&body))).0, 200);
    // Another repository is not trusted.
    let other = claims(json!({ "aud": "sts.amazonaws.com", "sub": "repo:octo/other" }));
    let (status, body) = place.answer(with_token(&place.emulator.web_identity_token(ISSUER, other)).bare());
    assert_eq!((status, element(&body, "Code").as_str()), (403, "AccessDenied"));
    assert_eq!(element(&body, "Message"), "Not authorized to perform sts:AssumeRoleWithWebIdentity");
}

#[track_caller]
fn check_token(place: &Place, token: &str, code: &str, message: &str) {
    let (status, body) = place.answer(with_token(token).bare());
    assert_eq!((status, element(&body, "Code").as_str()), (400, code), "{body}");
    assert!(element(&body, "Message").contains(message), "{body}");
}

#[test]
fn a_token_that_nobody_vouches_for_is_invalid() {
    let place = web_place(&json!("sts:AssumeRoleWithWebIdentity"), &json!({}));
    let made = |more: Value| {
        let mut claims = github();
        claims.extend(more.as_object().unwrap().clone());
        place.emulator.web_identity_token(ISSUER, claims)
    };
    let invalid = "InvalidIdentityToken";
    check_token(&place, "no token", invalid, "not a valid JWT");
    check_token(&place, &made(json!({ "aud": "other" })), invalid, "Incorrect token audience");
    check_token(&place, &made(json!({ "azp": "other" })), invalid, "Incorrect token audience");
    check_token(&place, &made(json!({ "sub": "" })), invalid, "Missing a required claim: sub");
    let foreign = place.emulator.web_identity_token("https://example.com", github());
    check_token(
        &place,
        &foreign,
        invalid,
        "No OpenIDConnect provider found in your account for https://example.com",
    );
    // Another issuer's signature under this one's name, and a changed signature.
    let forged = place.emulator.web_identity_token(
        "https://example.com",
        claims(json!({ "iss": ISSUER, "aud": "sts.amazonaws.com", "sub": "x" })),
    );
    check_token(&place, &forged, invalid, "Couldn't retrieve verification key");
    let good = made(json!({}));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    check_token(&place, &format!("{signed}.{flipped}{}", &signature[1..]), invalid, "could not be validated");
    let now = start().timestamp();
    check_token(&place, &made(json!({ "iat": now + 900 })), invalid, "could not be validated");
    place.emulator.clock().advance(Duration::from_mins(60));
    let message = format!(
        "Token expired: current date/time {} must be before the expiration date/time {}",
        now + 3600,
        now + 3600
    );
    check_token(&place, &good, "ExpiredTokenException", &message);
}

#[test]
fn what_a_token_passes_on_has_limits() {
    let actions = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]);
    let place = web_place(&actions, &json!({}));
    let made = |more: Value| {
        let mut claims = github();
        claims.extend(more.as_object().unwrap().clone());
        place.emulator.web_identity_token(ISSUER, claims)
    };
    let tag = |value: &str| json!({ "https://aws.amazon.com/tags/principal_tags/team": value });
    assert_eq!(place.code(with_token(&made(tag(&"x".repeat(256)))).bare()).0, 200);
    check_token(&place, &made(tag(&"x".repeat(257))), "InvalidParameterValue", "up to 256 characters");
    let identity = made(json!({ "https://aws.amazon.com/source_identity": "a b" }));
    let message = "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64}";
    check_token(&place, &identity, "InvalidIdentityToken", message);
}

#[test]
fn tags_and_source_identity_of_a_token_need_the_roles_leave() {
    let told = json!({ "aud": "sts.amazonaws.com", "sub": "x",
        "https://aws.amazon.com/tags": { "principal_tags": { "team": ["red"] }, "transitive_tag_keys": ["team"] },
        "https://aws.amazon.com/tags/principal_tags/cost": "7",
        "https://aws.amazon.com/source_identity": "ann" });
    let place = web_place(&json!("sts:AssumeRoleWithWebIdentity"), &json!({}));
    let token = place.emulator.web_identity_token(ISSUER, claims(told.clone()));
    let (_, body) = place.answer(with_token(&token).bare());
    assert_eq!(element(&body, "Message"), "Not authorized to perform sts:TagSession");
    let actions = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]);
    let tagged = json!({ "StringEquals": { "aws:RequestTag/team": "red", "aws:RequestTag/cost": "7", "sts:SourceIdentity": "ann" } });
    let place = web_place(&actions, &tagged);
    let (status, body) =
        place.answer(with_token(&place.emulator.web_identity_token(ISSUER, claims(told))).bare());
    assert_eq!((status, element(&body, "SourceIdentity").as_str()), (200, "ann"), "{body}");
    // The session keeps its tags, its provider and its issuer's claims.
    let only = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/team": "red", "aws:FederatedProvider": PROVIDER,
            "aws:SourceIdentity": "ann", "token.actions.githubusercontent.com:sub": "x" } } } });
    let put = format!(
        "Action=PutRolePolicy&RoleName=federated&PolicyName=p&PolicyDocument={}",
        form(&only.to_string())
    );
    place.ok(&iam(&put));
    assert_eq!(place.code(iam("Action=ListUsers").signed(&key(&body))).0, 200);
}

#[test]
fn tokens_are_signed_in_six_ways() {
    let place = web_place(&json!("sts:AssumeRoleWithWebIdentity"), &json!({}));
    let made = |name: &str| place.emulator.web_identity_token_signed_with(name, ISSUER, github());
    for algorithm in ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] {
        let token = made(algorithm).unwrap();
        assert_eq!(place.code(with_token(&token).bare()).0, 200, "{algorithm}");
        // The claims of one token with the signature of another.
        let (_, signature) = token.rsplit_once('.').unwrap();
        let told = claims(json!({ "aud": "sts.amazonaws.com", "sub": "somebody else" }));
        let other = place.emulator.web_identity_token_signed_with(algorithm, ISSUER, told).unwrap();
        let forged = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
        let refused = (400, "InvalidIdentityToken".to_owned());
        assert_eq!(place.code(with_token(&forged).bare()), refused, "{algorithm}");
    }
    assert_eq!(made("HS256"), None);
    assert_eq!(made("none"), None);
}

fn statement() -> SamlStatement {
    SamlStatement {
        issuer: IDP.to_owned(),
        subject: "ann".to_owned(),
        roles: vec![(ROLE.to_owned(), SAML.to_owned())],
        session_name: "ann@example.com".to_owned(),
        attributes: vec![("urn:oid:1.3.6.1.4.1.5923.1.1.1.1".to_owned(), vec!["staff".to_owned()])],
    }
}

/// A place with a SAML provider, and a role that trusts its staff.
fn saml_place() -> Place {
    let place = Place::new();
    let metadata = form(&place.emulator.saml_metadata(IDP));
    let made = place.ok(&iam(&format!("Action=CreateSAMLProvider&Name=idp&SAMLMetadataDocument={metadata}")));
    assert_eq!(element(&made, "SAMLProviderArn"), SAML);
    let condition = json!({ "StringEquals": { "saml:aud": "https://signin.aws.amazon.com/saml", "saml:iss": IDP,
        "saml:doc": "111122223333/idp", "saml:sub_type": "persistent" },
        "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": ["staff"] } });
    role(&place, SAML, &json!(["sts:AssumeRoleWithSAML", "sts:TagSession"]), &condition);
    place
}

fn with_assertion(assertion: &str) -> Unsigned {
    let assertion = form(assertion);
    sts(&format!("Action=AssumeRoleWithSAML&RoleArn={ROLE}&PrincipalArn={SAML}&SAMLAssertion={assertion}"))
}

#[test]
fn a_signed_assertion_is_a_role() {
    let place = saml_place();
    let mut told = statement();
    let attribute = |name: &str| format!("https://aws.amazon.com/SAML/Attributes/{name}");
    told.attributes.push((attribute("PrincipalTag:team"), vec!["red & blue".to_owned()]));
    told.attributes.push((attribute("SessionDuration"), vec!["1800".to_owned()]));
    let (status, body) = place.answer(with_assertion(&place.emulator.saml_response(&told).unwrap()).bare());
    assert_eq!(status, 200, "{body}");
    assert_eq!(element(&body, "Arn"), "arn:aws:sts::111122223333:assumed-role/federated/ann@example.com");
    assert_eq!(
        (element(&body, "Subject"), element(&body, "SubjectType")),
        ("ann".to_owned(), "persistent".to_owned())
    );
    assert_eq!(
        (element(&body, "Issuer"), element(&body, "Audience")),
        (IDP.to_owned(), "https://signin.aws.amazon.com/saml".to_owned())
    );
    assert_eq!(element(&body, "Expiration"), "2026-01-02T03:34:05Z");
    assert_eq!(element(&body, "NameQualifier").len(), 28);
    assert_eq!(place.code(iam("Action=ListUsers").signed(&key(&body))).0, 200);
}

#[track_caller]
fn check_assertion(place: &Place, assertion: &str, status: u16, code: &str, message: &str) {
    let (found, body) = place.answer(with_assertion(assertion).bare());
    assert_eq!((found, element(&body, "Code").as_str()), (status, code), "{body}");
    assert_eq!(element(&body, "Message"), message);
}

/// An assertion whose XML is changed after it was signed.
fn changed(assertion: &str, from: &str, to: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let text = String::from_utf8(STANDARD.decode(assertion).unwrap()).unwrap();
    assert!(text.contains(from), "{text}");
    STANDARD.encode(text.replacen(from, to, 1))
}

#[test]
fn an_assertion_that_nobody_vouches_for_is_invalid() {
    let place = saml_place();
    let made = |change: fn(&mut SamlStatement)| {
        let mut told = statement();
        change(&mut told);
        place.emulator.saml_response(&told).unwrap()
    };
    let good = made(|_| {});
    let invalid = "InvalidIdentityToken";
    check_assertion(&place, "####", 400, invalid, "Invalid base64 SAMLResponse");
    check_assertion(
        &place,
        &changed(&good, "ann@example.com", "root@example.com"),
        400,
        invalid,
        "Response signature invalid",
    );
    check_assertion(
        &place,
        &made(|told| told.issuer.push('x')),
        400,
        invalid,
        "Issuer not present in specified provider",
    );
    let message = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}";
    check_assertion(&place, &made(|told| told.session_name = "a b".to_owned()), 400, invalid, message);
    let denied = "Not authorized to perform sts:AssumeRoleWithSAML";
    check_assertion(&place, &made(|told| told.roles.clear()), 403, "AccessDenied", denied);
    check_assertion(&place, &made(|told| told.attributes.clear()), 403, "AccessDenied", denied);
    let failed = changed(&good, "status:Success", "status:Responder");
    let message = "The identity provider reported that authentication failed";
    check_assertion(&place, &failed, 403, "IDPRejectedClaim", message);
    // The signed assertion beside one that is not.
    let doubled = changed(
        &good,
        "</samlp:Status>",
        "</samlp:Status><saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>",
    );
    check_assertion(&place, &doubled, 400, invalid, "The response must contain one assertion");
    place.emulator.clock().advance(Duration::from_secs(301));
    let message = "Token must be redeemed within 5 minutes of issuance";
    check_assertion(&place, &good, 400, "ExpiredTokenException", message);
}

#[test]
fn other_operations_still_need_a_signature() {
    let place = Place::new();
    for action in ["GetCallerIdentity", "GetSessionToken"] {
        let request = sts(&format!("Action={action}")).bare();
        assert_eq!(place.code(request), (403, "MissingAuthenticationToken".to_owned()), "{action}");
    }
}

/// A user with a device that is enabled, and its serial number.
fn user_with_device(place: &Place, policy: &str) -> (Key, String) {
    let user = place.user_with("ann", Some(policy));
    let serial =
        element(&place.ok(&iam("Action=CreateVirtualMFADevice&VirtualMFADeviceName=ann")), "SerialNumber");
    let first = place.emulator.mfa_code(&serial).unwrap();
    place.emulator.clock().advance(Duration::from_secs(30));
    let second = place.emulator.mfa_code(&serial).unwrap();
    place.ok(&iam(&format!(
        "Action=EnableMFADevice&UserName=ann&SerialNumber={serial}&AuthenticationCode1={first}&AuthenticationCode2={second}"
    )));
    place.emulator.clock().advance(Duration::from_secs(30));
    (user, serial)
}

const WITH_MFA: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",
    "Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"600"}}}}"#;

#[test]
fn a_session_with_mfa_may_what_one_without_may_not() {
    let place = Place::new();
    let (ann, serial) = user_with_device(&place, WITH_MFA);
    assert_eq!(place.code(iam("Action=ListUsers").signed(&ann)), (403, "AccessDenied".to_owned()));
    let (_, body) = place.answer(sts("Action=GetSessionToken").signed(&ann));
    assert_eq!(
        place.code(iam("Action=ListUsers").signed(&key(&body))),
        (403, "InvalidClientTokenId".to_owned())
    );
    let code = place.emulator.mfa_code(&serial).unwrap();
    let with_code = sts(&format!("Action=GetSessionToken&SerialNumber={serial}&TokenCode={code}"));
    let (status, body) = place.answer(with_code.signed(&ann));
    assert_eq!(status, 200, "{body}");
    assert_eq!(place.code(iam("Action=ListUsers").signed(&key(&body))).0, 200);
    // No code is good twice, and MFA grows old.
    let (status, again) = place.answer(with_code.signed(&ann));
    assert_eq!((status, element(&again, "Code").as_str()), (403, "AccessDenied"));
    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    assert_eq!(element(&again, "Message"), message);
    place.emulator.clock().advance(Duration::from_mins(10));
    assert_eq!(place.code(iam("Action=ListUsers").signed(&key(&body))), (403, "AccessDenied".to_owned()));
}

#[test]
fn a_trust_policy_may_ask_for_mfa() {
    let place = Place::new();
    let (ann, serial) = user_with_device(&place, EVERYTHING);
    let trust = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "AWS": "111122223333" }, "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } } });
    place.ok(&iam(&format!(
        "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={}",
        form(&trust.to_string())
    )));
    let assume = "Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=session";
    let message = |more: &str, key: &Key| {
        let (status, body) = place.answer(sts(&format!("{assume}{more}")).signed(key));
        (status, element(&body, "Message"))
    };
    assert_eq!(message("", &ann).0, 403);
    let code = place.emulator.mfa_code(&serial).unwrap();
    let other = "arn:aws:iam::111122223333:mfa/bob";
    let (status, text) = message(&format!("&SerialNumber={other}&TokenCode={code}"), &ann);
    assert!(status == 403 && text.contains("Please verify your MFA serial number is valid"), "{text}");
    let (status, text) = message(&format!("&SerialNumber={serial}"), &ann);
    assert!(
        status == 403 && text.contains("must provide both MFA serial number and one time pass code"),
        "{text}"
    );
    assert_eq!(message(&format!("&SerialNumber={serial}&TokenCode={code}"), &ann).0, 200);
    // A session that has MFA needs no code.
    place.emulator.clock().advance(Duration::from_secs(30));
    let code = place.emulator.mfa_code(&serial).unwrap();
    let token = sts(&format!("Action=GetSessionToken&SerialNumber={serial}&TokenCode={code}"));
    let session = key(&place.answer(token.signed(&ann)).1);
    assert_eq!(message("", &session).0, 200);
}

#[test]
fn sessions_from_before_a_time_are_revoked() {
    let place = Place::new();
    let session = place.session();
    assert_eq!(place.code(iam("Action=ListUsers").signed(&session)).0, 200);
    let revoke = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": { "DateLessThan": { "aws:TokenIssueTime": "2026-01-02T03:05:00Z" } } } });
    let document = form(&revoke.to_string());
    place.ok(&iam(&format!(
        "Action=PutRolePolicy&RoleName=r&PolicyName=AWSRevokeOlderSessions&PolicyDocument={document}"
    )));
    let (status, body) = place.answer(iam("Action=ListUsers").signed(&session));
    assert_eq!(status, 403);
    assert!(
        element(&body, "Message").ends_with("with an explicit deny in an identity-based policy"),
        "{body}"
    );
    // Long-term keys have no such time, and are not revoked.
    let bob = place.user_with("bob", Some(EVERYTHING));
    place.ok(&iam(&format!("Action=PutUserPolicy&UserName=bob&PolicyName=revoke&PolicyDocument={document}")));
    assert_eq!(place.code(iam("Action=ListUsers").signed(&bob)).0, 200);
}

#[test]
fn a_provider_that_is_built_in_needs_no_registration() {
    let place = Place::new();
    let condition =
        json!({ "StringEquals": { "accounts.google.com:aud": "app", "accounts.google.com:oaud": "web" } });
    role(&place, "accounts.google.com", &json!("sts:AssumeRoleWithWebIdentity"), &condition);
    let issuer = "https://accounts.google.com";
    let token = |claims_of: Value| place.emulator.web_identity_token(issuer, claims(claims_of));
    let good = token(json!({ "azp": "app", "aud": "web", "sub": "1" }));
    let (status, body) = place.answer(with_token(&good).bare());
    assert_eq!((status, element(&body, "Provider").as_str()), (200, "accounts.google.com"), "{body}");
    let other = token(json!({ "aud": "web", "sub": "1" }));
    assert_eq!(place.code(with_token(&other).bare()), (403, "AccessDenied".to_owned()));
    let unknown = place
        .emulator
        .web_identity_token("https://id.example.com", claims(json!({ "aud": "a", "sub": "1" })));
    assert_eq!(place.code(with_token(&unknown).bare()), (400, "InvalidIdentityToken".to_owned()));
}
