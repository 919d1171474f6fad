//! SSH public keys, certificates and service-specific credentials.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::user;
use crate::certificate::{issued, self_signed};
use crate::iam::lab::{ACCOUNT, Lab};
use crate::rsa::RsaKey;
use crate::{pem, ssh};

const EC_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBBjCBraADAgECAgEBMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmVjMB4XDTIw
MDEwMTAwMDAwMFoXDTQ5MTIzMTAwMDAwMFowDTELMAkGA1UEAwwCZWMwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATsJrhDxFPDCmmUvmC9rgJLaMr+Gh5l5y47KEN4
nh9ChRT9L9HzB/VPEih3GEUhu9lZYK47WpNMQ/pPUni0WrY/MAoGCCqGSM49BAMC
A0gAMEUCIC7+lOq3enTNJST3EVJcb7bjywI/+V/4gLEqIjWM3wH0AiEAmdUa1sk4
Tb68gsGLpSpdchMU1f26Up7J199HHzy01zA=
-----END CERTIFICATE-----";
const EC_KEY: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIORix88p1vfXWIh40k5LyrsUyKJTgWP2SSDG/8zAp23ooAoGCCqGSM49
AwEHoUQDQgAE7Ca4Q8RTwwpplL5gva4CS2jK/hoeZecuOyhDeJ4fQoUU/S/R8wf1
TxIodxhFIbvZWWCuO1qTTEP6T1J4tFq2Pw==
-----END EC PRIVATE KEY-----";
const EC_WRAPPED_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5GLHzynW99dYiHjS
TkvKuxTIolOBY/ZJIMb/zMCnbeihRANCAATsJrhDxFPDCmmUvmC9rgJLaMr+Gh5l
5y47KEN4nh9ChRT9L9HzB/VPEih3GEUhu9lZYK47WpNMQ/pPUni0WrY/
-----END PRIVATE KEY-----";

fn key(number: usize) -> RsaKey {
    RsaKey::numbered("credentials", number)
}

fn ssh_line(number: usize) -> String {
    format!("ssh-rsa {}", STANDARD.encode(ssh::rsa_blob(&key(number).public)))
}

fn certificate(number: usize) -> String {
    pem::encode("CERTIFICATE", &self_signed("name", &key(number)))
}

fn private_key(number: usize) -> String {
    pem::encode("RSA PRIVATE KEY", &key(number).pkcs1())
}

fn upload_ssh(body: &str) -> Value {
    json!({ "UserName": "u", "SSHPublicKeyBody": body })
}

#[test]
fn an_ssh_public_key_is_told_in_either_form() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let body = format!("{} me@example.com", ssh_line(0));
    let made = lab.ok("UploadSSHPublicKey", &upload_ssh(&body))["SSHPublicKey"].clone();
    assert_eq!((&made["SSHPublicKeyBody"], &made["Status"]), (&json!(body), &json!("Active")));
    assert_eq!(made["Fingerprint"].as_str().unwrap().len(), 47);
    let id = made["SSHPublicKeyId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("APKA") && id.len() == 20, "{id}");
    let named = |more: Value| {
        let mut input = json!({ "UserName": "u", "SSHPublicKeyId": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let line = lab.ok("GetSSHPublicKey", &named(json!({ "Encoding": "SSH" })));
    assert_eq!(line["SSHPublicKey"]["SSHPublicKeyBody"], ssh_line(0));
    let block = lab.ok("GetSSHPublicKey", &named(json!({ "Encoding": "PEM" })));
    let block = block["SSHPublicKey"]["SSHPublicKeyBody"].as_str().unwrap();
    assert!(block.starts_with("-----BEGIN PUBLIC KEY-----\n") && block.ends_with("-----\n"), "{block}");
    let message = lab.refused("UploadSSHPublicKey", &upload_ssh(block), 400, "DuplicateSSHPublicKey");
    assert_eq!(message, "Duplicate SSH public key uploaded.");
    lab.ok("UpdateSSHPublicKey", &named(json!({ "Status": "Inactive" })));
    let message =
        lab.refused("UpdateSSHPublicKey", &named(json!({ "Status": "Expired" })), 400, "InvalidInput");
    assert_eq!(message, "Operation does not support status Expired");
    assert_eq!(lab.ok("ListSSHPublicKeys", &user("u"))["SSHPublicKeys"][0]["Status"], "Inactive");
    let message = lab.refused("DeleteUser", &user("u"), 409, "DeleteConflict");
    assert_eq!(message, "Cannot delete entity, must remove referenced objects first.");
    lab.ok("DeleteSSHPublicKey", &named(json!({})));
    let message = lab.refused("DeleteSSHPublicKey", &named(json!({})), 404, "NoSuchEntity");
    assert_eq!(message, format!("User has no Public Key with id {id}."));
    lab.ok("DeleteUser", &user("u"));
}

#[test]
fn an_ssh_public_key_is_rsa_of_2048_bits_and_one_of_five() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let short = ssh::string(&[0x7f; 128]);
    let short = [ssh::string(b"ssh-rsa"), ssh::string(&[1, 0, 1]), short].concat();
    let short = format!("ssh-rsa {}", STANDARD.encode(short));
    lab.refused("UploadSSHPublicKey", &upload_ssh(&short), 400, "InvalidPublicKey");
    let certificate = certificate(0);
    for body in ["not a key", "ssh-ed25519 AAAA", "ssh-rsa AAAA", &certificate] {
        let message =
            lab.refused("UploadSSHPublicKey", &upload_ssh(body), 400, "UnrecognizedPublicKeyEncoding");
        assert_eq!(message, "Invalid public key uploaded.");
    }
    for number in 0..5 {
        lab.ok("UploadSSHPublicKey", &upload_ssh(&ssh_line(number)));
    }
    lab.refused("UploadSSHPublicKey", &upload_ssh(&ssh_line(5)), 409, "LimitExceeded");
}

#[test]
fn a_signing_certificate_is_of_one_user_and_known_by_its_digest() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    lab.ok("CreateUser", &user("v"));
    let upload = |user: &str, body: &str| json!({ "UserName": user, "CertificateBody": body });
    let made = lab.ok("UploadSigningCertificate", &upload("u", &certificate(0)))["Certificate"].clone();
    let id = made["CertificateId"].as_str().unwrap().to_owned();
    assert_eq!((id.len(), &made["CertificateBody"]), (32, &json!(certificate(0))));
    let status = |status: &str| json!({ "UserName": "u", "CertificateId": id, "Status": status });
    lab.ok("UpdateSigningCertificate", &status("Inactive"));
    let again = lab.ok("UploadSigningCertificate", &upload("u", &certificate(0)));
    assert_eq!(again["Certificate"], made);
    let listed = lab.ok("ListSigningCertificates", &user("u"))["Certificates"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["Status"]), (1, &json!("Inactive")));
    let message =
        lab.refused("UploadSigningCertificate", &upload("v", &certificate(0)), 409, "DuplicateCertificate");
    assert_eq!(message, "Duplicate certificate uploaded.");
    lab.ok("UploadSigningCertificate", &upload("u", EC_CERTIFICATE));
    let message =
        lab.refused("UploadSigningCertificate", &upload("u", &certificate(1)), 409, "LimitExceeded");
    assert_eq!(message, "Cannot exceed quota for CertificatesPerUser: 2");
    let message = lab.refused("UploadSigningCertificate", &upload("v", "none"), 400, "MalformedCertificate");
    assert_eq!(message, "Certificate none is malformed.");
    let message = lab.refused("DeleteUser", &user("u"), 409, "DeleteConflict");
    assert_eq!(message, "Cannot delete entity, must delete certificates first.");
    let named = json!({ "UserName": "u", "CertificateId": id });
    lab.ok("DeleteSigningCertificate", &named);
    let message = lab.refused("DeleteSigningCertificate", &named, 404, "NoSuchEntity");
    assert_eq!(message, format!("The Certificate with id {id} cannot be found."));
    lab.now = "2050-01-01T00:00:00Z".parse().unwrap();
    lab.refused("UploadSigningCertificate", &upload("v", &certificate(0)), 400, "MalformedCertificate");
}

#[test]
fn the_root_user_has_signing_certificates_of_its_own() {
    let mut lab = Lab::new();
    let made = lab.ok("UploadSigningCertificate", &json!({ "CertificateBody": certificate(0) }));
    let needed = lab.access("ListSigningCertificates", &json!({})).unwrap();
    assert_eq!(needed[0].resource, format!("arn:aws:iam::{ACCOUNT}:root"));
    let summary = lab.ok("GetAccountSummary", &json!({}));
    assert_eq!(summary["SummaryMap"]["AccountSigningCertificatesPresent"], 1);
    let id = &made["Certificate"]["CertificateId"];
    lab.ok("DeleteSigningCertificate", &json!({ "CertificateId": id }));
    assert_eq!(lab.ok("ListSigningCertificates", &json!({}))["Certificates"], json!([]));
}

fn server(name: &str, certificate: &str, private_key: &str) -> Value {
    json!({ "ServerCertificateName": name, "CertificateBody": certificate, "PrivateKey": private_key })
}

fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn a_server_certificate_is_uploaded_renamed_and_deleted() {
    let mut lab = Lab::new();
    let tags = json!([{ "Key": "Team", "Value": "one" }, { "Key": "team", "Value": "two" }]);
    let input = server("Web", &format!("{}\n", certificate(0)), &private_key(0));
    let input = with(input, json!({ "Path": "/cloudfront/", "Tags": tags }));
    let needed = lab.access("UploadServerCertificate", &input).unwrap();
    let actions: Vec<&str> = needed.iter().map(|access| access.action.as_str()).collect();
    assert_eq!(actions, ["iam:UploadServerCertificate", "iam:TagServerCertificate"]);
    assert_eq!(needed[0].resource, format!("arn:aws:iam::{ACCOUNT}:server-certificate/cloudfront/Web"));
    let made = lab.ok("UploadServerCertificate", &input);
    let metadata = &made["ServerCertificateMetadata"];
    assert_eq!((&made["Tags"], &metadata["Expiration"]), (&tags, &json!("2049-12-31T23:59:59Z")));
    assert!(metadata["ServerCertificateId"].as_str().unwrap().starts_with("ASCA"));
    let message = lab.refused(
        "UploadServerCertificate",
        &server("WEB", &certificate(0), &private_key(0)),
        409,
        "EntityAlreadyExists",
    );
    assert_eq!(message, "The Server Certificate with name WEB already exists.");
    let named = |name: &str| json!({ "ServerCertificateName": name });
    let got = lab.ok("GetServerCertificate", &named("web"));
    assert_eq!(got["ServerCertificate"]["CertificateBody"], certificate(0));
    let rename =
        json!({ "ServerCertificateName": "Web", "NewServerCertificateName": "Site", "NewPath": "/" });
    let needed = lab.access("UpdateServerCertificate", &rename).unwrap();
    let resources: Vec<&str> = needed.iter().map(|access| access.resource.as_str()).collect();
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:server-certificate{name}");
    assert_eq!(resources, [arn("/cloudfront/Web"), arn("/Site")]);
    lab.ok("UpdateServerCertificate", &rename);
    let listed = lab.ok("ListServerCertificates", &json!({ "PathPrefix": "/" }));
    assert_eq!(listed["ServerCertificateMetadataList"][0]["Arn"], arn("/Site"));
    let untag = json!({ "ServerCertificateName": "Site", "TagKeys": ["team"] });
    lab.ok("UntagServerCertificate", &untag);
    assert_eq!(lab.ok("ListServerCertificateTags", &named("Site"))["Tags"], json!([tags[0]]));
    let message = lab.refused("TagServerCertificate", &named("Site"), 400, "InvalidInput");
    assert_eq!(message, "The provided tag map must not be null/empty.");
    let message = lab.refused("GetServerCertificate", &named("Web"), 404, "NoSuchEntity");
    assert_eq!(message, "The Server Certificate with name Web cannot be found.");
    lab.ok("DeleteServerCertificate", &named("Site"));
    lab.refused("DeleteServerCertificate", &named("Site"), 404, "NoSuchEntity");
}

#[test]
fn a_server_certificate_goes_with_its_private_key() {
    let mut lab = Lab::new();
    for (name, private_key) in [("sec1", EC_KEY), ("pkcs8", EC_WRAPPED_KEY)] {
        lab.ok("UploadServerCertificate", &server(name, EC_CERTIFICATE, private_key));
    }
    let refused = |lab: &mut Lab, certificate: &str, private_key: &str, code| {
        lab.refused("UploadServerCertificate", &server("x", certificate, private_key), 400, code)
    };
    for (certificate, private_key) in [
        (certificate(0), private_key(1)),
        (certificate(0), EC_KEY.to_owned()),
        (EC_CERTIFICATE.to_owned(), private_key(0)),
    ] {
        let message = refused(&mut lab, &certificate, &private_key, "KeyPairMismatch");
        assert!(message.starts_with("The private key did not match the public key"), "{message}");
    }
    let message = refused(&mut lab, "none", &private_key(0), "MalformedCertificate");
    assert_eq!(message, "Unable to parse certificate. Please ensure the certificate is in PEM format.");
    assert_eq!(refused(&mut lab, &certificate(0), "none", "MalformedCertificate"), "Invalid Private Key.");
    lab.now = "2050-01-01T00:00:00Z".parse().unwrap();
    let message = refused(&mut lab, &certificate(0), &private_key(0), "MalformedCertificate");
    assert!(message.starts_with("Certificate is no longer valid."), "{message}");
}

#[test]
fn a_certificate_chain_leads_from_issuer_to_issuer() {
    let root = pem::encode("CERTIFICATE", &self_signed("root", &key(0)));
    let middle = pem::encode("CERTIFICATE", &issued("middle", &key(1).public, "root", &key(0)));
    let leaf = pem::encode("CERTIFICATE", &issued("leaf", &key(2).public, "middle", &key(1)));
    let check = |chain: &[&str], place: Option<&str>| {
        let mut lab = Lab::new();
        let input =
            with(server("s", &leaf, &private_key(2)), json!({ "CertificateChain": chain.join("\n") }));
        let Some(place) = place else { return lab.ok("UploadServerCertificate", &input) };
        let message = lab.refused("UploadServerCertificate", &input, 400, "MalformedCertificate");
        assert!(message.ends_with(place), "{message}");
        json!({})
    };
    check(&[&middle], None);
    check(&[&middle, &root], None);
    check(&[&middle, &root, &root], None);
    check(&[&certificate(3)], Some("certificate is: -1"));
    check(&[&leaf, &middle], Some("certificate is: 1"));
    check(&[&middle, &certificate(3)], Some("certificate is: 1"));
    check(&["none"], Some(""));
}

fn service(name: &str) -> Value {
    json!({ "UserName": "u", "ServiceName": name })
}

#[test]
fn a_service_specific_credential_tells_its_secret_once() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let create = |lab: &mut Lab, input: &Value| {
        lab.ok("CreateServiceSpecificCredential", input)["ServiceSpecificCredential"].clone()
    };
    let git = create(&mut lab, &service("CodeCommit.amazonaws.com"));
    assert_eq!(git["ServiceName"], "codecommit.amazonaws.com");
    assert_eq!(git["ServiceUserName"], format!("u-at-{ACCOUNT}"));
    assert_eq!(git["ServicePassword"].as_str().unwrap().len(), 60);
    let second = create(&mut lab, &service("codecommit.amazonaws.com"));
    assert_eq!(second["ServiceUserName"], format!("u+1-at-{ACCOUNT}"));
    let third = service("codecommit.amazonaws.com");
    let message = lab.refused("CreateServiceSpecificCredential", &third, 409, "LimitExceeded");
    assert_eq!(message, "Cannot exceed quota for ContextSpecificCredentialsPerUserPerContext: 2");
    let bedrock = with(service("bedrock.amazonaws.com"), json!({ "CredentialAgeDays": 1 }));
    let api_key = create(&mut lab, &bedrock);
    let secret = api_key["ServiceCredentialSecret"].as_str().unwrap().strip_prefix("ABSK").unwrap();
    let secret = String::from_utf8(STANDARD.decode(secret).unwrap()).unwrap();
    assert!(secret.starts_with(&format!("u-at-{ACCOUNT}:")), "the alias stands first");
    assert_eq!(api_key["ExpirationDate"], "2026-01-03T03:04:05Z");

    let id = git["ServiceSpecificCredentialId"].as_str().unwrap();
    let named = |user: &str| json!({ "UserName": user, "ServiceSpecificCredentialId": id });
    lab.ok("UpdateServiceSpecificCredential", &with(named("u"), json!({ "Status": "Inactive" })));
    let reset = lab.ok("ResetServiceSpecificCredential", &named("u"))["ServiceSpecificCredential"].clone();
    assert_eq!((&reset["Status"], &reset["CreateDate"]), (&json!("Inactive"), &git["CreateDate"]));
    assert!(reset["ServicePassword"] != git["ServicePassword"], "the password is new");
    let listed = lab.ok("ListServiceSpecificCredentials", &json!({ "AllUsers": true }));
    assert_eq!(
        (listed["ServiceSpecificCredentials"].as_array().unwrap().len(), listed.get("IsTruncated")),
        (3, None)
    );
    assert!(!listed.to_string().contains("Password") && !listed.to_string().contains("Secret"));
    lab.now += TimeDelta::days(1);
    let listed = lab.ok("ListServiceSpecificCredentials", &service("bedrock.amazonaws.com"));
    assert_eq!(listed["ServiceSpecificCredentials"][0]["Status"], "Expired");

    lab.ok("CreateUser", &user("v"));
    let message = lab.refused("DeleteServiceSpecificCredential", &named("v"), 400, "ValidationError");
    assert_eq!(message, format!("User v does not have a service specific credential with id {id}"));
    let message = lab.refused("DeleteUser", &user("u"), 409, "DeleteConflict");
    assert_eq!(message, "Cannot delete entity, must remove referenced objects first.");
    lab.ok("DeleteServiceSpecificCredential", &named("u"));
    let message = lab.refused("DeleteServiceSpecificCredential", &named("u"), 404, "NoSuchEntity");
    assert_eq!(message, format!("No such credential {id} exists"));
    let message =
        lab.refused("CreateServiceSpecificCredential", &service("sqs.amazonaws.com"), 404, "NoSuchEntity");
    assert_eq!(message, "No such service sqs.amazonaws.com is supported for Service Specific Credentials");
}

#[test]
fn conditions_on_service_specific_credentials_see_service_and_age() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let bedrock = service("BEDROCK.amazonaws.com");
    let value = |lab: &Lab, name: &str, input: &Value, key: &str| {
        let needed = lab.access(name, input).unwrap();
        needed[0].context.get(key).map(<[String]>::to_vec)
    };
    let (of_service, of_age) =
        ("iam:ServiceSpecificCredentialServiceName", "iam:ServiceSpecificCredentialAgeDays");
    let create = "CreateServiceSpecificCredential";
    let name = Some(vec!["bedrock.amazonaws.com".to_owned()]);
    assert_eq!(value(&lab, create, &bedrock, of_service), name);
    assert_eq!(value(&lab, create, &bedrock, of_age), None);
    let aged = with(bedrock.clone(), json!({ "CredentialAgeDays": 30 }));
    assert_eq!(value(&lab, create, &aged, of_age), Some(vec!["30".to_owned()]));
    let made = lab.ok(create, &bedrock);
    let id = &made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"];
    let named = json!({ "UserName": "u", "ServiceSpecificCredentialId": id });
    assert_eq!(value(&lab, "ResetServiceSpecificCredential", &named, of_service), name);
    let all = lab.access("ListServiceSpecificCredentials", &json!({ "AllUsers": true })).unwrap();
    assert_eq!(all[0].resource, format!("arn:aws:iam::{ACCOUNT}:user/*"));
}
