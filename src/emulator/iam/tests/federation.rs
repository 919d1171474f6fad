//! MFA devices and identity providers.

use serde_json::json;

use super::super::totp;
use crate::iam::lab::{ACCOUNT, Lab};

/// The codes that a device makes at the lab's time and 30 seconds later.
fn codes(seed: &str, lab: &Lab) -> [String; 2] {
    let step = totp::step_of(lab.now);
    [totp::code(seed, step), totp::code(seed, step + 1)]
}

fn decoded(base64: &serde_json::Value) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64.as_str().unwrap()).unwrap()
}

#[test]
fn a_device_is_enabled_by_two_codes_in_a_row() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &json!({ "UserName": "ann" }));
    let made = lab.ok("CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": "phone", "Path": "/a/" }));
    let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/a/phone");
    assert_eq!(made["VirtualMFADevice"]["SerialNumber"], serial);
    let seed = String::from_utf8(decoded(&made["VirtualMFADevice"]["Base32StringSeed"])).unwrap();
    assert_eq!(seed.len(), 64);
    assert!(decoded(&made["VirtualMFADevice"]["QRCodePNG"]).starts_with(b"\x89PNG"));
    let [first, second] = codes(&seed, &lab);
    let enable = |one: &str, two: &str| json!({ "UserName": "ann", "SerialNumber": serial, "AuthenticationCode1": one, "AuthenticationCode2": two });
    lab.refused("EnableMFADevice", &enable(&second, &first), 403, "InvalidAuthenticationCode");
    assert_eq!(lab.ok("ListMFADevices", &json!({ "UserName": "ann" }))["MFADevices"], json!([]));
    lab.ok("EnableMFADevice", &enable(&first, &second));
    lab.refused("EnableMFADevice", &enable(&first, &second), 409, "EntityAlreadyExists");
    let listed = lab.ok("ListMFADevices", &json!({ "UserName": "ann" }));
    let enabled = "2026-01-02T03:04:05Z";
    let device = json!({ "UserName": "ann", "SerialNumber": serial, "EnableDate": enabled });
    assert_eq!(listed["MFADevices"], json!([device]));
    assert_eq!(lab.ok("GetMFADevice", &json!({ "SerialNumber": serial, "UserName": "ann" })), device);
    let assigned = lab.ok("ListVirtualMFADevices", &json!({ "AssignmentStatus": "Assigned" }));
    assert_eq!(assigned["VirtualMFADevices"][0]["User"]["UserName"], "ann");
    assert_eq!(
        lab.ok("ListVirtualMFADevices", &json!({ "AssignmentStatus": "Unassigned" }))["VirtualMFADevices"],
        json!([])
    );
    lab.refused("DeleteUser", &json!({ "UserName": "ann" }), 409, "DeleteConflict");
    lab.refused("DeleteVirtualMFADevice", &json!({ "SerialNumber": serial }), 409, "DeleteConflict");
    lab.ok("UpdateUser", &json!({ "UserName": "ann", "NewUserName": "bob" }));
    lab.ok("DeactivateMFADevice", &json!({ "UserName": "bob", "SerialNumber": serial }));
    lab.refused(
        "DeactivateMFADevice",
        &json!({ "UserName": "bob", "SerialNumber": serial }),
        404,
        "NoSuchEntity",
    );
    lab.ok("DeleteVirtualMFADevice", &json!({ "SerialNumber": serial }));
    lab.refused("DeleteVirtualMFADevice", &json!({ "SerialNumber": serial }), 404, "NoSuchEntity");
    lab.ok("DeleteUser", &json!({ "UserName": "bob" }));
}

#[test]
fn devices_and_providers_have_tags() {
    let mut lab = Lab::new();
    let tags = json!([{ "Key": "team", "Value": "red" }]);
    let made = lab.ok("CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": "phone", "Tags": tags }));
    assert_eq!(made["VirtualMFADevice"]["Tags"], tags);
    lab.refused(
        "CreateVirtualMFADevice",
        &json!({ "VirtualMFADeviceName": "Phone" }),
        409,
        "EntityAlreadyExists",
    );
    let serial = made["VirtualMFADevice"]["SerialNumber"].clone();
    assert_eq!(lab.ok("ListMFADeviceTags", &json!({ "SerialNumber": serial }))["Tags"], tags);
    lab.ok("UntagMFADevice", &json!({ "SerialNumber": serial, "TagKeys": ["team"] }));
    assert_eq!(lab.ok("ListMFADeviceTags", &json!({ "SerialNumber": serial }))["Tags"], json!([]));
    let made = lab.ok("CreateOpenIDConnectProvider", &json!({ "Url": "https://example.com", "Tags": tags }));
    let arn = json!({ "OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"] });
    assert_eq!(lab.ok("ListOpenIDConnectProviderTags", &arn)["Tags"], tags);
    let accesses = lab.access("GetOpenIDConnectProvider", &arn).unwrap();
    assert_eq!(accesses[0].context.get("aws:ResourceTag/team"), Some(&["red".to_owned()][..]));
    let create = json!({ "Url": "https://idp.example.com/a", "Tags": tags });
    let accesses = lab.access("CreateOpenIDConnectProvider", &create).unwrap();
    let asked: Vec<_> =
        accesses.iter().map(|access| (access.action.as_str(), access.resource.as_str())).collect();
    let resource = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com/a");
    let expected =
        [("iam:CreateOpenIDConnectProvider", &*resource), ("iam:TagOpenIDConnectProvider", &*resource)];
    assert_eq!(asked, expected);
}

#[test]
fn an_open_id_connect_provider_is_its_url() {
    let mut lab = Lab::new();
    let create = |url: &str| json!({ "Url": url, "ClientIDList": ["app", "app"] });
    for url in [
        "http://example.com",
        "https://",
        "https://example.com:444",
        "https://example.com/?a=1",
        "example.com",
    ] {
        let message = lab.refused("CreateOpenIDConnectProvider", &create(url), 400, "ValidationError");
        assert_eq!(message, "Invalid Open ID Connect Provider URL");
    }
    let made = lab.ok("CreateOpenIDConnectProvider", &create("https://example.com/id"));
    let arn = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/example.com/id");
    assert_eq!(made, json!({ "OpenIDConnectProviderArn": arn }));
    let message = lab.refused(
        "CreateOpenIDConnectProvider",
        &create("https://example.com/id"),
        409,
        "EntityAlreadyExists",
    );
    assert_eq!(message, "Provider with url https://example.com/id already exists.");
    let named = |more: serde_json::Value| {
        let mut input = json!({ "OpenIDConnectProviderArn": arn });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let got = lab.ok("GetOpenIDConnectProvider", &named(json!({})));
    assert_eq!((&got["Url"], &got["ClientIDList"]), (&json!("example.com/id"), &json!(["app"])));
    assert_eq!(got["ThumbprintList"][0].as_str().unwrap().len(), 40);
    lab.ok("AddClientIDToOpenIDConnectProvider", &named(json!({ "ClientID": "other" })));
    lab.ok("AddClientIDToOpenIDConnectProvider", &named(json!({ "ClientID": "other" })));
    lab.ok("RemoveClientIDFromOpenIDConnectProvider", &named(json!({ "ClientID": "app" })));
    let thumbprint = "a".repeat(40);
    lab.ok("UpdateOpenIDConnectProviderThumbprint", &named(json!({ "ThumbprintList": [thumbprint] })));
    let got = lab.ok("GetOpenIDConnectProvider", &named(json!({})));
    assert_eq!((&got["ClientIDList"], &got["ThumbprintList"]), (&json!(["other"]), &json!([thumbprint])));
    assert_eq!(
        lab.ok("ListOpenIDConnectProviders", &json!({}))["OpenIDConnectProviderList"],
        json!([{ "Arn": arn }])
    );
    lab.ok("DeleteOpenIDConnectProvider", &named(json!({})));
    lab.ok("DeleteOpenIDConnectProvider", &named(json!({})));
    let message = lab.refused("GetOpenIDConnectProvider", &named(json!({})), 404, "NoSuchEntity");
    assert_eq!(message, format!("OpenIDConnect Provider not found for arn {arn}"));
}

#[test]
fn a_saml_provider_is_made_of_metadata() {
    let mut lab = Lab::new();
    let metadata = crate::sts::saml_metadata("https://idp.example.com");
    let create = |document: &str| json!({ "Name": "idp", "SAMLMetadataDocument": document });
    let expired = metadata.replace("entityID=", "validUntil=\"2030-01-01T00:00:00Z\" entityID=");
    for broken in [
        "<a/>",
        "",
        &metadata.replace("EntityDescriptor", "Entity"),
        &metadata.replace("entityID", "id"),
        &metadata.replace("MII", "AAA"),
    ] {
        let message = lab.refused("CreateSAMLProvider", &create(broken), 400, "InvalidInput");
        assert_eq!(message, "Could not parse metadata");
    }
    let arn = format!("arn:aws:iam::{ACCOUNT}:saml-provider/idp");
    assert_eq!(lab.ok("CreateSAMLProvider", &create(&metadata)), json!({ "SAMLProviderArn": arn }));
    lab.refused("CreateSAMLProvider", &create(&metadata), 409, "EntityAlreadyExists");
    let got = lab.ok("GetSAMLProvider", &json!({ "SAMLProviderArn": arn }));
    assert_eq!(
        (&got["SAMLMetadataDocument"], &got["ValidUntil"]),
        (&json!(metadata), &json!("2126-01-02T03:04:05Z"))
    );
    let update = json!({ "SAMLProviderArn": arn, "SAMLMetadataDocument": expired });
    assert_eq!(lab.ok("UpdateSAMLProvider", &update), json!({ "SAMLProviderArn": arn }));
    let listed = lab.ok("ListSAMLProviders", &json!({}));
    assert_eq!(listed["SAMLProviderList"][0]["ValidUntil"], "2030-01-01T00:00:00Z");
    lab.refused(
        "UpdateSAMLProvider",
        &json!({ "SAMLProviderArn": arn, "AssertionEncryptionMode": "Required" }),
        501,
        "NotImplemented",
    );
    lab.ok("DeleteSAMLProvider", &json!({ "SAMLProviderArn": arn }));
    lab.refused("DeleteSAMLProvider", &json!({ "SAMLProviderArn": arn }), 404, "NoSuchEntity");
}
