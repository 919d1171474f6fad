//! One answer and one error of each protocol, to the letter.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>

use crate::place::{Place, start};
use crate::signer::Unsigned;

#[track_caller]
fn check(request: &Unsigned, status: u16, expected: &[&str]) {
    let place = Place::new();
    let (found, body) = place.answer(request.signed(&place.admin));
    assert_eq!((found, body), (status, expected.concat()));
}

fn form(service: &'static str, body: &str) -> Unsigned {
    Unsigned::form(service, body, start())
}

#[test]
fn aws_query() {
    check(
        &form("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
        200,
        &[
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">",
            "<GetCallerIdentityResult><UserId>111122223333</UserId><Account>111122223333</Account>",
            "<Arn>arn:aws:iam::111122223333:root</Arn></GetCallerIdentityResult>",
            "<ResponseMetadata><RequestId>920baba9-af15-4d2c-ae18-93f62d6a9c1d</RequestId></ResponseMetadata>",
            "</GetCallerIdentityResponse>",
        ],
    );
    check(
        &form("iam", "Action=GetUser&Version=2010-05-08&UserName=x"),
        404,
        &[
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n  <Error>\n",
            "    <Type>Sender</Type>\n    <Code>NoSuchEntity</Code>\n",
            "    <Message>The user with name x cannot be found.</Message>\n  </Error>\n",
            "  <RequestId>920baba9-af15-4d2c-ae18-93f62d6a9c1d</RequestId>\n</ErrorResponse>\n",
        ],
    );
}

#[test]
fn ec2_query() {
    let attributes =
        "Action=DescribeAccountAttributes&Version=2016-11-15&AttributeName.1=supported-platforms";
    check(
        &form("ec2", attributes),
        200,
        &[
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<DescribeAccountAttributesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">",
            "<requestId>920baba9-af15-4d2c-ae18-93f62d6a9c1d</requestId><accountAttributeSet>",
            "<item><attributeName>supported-platforms</attributeName><attributeValueSet>",
            "<item><attributeValue>VPC</attributeValue></item></attributeValueSet></item>",
            "</accountAttributeSet></DescribeAccountAttributesResponse>",
        ],
    );
    check(
        &form("ec2", "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-12345678"),
        400,
        &[
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code>",
            "<Message>The instance ID 'i-12345678' does not exist</Message></Error></Errors>",
            "<RequestID>920baba9-af15-4d2c-ae18-93f62d6a9c1d</RequestID></Response>",
        ],
    );
}

#[test]
fn rest_xml() {
    check(
        &Unsigned::s3("GET", "/", "", start()),
        200,
        &[
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner>",
            "<ID>d845c06013a17dc650bbed64166a1788901a9b811343f45eb8b9f4b1279120e7</ID></Owner><Buckets></Buckets>",
            "</ListAllMyBucketsResult>",
        ],
    );
    check(
        &Unsigned::s3("GET", "/no-bucket/key", "", start()),
        404,
        &[
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message>",
            "<BucketName>no-bucket</BucketName><RequestId>920BABA9AF154D2C</RequestId>",
            "<HostId>7f3piGYXq92uUiR5IIQs4Ag3iRoxMcWD88jvTCaP</HostId></Error>",
        ],
    );
}

/// What is listed comes before its items.
#[test]
fn listings_are_in_order() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/bucket/key", "hello", start()));
    let body = place.ok(&Unsigned::s3("GET", "/bucket", "", start()));
    let at = |element: &str| body.find(element).unwrap();
    assert!(at("<Name>") < at("<Contents>") && at("<MaxKeys>") < at("<Contents>"), "{body}");
}

#[test]
fn aws_json() {
    let call = |operation: &str| {
        Unsigned::json("organizations", &format!("AWSOrganizationsV20161128.{operation}"), "{}", start())
    };
    check(
        &call("DescribeOrganization"),
        400,
        &[
            "{\"__type\":\"AWSOrganizationsNotInUseException\",",
            "\"Message\":\"Your account is not a member of an organization.\"}",
        ],
    );
    check(
        &call("CreateOrganization"),
        200,
        &[
            "{\"Organization\":{\"Id\":\"o-2f9377adac\",",
            "\"Arn\":\"arn:aws:organizations::111122223333:organization/o-2f9377adac\",\"FeatureSet\":\"ALL\",",
            "\"MasterAccountArn\":\"arn:aws:organizations::111122223333:account/o-2f9377adac/111122223333\",",
            "\"MasterAccountId\":\"111122223333\",\"MasterAccountEmail\":\"111122223333@example.com\",",
            "\"AvailablePolicyTypes\":[{\"Type\":\"SERVICE_CONTROL_POLICY\",\"Status\":\"ENABLED\"}]}}",
        ],
    );
    check(&call("Nothing"), 400, &["{\"__type\":\"UnknownOperationException\",\"message\":\"\"}"]);
}
