//! Each way in which credentials can be wrong is refused with the code that AWS documents for the service.

use aws_sdk_sts::error::ProvideErrorMetadata;
use secrecy::SecretString;
use target::{AccessKey, Embedded, Nobody, Place, Target};

/// What STS and S3 say to a caller who signs with `key` (`None`: not at all).
async fn refusals(place: &dyn Place, key: Option<&AccessKey>) -> (Option<String>, Option<String>) {
    let configuration = place.configuration(key);
    let unsigned_too = aws_sdk_sts::config::Builder::from(&configuration).allow_no_auth().build();
    let sts = aws_sdk_sts::Client::from_conf(unsigned_too).get_caller_identity().send().await;
    let s3 = aws_sdk_s3::Client::new(&configuration).list_objects_v2().bucket("of-the-tests").send().await;
    let sts = sts.err().and_then(|error| error.code().map(str::to_owned));
    let s3 = s3.err().and_then(|error| error.code().map(str::to_owned));
    (sts, s3)
}

async fn session(place: &dyn Place) -> AccessKey {
    let sts = aws_sdk_sts::Client::new(&place.configuration(Some(place.administrator())));
    let token = sts.get_session_token().duration_seconds(900).send().await.expect("a session token");
    let credentials = token.credentials().expect("credentials");
    AccessKey {
        id: credentials.access_key_id().to_owned(),
        secret: SecretString::from(credentials.secret_access_key().to_owned()),
        session_token: Some(SecretString::from(credentials.session_token().to_owned())),
    }
}

async fn check(name: &str, place: &dyn Place, key: Option<&AccessKey>, sts: &str, s3: &str) {
    let (said_sts, said_s3) = refusals(place, key).await;
    assert_eq!(said_sts.unwrap_or_default(), sts, "STS, {name}");
    assert_eq!(said_s3.unwrap_or_default(), s3, "S3, {name}");
}

#[tokio::test]
async fn wrong_credentials_are_refused_by_their_codes() {
    let target = Embedded::new(chrono::Utc::now, "run");
    let place = target.place(&Nobody).await.expect("a place");
    let place = place.as_ref();
    let administrator = place.administrator().clone();
    let s3 = aws_sdk_s3::Client::new(&place.configuration(Some(&administrator)));
    s3.create_bucket().bucket("of-the-tests").send().await.expect("a bucket");
    check("entitled", place, Some(&administrator), "", "").await;

    let wrong = AccessKey { secret: SecretString::from("x".repeat(40)), ..administrator.clone() };
    check("wrong secret", place, Some(&wrong), "SignatureDoesNotMatch", "SignatureDoesNotMatch").await;

    let unknown = AccessKey { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..administrator.clone() };
    check("unknown key", place, Some(&unknown), "InvalidClientTokenId", "InvalidAccessKeyId").await;

    let (one, other) = (session(place).await, session(place).await);
    check("session", place, Some(&one), "", "").await;
    let foreign = AccessKey { session_token: other.session_token.clone(), ..one.clone() };
    check("foreign token", place, Some(&foreign), "InvalidClientTokenId", "InvalidToken").await;
    let bare = AccessKey { session_token: None, ..one.clone() };
    check("no token", place, Some(&bare), "InvalidClientTokenId", "InvalidAccessKeyId").await;

    check("unsigned", place, None, "MissingAuthenticationToken", "AccessDenied").await;

    place.pass_time(std::time::Duration::from_secs(901)).expect("time passes");
    check("expired", place, Some(&one), "ExpiredToken", "ExpiredToken").await;
}
