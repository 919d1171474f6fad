//! What is a policy document, and what is said of one that is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use PolicyKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};
use rolecall_policy::{PolicyDocument, PolicyKind, ResourcePattern};

#[track_caller]
fn accepts(kind: PolicyKind, text: &str) {
    if let Err(error) = PolicyDocument::parse(text, kind) {
        panic!("{}:{}: {error}", error.line, error.column);
    }
}

/// The message begins with `message`, and the place is `line:column`, or where the text goes on with `place`.
#[track_caller]
fn refuses(kind: PolicyKind, text: &str, place: &str, message: &str) {
    let error = PolicyDocument::parse(text, kind).expect_err("is refused");
    assert!(error.message.starts_with(message), "expected `{message}`, found `{}`", error.message);
    let line = text.lines().nth(error.line - 1).unwrap_or("");
    let there: String = line.chars().skip(error.column - 1).collect();
    let found = format!("{}:{}", error.line, error.column);
    assert!(found == place || there.starts_with(place), "{message}: {found} is at `{there}`");
}

/// A document with one statement, made of an Allow of an action and `rest`.
fn with(rest: &str) -> String {
    format!(r#"{{"Statement":{{"Effect":"Allow","Action":"s3:GetObject",{rest}}}}}"#)
}

#[test]
fn documents_of_each_kind() {
    accepts(Identity, &with(r#""Resource":"*""#));
    accepts(Identity, &with(r#""Resource":["arn:aws:s3:::b","*"],"Sid":"" "#));
    accepts(ServiceControl, &with(r#""NotResource":"arn:aws:s3:::b""#));
    accepts(Resource, &with(r#""Resource":"*","Principal":"*","Sid":"with spaces, as buckets may""#));
    accepts(
        Resource,
        "\n {\"Id\":\"x\",\"Statement\":[{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":\"111122223333\"},\"NotAction\":\"*\",\"Resource\":\"*\"}]}",
    );
    accepts(
        Trust,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root","Service":["ec2.amazonaws.com"],"Federated":"www.amazon.com"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{}}]}"#,
    );
    accepts(ResourceControl, &with(r#""Resource":"*","Principal":{"AWS":"*"}"#));
}

#[test]
fn syntax() {
    let invalid = "This policy contains invalid Json";
    refuses(Identity, "{not json", "1:2", invalid);
    refuses(Identity, "", "1:1", invalid);
    refuses(Identity, "{\n  \"Statement\": [,]\n}", "2:17", invalid);
    refuses(Identity, "{\"Statement\": []} x", "1:19", invalid);
    refuses(
        Identity,
        "{\"Version\":\"2012-10-17\",\n\"Version\":\"2012-10-17\"}",
        "2:1",
        "This policy contains invalid Json: `Version` occurs twice",
    );
    refuses(Identity, "{\"ü\n\":1}", "1:4", invalid);
    refuses(Identity, &"[".repeat(100_000), "1:34", "This policy contains invalid Json: nested too deeply");
    refuses(Resource, "not json", "1:1", "Policies must be valid JSON and the first byte must be '{'");
    refuses(Identity, "[]", "1:1", "a policy is an object, not a list");
    refuses(Identity, "{}", "1:1", "Syntax errors in policy: there is no Statement");
    refuses(Identity, r#"{"Statement":[]}"#, "1:14", "Syntax errors in policy: Statement is empty");
    refuses(
        Identity,
        r#"{"Version":"2011-10-17","Statement":[]}"#,
        "1:12",
        "The policy must contain a valid version string",
    );
}

#[test]
fn unknown_names_are_named_with_the_nearest() {
    refuses(
        Identity,
        r#"{"Statment":[]}"#,
        "1:2",
        "Syntax errors in policy: unknown policy element `Statment`; did you mean `Statement`?",
    );
    refuses(
        Identity,
        &with(r#""Resouce":"*""#),
        r#""Resouce""#,
        "Syntax errors in policy: unknown statement element `Resouce`; did you mean `Resource`?",
    );
    refuses(
        Identity,
        &with(r#""resource":"*""#),
        r#""resource""#,
        "Syntax errors in policy: unknown statement element `resource`; did you mean `Resource`?",
    );
    refuses(
        Identity,
        &with(r#""Resource":"*","Condition":{"StringEqual":{"aws:username":"x"}}"#),
        r#""StringEqual""#,
        "Syntax errors in policy: unknown condition operator `StringEqual`; did you mean `StringEquals`?",
    );
    refuses(
        Identity,
        &with(r#""Resource":"*","Condition":{"ForAnyValues:StringLike":{}}"#),
        r#""ForAnyValues"#,
        "Syntax errors in policy: unknown condition operator `ForAnyValues:StringLike`",
    );
    refuses(
        Identity,
        &with(r#""Resource":"*","Condition":{"NullIfExists":{}}"#),
        r#""NullIfExists""#,
        "Syntax errors in policy: unknown condition operator `NullIfExists`",
    );
    refuses(
        Trust,
        r#"{"Statement":{"Effect":"Allow","Principal":{"Aws":"111122223333"},"Action":"sts:AssumeRole"}}"#,
        r#""Aws""#,
        "Syntax errors in policy: unknown kind of principal `Aws`; did you mean `AWS`?",
    );
}

#[test]
fn elements_of_each_kind() {
    let no_principal = "Policy document should not specify a principal.";
    refuses(Identity, &with(r#""Resource":"*","Principal":"*""#), r#""*"}}"#, no_principal);
    refuses(ServiceControl, &with(r#""Resource":"*","NotPrincipal":"*""#), r#""*"}}"#, no_principal);
    refuses(Identity, &with(r#""Sid":"x""#), "1:14", "Policy statement must contain resources.");
    refuses(Identity, &with(r#""Resource":[]"#), r#"[]"#, "Policy statement must contain resources.");
    refuses(
        Identity,
        r#"{"Statement":{"Effect":"Allow","Resource":"*"}}"#,
        "1:14",
        "Policy statement must contain actions.",
    );
    refuses(
        Identity,
        r#"{"Statement":{"Action":"*","Resource":"*"}}"#,
        "1:14",
        "Syntax errors in policy: the statement has no Effect",
    );
    refuses(
        Identity,
        r#"{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}"#,
        r#""allow""#,
        "Syntax errors in policy: Effect must be Allow or Deny",
    );
    refuses(
        Identity,
        &with(r#""NotAction":"*","Resource":"*""#),
        r#""*","Resource""#,
        "Syntax errors in policy: a statement has Action or NotAction, not both",
    );
    refuses(Resource, &with(r#""Resource":"*""#), "1:14", "Missing required field Principal");
    refuses(
        Resource,
        &with(r#""Resource":"*","NotPrincipal":"*""#),
        r#""*"}}"#,
        "NotPrincipal cannot be used with Effect Allow",
    );
    let trust =
        |rest: &str| format!(r#"{{"Statement":{{"Effect":"Allow","Action":"sts:AssumeRole"{rest}}}}}"#);
    refuses(Trust, &trust(""), "1:14", "Missing required field Principal");
    refuses(
        Trust,
        &trust(r#","Principal":"*","Resource":"*""#),
        r#""*"}}"#,
        "Has prohibited field Resource.",
    );
    refuses(
        Trust,
        &trust(r#","NotPrincipal":{"AWS":"111122223333"}"#),
        r#"{"AWS""#,
        "Has prohibited field NotPrincipal.",
    );
    refuses(
        Trust,
        &with(r#""Principal":"*""#),
        r#""s3:GetObject""#,
        "AssumeRole policy may only specify STS AssumeRole actions",
    );
    for other in ["sts:GetCallerIdentity", "sts:AssumeRoles", "*"] {
        let statement = trust(r#","Principal":"*""#).replace("sts:AssumeRole", other);
        let place = format!("\"{other}\"");
        refuses(Trust, &statement, &place, "AssumeRole policy may only specify STS AssumeRole actions");
    }
    for action in ["sts:assumeRole*", "sts:*", "sts:TagSession", "sts:SetSourceIdentity"] {
        accepts(Trust, &trust(r#","Principal":"*""#).replace("sts:AssumeRole", action));
    }
    refuses(
        ResourceControl,
        &with(r#""Resource":"*","Principal":{"AWS":"111122223333"}"#),
        r#"{"AWS""#,
        "the Principal of a resource control policy is \"*\"",
    );
}

#[test]
fn values() {
    let action =
        |action: &str| format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
    refuses(
        Identity,
        &action("GetObject"),
        r#""GetObject""#,
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    );
    refuses(
        Identity,
        &action("s3:Get:Object"),
        r#""s3:Get:Object""#,
        "Actions/Condition can contain only one colon",
    );
    refuses(Identity, &action("s*:GetObject"), r#""s*:GetObject""#, "Vendor s* is not valid");
    accepts(Identity, &action("*:GetObject"));
    refuses(Identity, &action("s3:"), r#""s3:""#, "`s3:` is not an action");
    refuses(
        Identity,
        &with(r#""Resource":"b/*""#),
        r#""b/*""#,
        "Resource b/* must be in ARN format or \"*\".",
    );
    refuses(
        Identity,
        &with(r#""Resource":["*","arn:aws:s?:::b"]"#),
        r#""arn:aws:s?:::b""#,
        "Resource vendor must be fully qualified and cannot contain regexes",
    );
    refuses(
        Identity,
        &with(r#""Resource":"arn:aws:*:::b""#),
        r#""arn:aws:*:::b""#,
        "Resource vendor must be fully qualified and cannot contain regexes",
    );
    refuses(
        Identity,
        &with(r#""Resource":"*","Sid":"a b""#),
        r#""a b""#,
        "Statement IDs (SID) must be alpha-numeric.",
    );
    let twice = r#"{"Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},
        {"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    refuses(Identity, twice, "2:9", "Statement IDs (SID) in a single policy must be unique");
    let condition = |condition: &str| with(&format!(r#""Resource":"*","Condition":{{{condition}}}"#));
    refuses(
        Identity,
        &condition(r#""NumericEquals":{"s3:max-keys":"many"}"#),
        r#""many""#,
        "NumericEquals s3:max-keys: `many` is not a number",
    );
    refuses(
        Identity,
        &condition(r#""DateLessThan":{"aws:CurrentTime":"soon"}"#),
        r#""soon""#,
        "DateLessThan aws:CurrentTime: `soon` is not a date",
    );
    refuses(
        Identity,
        &condition(r#""Bool":{"aws:SecureTransport":"yes"}"#),
        r#""yes""#,
        "Bool aws:SecureTransport: `yes` is not `true` or `false`",
    );
    refuses(
        Identity,
        &condition(r#""IpAddress":{"aws:SourceIp":"10.0.0.0/33"}"#),
        r#""10.0.0.0/33""#,
        "IpAddress aws:SourceIp: `10.0.0.0/33` is not an IP address",
    );
    refuses(
        ServiceControl,
        &condition(r#""StringEquals":{"prefix":"x"}"#),
        r#""prefix""#,
        "Actions/Conditions must be prefaced by a vendor",
    );
    accepts(Identity, &condition(r#""StringEquals":{"prefix":"x"}"#));
    accepts(Identity, &action("cloud.watch:No such action"));
    refuses(
        Identity,
        &condition(r#""StringEquals":{"s3:prefix":[]}"#),
        r#"[]"#,
        "Syntax errors in policy: a condition without values",
    );
    refuses(
        Identity,
        &condition(r#""StringEquals":{"s3:prefix":null}"#),
        r#"null"#,
        "Syntax errors in policy: a condition value is a string",
    );
    let variable = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username"}}"#;
    refuses(
        Identity,
        variable,
        r#""arn:aws:s3:::b/${"#,
        "the policy variable in `b/${aws:username` has no end",
    );
}

#[test]
fn principals() {
    let text = |principal: &str| with(&format!(r#""Resource":"*","Principal":{principal}"#));
    for valid in [
        r#"{"AWS":["111122223333","arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/a/b","*"]}"#,
        r#"{"AWS":["arn:aws:sts::111122223333:assumed-role/r/s","arn:aws:sts::111122223333:federated-user/f"]}"#,
        r#"{"AWS":["AIDACKCEVSQ6C2EXAMPLE","AROACKCEVSQ6C2EXAMPLE","AROACKCEVSQ6C2EXAMPLE:s"]}"#,
        r#"{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#,
        r#"{"Service":"s3.amazonaws.com","Federated":"arn:aws:iam::111122223333:saml-provider/x"}"#,
    ] {
        accepts(Resource, &text(valid));
    }
    for (invalid, named) in [
        (r#"{"AWS":"arn:aws:iam::111122223333:user/*"}"#, r#""AWS":"arn:aws:iam::111122223333:user/*""#),
        (r#"{"AWS":"arn:aws:iam::111122223333:group/g"}"#, r#""AWS":"arn:aws:iam::111122223333:group/g""#),
        (
            r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/r"}"#,
            r#""AWS":"arn:aws:sts::111122223333:assumed-role/r""#,
        ),
        (r#"{"AWS":"main-user"}"#, r#""AWS":"main-user""#),
        (r#"{"AWS":"1111"}"#, r#""AWS":"1111""#),
        (r#"{"Service":"*"}"#, r#""Service":"*""#),
        (r#"{"Service":"ec2.amazon.com"}"#, r#""Service":"ec2.amazon.com""#),
    ] {
        let error = PolicyDocument::parse(&text(invalid), Resource).expect_err(invalid);
        assert_eq!(error.message, format!("Invalid principal in policy: {named}"));
    }
}

#[test]
fn principals_are_listed_and_replaced() {
    let text = r#"{ "Statement": [ { "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "AWS": [ "arn:aws:iam::111122223333:user/a", "111122223333" ], "Service": "ec2.amazonaws.com" } } ] }"#;
    let document = PolicyDocument::parse(text, Trust).unwrap();
    assert_eq!(document.aws_principals(), ["arn:aws:iam::111122223333:user/a", "111122223333"]);
    let stored =
        document.map_aws_principals(&|arn| arn.ends_with("/a").then(|| "AIDACKCEVSQ6C2EXAMPLE".to_owned()));
    assert_eq!(stored.aws_principals(), ["AIDACKCEVSQ6C2EXAMPLE", "111122223333"]);
    assert_eq!(stored.text(), text.replace("arn:aws:iam::111122223333:user/a", "AIDACKCEVSQ6C2EXAMPLE"));
}

#[test]
fn resource_patterns_mean_resources() {
    let object = "arn:aws:s3:::home/alice/a";
    for (pattern, resource, expected) in [
        ("*", "*", Some(true)),
        ("arn:aws:s3:::home/*", object, Some(true)),
        ("arn:aws:s3:::home/*", "*", Some(false)),
        ("arn:aws:sqs:*:*:q", "arn:aws:sqs:us-east-1:111122223333:q", Some(true)),
        ("arn:aws:s3:::home/${aws:username}/*", object, None),
        // The caller may have a name, in place of which the default does not stand then.
        ("arn:aws:s3:::home/${aws:username, 'alice'}/*", object, None),
        // Whatever the name is.
        ("arn:aws:s3:::home/${aws:username}/b", object, Some(false)),
        ("arn:aws:s3:::work/${aws:username}/*", object, Some(false)),
    ] {
        let means = ResourcePattern::parse(pattern, true).unwrap().means(resource);
        assert_eq!(means, expected, "{pattern} {resource}");
    }
    let plain = ResourcePattern::parse("arn:aws:s3:::home/${aws:username}/*", false).unwrap();
    assert_eq!(plain.means(object), Some(false));
}
