use secrecy::ExposeSecret;

use super::*;

fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> OverheardRequest {
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    OverheardRequest::of(&request.body(()).unwrap().into_parts().0, &Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

fn query(host: &str, body: &str) -> OverheardRequest {
    let scope = host.split('.').next().unwrap();
    let credential = format!("AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/{scope}/aws4_request");
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={}", "a".repeat(64));
    let headers = [
        ("host", host),
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", authorization.as_str()),
        ("x-amz-date", "20260102T030405Z"),
        ("x-amz-security-token", "CANARY-token"),
    ];
    request("POST", "/", &headers, body)
}

fn find<'a>(members: &'a [Member], name: &str) -> Option<&'a Heard> {
    members.iter().find(|member| member.name == name).map(|member| &member.value)
}

#[track_caller]
fn check(members: &[Member], expected: &[(&str, Heard)]) {
    for (name, value) in expected {
        assert_eq!(find(members, name), Some(value), "{name} in {members:?}");
    }
    assert!(!format!("{members:?}").contains("CANARY"), "{members:?}");
}

fn text(text: &str) -> Heard {
    Heard::Text(text.to_owned())
}

fn secrets(secrets: &[SecretString]) -> Vec<&str> {
    secrets.iter().map(ExposeSecret::expose_secret).collect()
}

#[test]
fn a_request_of_iam_is_read_with_its_signer_and_its_policy() {
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let heard = query(
        "iam.amazonaws.com",
        "Action=PutRolePolicy&Version=2010-05-08&RoleName=main-role1&PolicyName=s3-full-access-main&PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D",
    );
    assert_eq!((heard.operation.as_str(), heard.region.as_deref()), ("PutRolePolicy", Some("us-east-1")));
    assert_eq!(heard.access_key_id.as_deref(), Some("AKIAIOSFODNN7EXAMPLE"));
    check(
        &heard.members,
        &[("RoleName", text("main-role1")), ("PolicyDocument", Heard::Policy(policy.to_owned()))],
    );
    assert_eq!(secrets(&heard.secrets), ["CANARY-token"]);
}

#[test]
fn passwords_codes_and_tokens_are_secrets() {
    for (host, body, name) in [
        (
            "iam.amazonaws.com",
            "Action=CreateLoginProfile&Version=2010-05-08&UserName=u&Password=CANARY",
            "Password",
        ),
        (
            "iam.amazonaws.com",
            "Action=EnableMFADevice&Version=2010-05-08&UserName=u&SerialNumber=s&AuthenticationCode1=CANARY&AuthenticationCode2=2",
            "AuthenticationCode1",
        ),
        (
            "iam.amazonaws.com",
            "Action=UploadServerCertificate&Version=2010-05-08&ServerCertificateName=c&CertificateBody=b&PrivateKey=CANARY",
            "PrivateKey",
        ),
        (
            "sts.amazonaws.com",
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=s&TokenCode=CANARY",
            "TokenCode",
        ),
        (
            "sts.amazonaws.com",
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r&RoleSessionName=s&WebIdentityToken=CANARY",
            "WebIdentityToken",
        ),
        (
            "sts.amazonaws.com",
            "Action=AssumeRoleWithSAML&Version=2011-06-15&RoleArn=r&PrincipalArn=p&SAMLAssertion=CANARY",
            "SAMLAssertion",
        ),
        (
            "ec2.us-east-1.amazonaws.com",
            "Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1&UserData=CANARY",
            "UserData",
        ),
    ] {
        let heard = query(host, body);
        check(&heard.members, &[(name, Heard::Secret)]);
        assert!(secrets(&heard.secrets).contains(&"CANARY"), "{name}");
    }
}

#[test]
fn what_nothing_is_known_of_is_left_out() {
    let heard = query(
        "iam.amazonaws.com",
        "Action=CreateRole&Version=2010-05-08&RoleName=r&Description=CANARY&MaxSessionDuration=3600",
    );
    check(&heard.members, &[("Description", Heard::NotKnown), ("MaxSessionDuration", text("3600"))]);
}

#[test]
fn tags_are_kept_unless_their_keys_speak_of_secrets() {
    let heard = query(
        "iam.amazonaws.com",
        "Action=TagUser&Version=2010-05-08&UserName=u&Tags.member.1.Key=team&Tags.member.1.Value=blue&Tags.member.2.Key=db-Password&Tags.member.2.Value=CANARY",
    );
    check(
        &heard.members,
        &[
            ("Tags.1.Value", text("blue")),
            ("Tags.2.Key", text("db-Password")),
            ("Tags.2.Value", Heard::Secret),
        ],
    );
}

#[test]
fn of_objects_only_the_contents_are_passed_on_for_a_digest() {
    let headers = [
        ("host", "testing-s3.s3.us-east-1.amazonaws.com"),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-server-side-encryption-customer-key", "CANARY"),
        ("x-amz-meta-note", "CANARY"),
    ];
    let heard = request("PUT", "/folder/file.txt?x-id=PutObject", &headers, "hello");
    assert_eq!((heard.operation.as_str(), heard.access_key_id.as_deref()), ("PutObject", None));
    check(
        &heard.members,
        &[
            ("Bucket", text("testing-s3")),
            ("Key", text("folder/file.txt")),
            ("SSECustomerKey", Heard::Secret),
            ("Metadata", Heard::NotKnown),
            ("Body", Heard::Contents(Some(Bytes::from_static(b"hello")))),
        ],
    );
}

#[test]
fn contents_are_read_out_of_their_chunks() {
    let headers = [
        ("host", "b.s3.us-east-1.amazonaws.com"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    ];
    let heard = request("PUT", "/k", &headers, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");
    check(&heard.members, &[("Body", Heard::Contents(Some(Bytes::from_static(b"hello"))))]);
}

#[test]
fn signatures_of_presigned_requests_are_not_members() {
    let uri = "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=CANARYtoken&X-Amz-Signature=CANARY";
    let heard = request("GET", uri, &[("host", "b.s3.us-east-1.amazonaws.com")], "");
    check(&heard.members, &[("Key", text("k"))]);
    assert_eq!(heard.operation, "GetObject");
    assert!(heard.is_answered_with_contents());
}

#[test]
fn answers_are_read_without_the_keys_in_them() {
    let heard =
        query("sts.amazonaws.com", "Action=AssumeRole&Version=2011-06-15&RoleArn=r&RoleSessionName=s");
    let body = b"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>CANARY1</SecretAccessKey><SessionToken>CANARY2</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-requestid", "c6104cbe".parse().unwrap());
    let answer = heard.answer(200, &headers, body);
    check(
        &answer.members,
        &[
            ("Credentials.AccessKeyId", text("ASIAIOSFODNN7EXAMPLE")),
            ("Credentials.SecretAccessKey", Heard::Secret),
            ("Credentials.SessionToken", Heard::Secret),
        ],
    );
    assert_eq!(secrets(&answer.secrets), ["CANARY1", "CANARY2"]);
    assert_eq!(answer.request_id.as_deref(), Some("c6104cbe"));
}

#[test]
fn encoded_policies_in_answers_are_policies() {
    let heard = query("iam.amazonaws.com", "Action=GetRolePolicy&Version=2010-05-08&RoleName=r&PolicyName=p");
    let body = b"<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyName>p</PolicyName><PolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>";
    let answer = heard.answer(200, &HeaderMap::new(), body);
    check(&answer.members, &[("PolicyDocument", Heard::Policy(r#"{"Statement":[]}"#.to_owned()))]);
}

#[test]
fn errors_have_a_code_in_each_protocol() {
    let heard = query("iam.amazonaws.com", "Action=ListUsers&Version=2010-05-08");
    let code = |body: &str| heard.answer(403, &HeaderMap::new(), body.as_bytes()).code;
    let expected = Some("AccessDenied".to_owned());
    assert_eq!(
        code(
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>CANARY</Message></Error></ErrorResponse>"
        ),
        expected
    );
    assert_eq!(
        code("<Response><Errors><Error><Code>AccessDenied</Code></Error></Errors></Response>"),
        expected
    );
    assert_eq!(code("<Error><Code>AccessDenied</Code></Error>"), expected);
    assert_eq!(code(r#"{"__type":"com.amazon.coral#AccessDenied"}"#), expected);
    assert_eq!(code("Bad Gateway"), None);
}

/// Fails where a model brings a sensitive member that the words of `disclosure` would keep, or a new kind of secret.
#[test]
fn every_sensitive_shape_of_the_models_is_withheld() {
    let mut marked = 0;
    for service in
        [Service::Iam, Service::Sts, Service::S3, Service::Ec2, Service::Ssm, Service::Organizations]
    {
        let model = Model::of(service);
        for (name, operation) in &model.operations {
            let Some(shape) = operation.input.as_ref().and_then(|input| model.shape(&input.shape)) else {
                continue;
            };
            let sensitive = shape
                .members
                .0
                .iter()
                .filter(|(_, member)| model.shape(&member.shape).is_some_and(|it| it.sensitive));
            for (member, _) in sensitive {
                marked += 1;
                let mut listener = disclosure::Listener::new(model);
                listener.structure(shape, &serde_json::json!({ member: "CANARY" }), "");
                assert_eq!(find(&listener.into_parts().0, member), Some(&Heard::Secret), "{name}.{member}");
            }
        }
    }
    assert!(marked > 20, "the models mark what is sensitive: {marked}");
}
