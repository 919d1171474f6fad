#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::event::{Event, EventKind};
use crate::{golden, sample};

const HUB: Hub<'_> = Hub { account: Some("111122223333"), region: Some("eu-west-1") };

fn rendered(events: &[Event], hub: Hub<'_>) -> Result<String, RenderError> {
    let mut out = Vec::new();
    let written = write(&events.iter().collect(), hub, &mut out);
    assert_eq!(written.is_err(), out.is_empty());
    written.map(|()| String::from_utf8(out).unwrap())
}

fn of(events: &[Event], hub: Hub<'_>) -> Vec<Value> {
    serde_json::from_str(&rendered(events, hub).unwrap()).unwrap()
}

#[test]
fn everything_on_an_account_and_on_none() {
    golden::check("asff.json", &rendered(&sample::on_aws(sample::everything()), Hub::default()).unwrap());
    golden::check("asff_embedded.json", &rendered(&sample::everything(), HUB).unwrap());
}

#[test]
fn without_an_account_of_aws_somebody_must_name_one() {
    let refused = |events: &[Event], hub| rendered(events, hub).unwrap_err().to_string();
    let only_account = Hub { region: None, ..HUB };
    for hub in [Hub::default(), only_account, Hub { account: None, ..HUB }] {
        for events in [sample::everything(), sample::unproven(), Vec::new()] {
            assert!(refused(&events, hub).contains("the run was on none"));
        }
    }
    let named = |account, region| Hub { account: Some(account), region: Some(region) };
    assert!(refused(&sample::passing(), named("1111", "us-east-1")).contains("`1111` is no account id"));
    assert!(refused(&sample::passing(), named("111122223333", "mars")).contains("`mars` is no region"));
}

#[test]
fn the_account_of_the_run_can_be_no_other() {
    let events = sample::on_aws(sample::passing());
    let other = Hub { account: Some("444455556666"), region: None };
    assert!(rendered(&events, other).unwrap_err().to_string().contains("not about `444455556666`"));
    let elsewhere = of(&events, HUB);
    assert_eq!(
        elsewhere[0]["ProductArn"],
        "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default"
    );
    assert_eq!(of(&events, Hub::default())[0]["AwsAccountId"], "111122223333");
}

#[test]
fn an_emulated_account_is_no_resource_of_a_real_one() {
    let text = rendered(&sample::everything(), HUB).unwrap();
    assert!(
        !text.contains("arn:aws:iam") && !text.contains("arn:aws:s3") && !text.contains("AWS::::Account")
    );
    assert!(!text.contains("\"PASSED\"") && text.contains("rolecall/target/embedded"));
}

#[test]
fn a_run_of_nothing_finds_nothing() {
    assert_eq!(rendered(&sample::nothing(), HUB).unwrap(), "[]\n");
}

#[test]
fn texts_and_lists_are_as_long_as_security_hub_takes() {
    let mut events = sample::on_aws(sample::passing());
    for event in &mut events {
        if let EventKind::RunStarted { scenarios, run, .. } = &mut event.kind {
            let long = "用户 ".repeat(1_000);
            run.commit.iter_mut().for_each(|it| it.id.clone_from(&long));
            scenarios[0].name.clone_from(&long);
            scenarios[0].path.clone_from(&long);
            scenarios[0].feature = "\n".into();
            scenarios[0].tags = (0..40).map(|it| format!("control:SOC2:CC{it:02}{long}")).collect();
        }
    }
    let finding = &of(&events, HUB)[0];
    let length = |name: &str| finding[name].as_str().unwrap().len();
    assert!(length("Title") <= 256 && length("GeneratorId") <= 512 && length("Description") <= 1_024);
    let fields = finding["ProductFields"].as_object().unwrap();
    assert!(fields.values().all(|it| (1..=2_048).contains(&it.as_str().unwrap().len())), "{fields:?}");
    assert!(!fields.contains_key("rolecall/feature"));
    let requirements = finding["Compliance"]["RelatedRequirements"].as_array().unwrap();
    assert_eq!((requirements.len(), &requirements[31]), (32, &json!("and 9 more")));
}

#[test]
fn resources_have_the_names_of_their_types() {
    let check = |arn: &str, expected: &str| assert_eq!(kind(arn), expected, "{arn}");
    check("arn:aws:iam::111122223333:user/path/main-user", "AwsIamUser");
    check("arn:aws:iam::111122223333:role/main-role1", "AwsIamRole");
    check("arn:aws:iam::111122223333:root", "Other");
    check("arn:aws:sts::111122223333:assumed-role/main-role1/testSession", "Other");
    check("arn:aws:s3:::testing-s3", "AwsS3Bucket");
    check("arn:aws:s3:::testing-s3/a:b/c", "AwsS3Object");
    check("arn:aws:ec2:us-east-1:111122223333:instance/i-0", "AwsEc2Instance");
    check("arn:aws:ec2:us-east-1:111122223333:volume/vol-0", "Other");
}
