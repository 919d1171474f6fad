//! Keys of KMS: how they are named, what they are for, and what is refused of them.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html#API_CreateKey_Errors>

use serde_json::{Value, json};

use crate::place::{Place, start};
use crate::signer::Unsigned;

const UUID: &str = "134f2428-cec1-4b25-a1ae-9048164dba47";

/// Code and message; the code is empty for a success.
fn kms(place: &Place, operation: &str, input: &Value) -> (String, Value) {
    let request = Unsigned::json("kms", &format!("TrentService.{operation}"), &input.to_string(), start());
    let (_, body) = place.answer(request.signed(&place.admin));
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    (answer["__type"].as_str().unwrap_or_default().to_owned(), answer)
}

#[track_caller]
fn check(operation: &str, input: &Value, code: &str, message: &str) {
    let (found, answer) = kms(&Place::new(), operation, input);
    let told = answer["Message"].as_str().or(answer["message"].as_str()).unwrap_or_default();
    assert!(found == code && told.contains(message), "{operation} {input}: {answer}");
}

#[test]
fn keys_are_named_by_ids_and_arns_of_their_region() {
    let missing = |name: &str, message: &str| {
        for operation in ["DescribeKey", "GetKeyPolicy", "EnableKey"] {
            check(operation, &json!({ "KeyId": name }), "NotFoundException", message);
        }
    };
    let arn = |region: &str| format!("arn:aws:kms:{region}:111122223333:key/{UUID}");
    missing(UUID, &format!("Key '{}' does not exist", arn("us-east-1")));
    missing(&arn("us-east-1"), &format!("Key '{}' does not exist", arn("us-east-1")));
    missing(&arn("us-west-2"), "Invalid arn us-west-2");
    missing("mrk-134f2428cec14b25a1ae9048164dba47", "does not exist");
    for name in ["fake-key-id", "134f2428cec14b25a1ae9048164dba47", "mrk-fake-key-id"] {
        missing(name, &format!("Invalid keyId '{name}'"));
    }
}

#[test]
fn keys_are_made_for_what_their_specification_can() {
    let refused = |input: Value, message: &str| check("CreateKey", &input, "ValidationException", message);
    refused(json!({ "KeySpec": "HMAC_256" }), "You must specify a KeyUsage value");
    let agreement = json!({ "KeySpec": "RSA_2048", "KeyUsage": "KEY_AGREEMENT" });
    refused(agreement, "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048");
    let unknown = json!({ "KeySpec": "HMAC_random", "KeyUsage": "GENERATE_VERIFY_MAC" });
    refused(unknown, "Value 'HMAC_random' at 'keySpec' failed to satisfy constraint");
    refused(json!({ "KeyUsage": "RANDOM" }), "Value 'RANDOM' at 'keyUsage' failed to satisfy constraint");
}

#[test]
fn tags_of_keys_are_few_and_different() {
    let tag = |name: &str| json!({ "TagKey": name, "TagValue": "x" });
    let refused = |tags: Value, message: &str| {
        check("CreateKey", &json!({ "Tags": tags }), "TagException", message);
    };
    refused(json!([tag("a"), tag("a")]), "Duplicate tag keys");
    refused(json!([tag("AWS:a")]), "Tags beginning with aws: are reserved");
    let many: Vec<Value> = (0..51).map(|number| tag(&number.to_string())).collect();
    refused(json!(many), "Too many tags");
}

/// Where calls are only decided, too: KMS looks at a request before it looks at who sends it.
#[test]
fn requests_are_measured_by_the_model() {
    let mac = json!({ "KeyId": UUID, "Message": "eA==", "MacAlgorithm": "INVALID" });
    check("GenerateMac", &mac, "ValidationException", "Value 'INVALID' at 'macAlgorithm'");
    check("DescribeKey", &json!({}), "ValidationException", "Value null at 'keyId'");
    check(
        "GenerateRandom",
        &json!({ "NumberOfBytes": 0 }),
        "ValidationException",
        "greater than or equal to 1",
    );
    let alias = json!({ "AliasName": "alias/a b", "TargetKeyId": UUID });
    check("CreateAlias", &alias, "ValidationException", "Value 'alias/a b' at 'aliasName'");
}

#[test]
fn markers_of_grants_are_those_that_were_given() {
    let place = Place::new();
    let (_, made) = kms(&place, "CreateKey", &json!({}));
    let input = json!({ "KeyId": made["KeyMetadata"]["KeyId"], "Marker": "x" });
    assert_eq!(kms(&place, "ListGrants", &input).0, "InvalidMarkerException");
}

#[test]
fn the_key_that_aws_manages_is_there_from_its_first_use_on() {
    let place = Place::new();
    let named = json!({ "KeyId": "alias/aws/s3" });
    assert_eq!(kms(&place, "DescribeKey", &named).0, "NotFoundException");
    place.ok(&Unsigned::s3("PUT", "/main", "", start()));
    let more = vec![("x-amz-server-side-encryption".to_owned(), "aws:kms".to_owned())];
    place.ok(&Unsigned { more, ..Unsigned::s3("PUT", "/main/k", "x", start()) });
    let (code, told) = kms(&place, "DescribeKey", &named);
    assert_eq!((code.as_str(), &told["KeyMetadata"]["KeyManager"]), ("", &json!("AWS")));
    // It can be looked at, and neither used nor changed.
    let key = told["KeyMetadata"]["KeyId"].clone();
    let policy = json!({ "KeyId": key, "Policy": "{}" });
    assert_eq!(kms(&place, "GetKeyPolicy", &json!({ "KeyId": key })).0, "");
    assert_eq!(kms(&place, "PutKeyPolicy", &policy).0, "AccessDeniedException");
    assert_eq!(
        kms(&place, "DeleteAlias", &json!({ "AliasName": "alias/aws/s3" })).0,
        "AccessDeniedException"
    );
    let encrypt = json!({ "KeyId": key, "Plaintext": "eA==" });
    assert_eq!(kms(&place, "Encrypt", &encrypt).0, "AccessDeniedException");
    let reader = place.user("ann");
    assert_eq!(place.answer(Unsigned::s3("GET", "/main/k", "", start()).signed(&reader)).0, 200);
}
