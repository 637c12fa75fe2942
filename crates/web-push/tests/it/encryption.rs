//! The test vector of RFC 8291, appendix A, and the limits of a message.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use public_http::AddressPolicy;
use web_push::{EncryptError, EphemeralKeys, PAYLOAD_BYTES_MAX, Subscription, encrypt};

pub const BROWSER_KEY: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
pub const BROWSER_AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const SERVER_SECRET: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
const MESSAGE: &[u8] = b"When I grow up, I want to be a watermelon";
const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz\
    AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

fn ephemeral() -> EphemeralKeys {
    let bytes = |text| BASE64.decode(text).unwrap();
    let secret: [u8; 32] = bytes(SERVER_SECRET).try_into().unwrap();
    EphemeralKeys::from_bytes(&secret, bytes(SALT).try_into().unwrap()).unwrap()
}

fn browser() -> Subscription {
    let endpoint = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV";
    Subscription::parse(
        endpoint,
        BROWSER_KEY,
        BROWSER_AUTH,
        AddressPolicy::PublicOnly,
    )
    .unwrap()
}

#[test]
fn the_rfc_8291_test_vector_is_reproduced() {
    let body = encrypt(&browser(), MESSAGE, &ephemeral()).unwrap();
    assert_eq!(BASE64.encode(body), BODY);
}

#[test]
fn a_message_fits_every_service_or_is_refused() {
    let longest = encrypt(&browser(), &vec![b'a'; PAYLOAD_BYTES_MAX], &ephemeral()).unwrap();
    assert_eq!(longest.len(), 4_096);
    let longer = encrypt(&browser(), &vec![b'a'; PAYLOAD_BYTES_MAX + 1], &ephemeral());
    assert_eq!(longer, Err(EncryptError::TooLong));
}

#[test]
fn the_same_message_is_never_encrypted_the_same_way_twice() {
    let body = || encrypt(&browser(), MESSAGE, &EphemeralKeys::random().unwrap()).unwrap();
    assert_ne!(body(), body());
}
