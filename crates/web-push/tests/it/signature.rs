//! The sender's signature (RFC 8292), verified with the public key alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use web_push::VapidKey;

#[test]
fn a_service_can_verify_sender_and_audience() {
    let key = VapidKey::random().unwrap();
    let endpoint = "https://push.example/secret/path?a=1".parse().unwrap();
    let header = key.authorization(&endpoint, "https://funsun.example", 1_700_000_000);
    let fields = header.strip_prefix("vapid t=").unwrap();
    let (token, public) = fields.split_once(", k=").unwrap();
    assert_eq!(public, key.public());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let public = VerifyingKey::from_sec1_bytes(&BASE64.decode(public).unwrap()).unwrap();
    let signature = Signature::from_slice(&BASE64.decode(signature).unwrap()).unwrap();
    public.verify(signed.as_bytes(), &signature).unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&BASE64.decode(claims).unwrap()).unwrap();
    let expected = json!({
        "aud": "https://push.example", "exp": 1_700_043_200, "sub": "https://funsun.example",
    });
    assert_eq!(claims, expected);
}

#[test]
fn a_key_round_trips_through_base64_and_its_secret_is_not_printed() {
    let key = VapidKey::random().unwrap();
    let again = VapidKey::parse(&key.to_base64()).unwrap();
    assert_eq!(again.public(), key.public());
    assert!(!format!("{key:?}").contains(&key.to_base64()));
    for bad in ["", "AAAA", "not base64", &"A".repeat(43)] {
        assert!(VapidKey::parse(bad).is_err(), "{bad}");
    }
}
