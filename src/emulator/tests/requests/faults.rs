//! AWS's weaknesses, where they are asked for: changes that are seen late, limits, and failures.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>

use std::time::Duration;

use rolecall_emulator::{Clock, Emulator, Faults, Listener, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::place::{EVERYTHING, Place, TRUST, element, form, start};
use crate::signer::{Key, Unsigned};

/// A place whose every change is seen after 1 to 4 seconds.
fn late() -> Place {
    with(Faults { eventual_consistency: Some(Duration::from_secs(4)), ..Faults::default() })
}

fn with(faults: Faults) -> Place {
    Place::of(Emulator::new(Settings { faults, ..Settings::new(Clock::over(start)) }))
}

fn failing(failures: &[&str]) -> Place {
    let failures = failures.iter().map(|failure| failure.parse().unwrap()).collect();
    with(Faults { failures, ..Faults::default() })
}

impl Place {
    /// Until all that was changed is seen.
    fn settle(&self) {
        self.emulator.clock().advance(Duration::from_secs(4));
    }

    #[track_caller]
    fn refused(&self, request: &Unsigned, code: &str) {
        let (_, body) = self.answer(request.signed(&self.admin));
        assert_eq!(element(&body, "Code"), code, "{body}");
    }

    #[track_caller]
    fn refused_as(&self, key: &Key, request: &Unsigned, code: &str) {
        assert_eq!(self.code(request.signed(key)).1, code);
    }
}

fn iam(body: &str) -> Unsigned {
    Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start())
}

fn ec2(body: &str) -> Unsigned {
    Unsigned::form("ec2", format!("Version=2016-11-15&{body}"), start())
}

fn identity() -> Unsigned {
    Unsigned::form("sts", "Action=GetCallerIdentity&Version=2011-06-15", start())
}

fn bucket(method: &'static str, part: &str, body: &str) -> Unsigned {
    let query = vec![(part.to_owned(), String::new())];
    Unsigned { query, ..Unsigned::s3(method, "/some-bucket", body, start()) }
}

#[test]
fn what_was_made_is_seen_late_and_its_name_is_taken_at_once() {
    let place = late();
    let made = place.ok(&iam("Action=CreateUser&UserName=ann"));
    assert_eq!(element(&made, "UserName"), "ann");
    place.refused(&iam("Action=GetUser&UserName=ann"), "NoSuchEntity");
    place.refused(&iam("Action=CreateAccessKey&UserName=ann"), "NoSuchEntity");
    place.refused(&iam("Action=CreateUser&UserName=ann"), "EntityAlreadyExists");
    place.settle();
    assert_eq!(element(&place.ok(&iam("Action=GetUser&UserName=ann")), "UserName"), "ann");
    place.ok(&iam("Action=DeleteUser&UserName=ann"));
    place.ok(&iam("Action=GetUser&UserName=ann"));
    place.refused(&iam("Action=DeleteUser&UserName=ann"), "NoSuchEntity");
    place.settle();
    place.refused(&iam("Action=GetUser&UserName=ann"), "NoSuchEntity");
}

#[test]
fn keys_and_permissions_act_late_in_both_directions() {
    let place = late();
    place.ok(&iam("Action=CreateUser&UserName=ann"));
    place.settle();
    let made = place.ok(&iam("Action=CreateAccessKey&UserName=ann"));
    let ann =
        Key { id: element(&made, "AccessKeyId"), secret: element(&made, "SecretAccessKey"), token: None };
    place.refused_as(&ann, &identity(), "InvalidClientTokenId");
    place.settle();
    place.refused_as(&ann, &identity(), "");
    let users = iam("Action=ListUsers");
    place.refused_as(&ann, &users, "AccessDenied");
    place.ok(&iam(&format!(
        "Action=PutUserPolicy&UserName=ann&PolicyName=p&PolicyDocument={}",
        form(EVERYTHING)
    )));
    place.refused_as(&ann, &users, "AccessDenied");
    place.settle();
    place.refused_as(&ann, &users, "");
    place.ok(&iam("Action=DeleteUserPolicy&UserName=ann&PolicyName=p"));
    place.refused_as(&ann, &users, "");
    place.settle();
    place.refused_as(&ann, &users, "AccessDenied");
}

#[test]
fn each_service_sees_a_change_at_a_time_of_its_own() {
    let place = late();
    place.ok(&iam("Action=CreateUser&UserName=ann"));
    place.settle();
    let made = place.ok(&iam("Action=CreateAccessKey&UserName=ann"));
    let ann =
        Key { id: element(&made, "AccessKeyId"), secret: element(&made, "SecretAccessKey"), token: None };
    let calls = [
        iam("Action=ListUsers"),
        identity(),
        Unsigned::s3("GET", "/", "", start()),
        ec2("Action=DescribeVpcs"),
    ];
    let unknown = ["InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure"];
    // How many steps of 10 ms each is refused.
    let mut refusals = [0; 4];
    for _ in 0..400 {
        for (call, refusals) in calls.iter().zip(&mut refusals) {
            *refusals += usize::from(unknown.contains(&place.code(call.signed(&ann)).1.as_str()));
        }
        place.emulator.clock().advance(Duration::from_millis(10));
    }
    assert!(refusals.iter().all(|steps| (100..=400).contains(steps)), "{refusals:?}");
    refusals.sort_unstable();
    assert!(refusals.windows(2).all(|pair| pair[0] != pair[1]), "{refusals:?}");
}

#[test]
fn new_principals_are_invalid_for_a_while() {
    let place = late();
    place.ok(&iam("Action=CreateUser&UserName=ann"));
    place.ok(&Unsigned::s3("PUT", "/some-bucket", "", start()));
    place.ok(&bucket("DELETE", "publicAccessBlock", ""));
    let ann = TRUST.replace(":root", ":user/ann");
    let role = iam(&format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={}", form(&ann)));
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
        "Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Resource":"arn:aws:s3:::some-bucket/*"}}"#;
    place.refused(&role, "MalformedPolicyDocument");
    place.refused(&bucket("PUT", "policy", policy), "MalformedPolicy");
    place.settle();
    place.ok(&role);
    place.ok(&bucket("PUT", "policy", policy));
}

#[test]
fn new_instance_profiles_are_invalid_for_a_while() {
    let place = late();
    let image = element(
        &place.ok(&ec2("Action=DescribeImages&Filter.1.Name=name&Filter.1.Value.1=*20.04*")),
        "imageId",
    );
    let run = "Action=RunInstances&InstanceType=t2.micro&MinCount=1&MaxCount=1&IamInstanceProfile.Name=r";
    let run = ec2(&format!("{run}&ImageId={image}"));
    place.ok(&iam("Action=CreateInstanceProfile&InstanceProfileName=r"));
    let (_, body) = place.answer(run.signed(&place.admin));
    assert!(body.contains("Value (r) for parameter iamInstanceProfile.name is invalid"), "{body}");
    place.settle();
    place.ok(&run);
}

#[test]
fn bucket_policies_and_public_access_blocks_act_late_but_objects_do_not() {
    let place = late();
    place.ok(&Unsigned::s3("PUT", "/some-bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/some-bucket/key", "hello", start()));
    let read = || place.answer(Unsigned::s3("GET", "/some-bucket/key", "", start()).bare()).0;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
        "Principal":"*","Resource":"arn:aws:s3:::some-bucket/*"}}"#;
    place.ok(&bucket("DELETE", "publicAccessBlock", ""));
    place.refused(&bucket("PUT", "policy", policy), "AccessDenied");
    place.settle();
    place.ok(&bucket("PUT", "policy", policy));
    place.refused(&bucket("GET", "policy", ""), "NoSuchBucketPolicy");
    assert_eq!(read(), 403);
    place.settle();
    assert_eq!(read(), 200);
    place.ok(&bucket("DELETE", "policy", ""));
    assert_eq!(read(), 200);
    place.settle();
    assert_eq!(read(), 403);
}

#[test]
fn the_delays_follow_from_the_seed() {
    let seen_after = |seed| {
        let faults = Faults { eventual_consistency: Some(Duration::from_secs(4)), seed, ..Faults::default() };
        let place = with(faults);
        place.ok(&iam("Action=CreateUser&UserName=ann"));
        let user = iam("Action=GetUser&UserName=ann");
        let late = (0..400).take_while(|_| {
            place.emulator.clock().advance(Duration::from_millis(10));
            place.code(user.signed(&place.admin)).0 == 404
        });
        late.count()
    };
    assert_eq!(seen_after(7), seen_after(7));
    assert_ne!(seen_after(7), seen_after(8));
}

#[test]
fn calls_over_the_rate_are_throttled_for_each_account_and_service() {
    let place = with(Faults { throttle: Some("2".parse().unwrap()), ..Faults::default() });
    let other = place.administrator("444455556666");
    for call in [identity(), ec2("Action=DescribeVpcs"), Unsigned::s3("GET", "/", "", start())] {
        let expected = match call.service {
            "s3" => (503, "SlowDown".to_owned()),
            "ec2" => (503, "RequestLimitExceeded".to_owned()),
            _ => (400, "Throttling".to_owned()),
        };
        let made = (0..3).map(|_| place.code(call.signed(&place.admin)));
        assert_eq!(made.collect::<Vec<_>>(), [(200, String::new()), (200, String::new()), expected]);
        assert_eq!(place.code(call.signed(&other)).0, 200);
    }
    place.emulator.clock().advance(Duration::from_millis(500));
    assert_eq!(place.code(identity().signed(&place.admin)).0, 200);
    assert_eq!(place.code(identity().signed(&place.admin)).0, 400);
}

#[test]
fn the_first_calls_of_an_operation_fail_and_do_nothing() {
    let place = failing(&["iam:CreateUser:ServiceFailure:2", "s3:CreateBucket:InternalError:1"]);
    let create = iam("Action=CreateUser&UserName=ann");
    for _ in 0..2 {
        assert_eq!(place.code(create.signed(&place.admin)), (500, "ServiceFailure".to_owned()));
    }
    place.refused(&iam("Action=GetUser&UserName=ann"), "NoSuchEntity");
    place.ok(&create);
    let bucket = Unsigned::s3("PUT", "/some-bucket", "", start());
    assert_eq!(place.code(bucket.signed(&place.admin)), (500, "InternalError".to_owned()));
    place.ok(&bucket);
}

#[test]
fn an_unsigned_call_is_refused_before_it_can_fail() {
    let place = failing(&["sts:GetCallerIdentity:InternalFailure:1"]);
    assert_eq!(place.code(identity().bare()), (403, "MissingAuthenticationToken".to_owned()));
    assert_eq!(place.code(identity().signed(&place.admin)), (500, "InternalFailure".to_owned()));
}

/// What comes back of a request over a socket, and how it ends.
async fn sent(place: &Place, request: &Unsigned) -> std::io::Result<String> {
    let listener = Listener::bind(place.emulator.clone(), 0).await?;
    let address = listener.address();
    let server = tokio::spawn(listener.serve_until(std::future::pending()));
    let (parts, body) = request.signed(&place.admin).into_parts();
    let mut head =
        format!("{} / HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", parts.method, body.len());
    for (name, value) in &parts.headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("{head}\r\n").as_bytes()).await?;
    stream.write_all(&body).await?;
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer).await;
    server.abort();
    read.map(|_| answer)
}

#[tokio::test]
async fn connections_break_before_a_call_or_after_it() {
    let place = failing(&["iam:CreateUser:connection-reset:1", "iam:CreateUser:no-answer-but-done:1"]);
    let create = iam("Action=CreateUser&UserName=ann");
    let user = iam("Action=GetUser&UserName=ann");
    let reset = sent(&place, &create).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    place.refused(&user, "NoSuchEntity");
    assert_eq!(sent(&place, &create).await.unwrap(), "");
    place.ok(&user);
    assert!(sent(&place, &create).await.unwrap().contains("<Code>EntityAlreadyExists</Code>"));
}

#[tokio::test]
async fn answers_are_held_back() {
    let place = with(Faults { latency: Some(Duration::from_millis(80)), ..Faults::default() });
    let before = std::time::Instant::now();
    assert!(sent(&place, &identity()).await.unwrap().starts_with("HTTP/1.1 200 "));
    assert!(before.elapsed() >= Duration::from_millis(80));
}
