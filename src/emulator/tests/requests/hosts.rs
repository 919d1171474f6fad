//! The emulator answers under the names of AWS's endpoints, whatever the address it was reached by.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/rande.html>

use crate::place::{Place, start};
use crate::signer::Unsigned;

#[test]
fn each_service_answers_under_its_names() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/named-bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/named-bucket/key", "hello", start()));
    let users = Unsigned::form("iam", "Action=ListUsers&Version=2010-05-08", start());
    let caller = Unsigned::form("sts", "Action=GetCallerIdentity&Version=2011-06-15", start());
    let vpcs = Unsigned::form("ec2", "Action=DescribeVpcs&Version=2016-11-15", start());
    let path = Unsigned::s3("GET", "/named-bucket/key", "", start());
    let key = Unsigned::s3("GET", "/key", "", start());
    for (host, request) in [
        ("iam.amazonaws.com", &users),
        ("iam.global.api.aws", &users),
        ("iam-fips.amazonaws.com", &users),
        ("iam.us-gov.amazonaws.com", &users),
        ("iam.cn-north-1.amazonaws.com.cn", &users),
        ("iam.localhost:4566", &users),
        ("sts.amazonaws.com", &caller),
        ("sts.eu-west-1.amazonaws.com", &caller),
        ("sts.us-east-1.api.aws", &caller),
        ("ec2.us-east-1.amazonaws.com", &vpcs),
        ("us-east-1.ec2.amazonaws.com", &vpcs),
        ("s3.us-east-1.amazonaws.com", &path),
        ("s3.dualstack.us-east-1.amazonaws.com:443", &path),
        ("s3-fips.us-east-1.amazonaws.com", &path),
        ("[::1]:4566", &path),
        ("named-bucket.s3.us-east-1.amazonaws.com", &key),
        ("named-bucket.s3-accelerate.amazonaws.com", &key),
        ("named-bucket.s3.localhost:4566", &key),
    ] {
        let (status, body) = place.answer(Unsigned { host, ..request.clone() }.signed(&place.admin));
        assert_eq!(status, 200, "{host} {body}");
    }
}

#[test]
fn a_host_says_which_service_is_meant() {
    let place = Place::new();
    let answer = |service, host, body: &str| {
        let form = Unsigned { host, ..Unsigned::form(service, body, start()) };
        place.code(form.signed(&place.admin))
    };
    let users = "Action=ListUsers&Version=2010-05-08";
    let mismatch = (403, "SignatureDoesNotMatch".to_owned());
    assert_eq!(answer("dynamodb", "iam.amazonaws.com", users), mismatch);
    assert_eq!(answer("sts", "iam.amazonaws.com", users), mismatch);
    assert_eq!(answer("iam", "kinesis.us-east-1.amazonaws.com", users), (501, "NotImplemented".to_owned()));
    // The operation is of another version, and so of another service.
    let caller = "Action=GetCallerIdentity&Version=2011-06-15";
    assert_eq!(answer("iam", "iam.amazonaws.com", caller), (400, "InvalidAction".to_owned()));
}
