//! Untrusted endpoints and keys.

use public_http::AddressPolicy;
use web_push::{InvalidSubscription, Subscription};

use crate::encryption::{BROWSER_AUTH, BROWSER_KEY};

fn parse(endpoint: &str, policy: AddressPolicy) -> Result<(), InvalidSubscription> {
    Subscription::parse(endpoint, BROWSER_KEY, BROWSER_AUTH, policy).map(|_| ())
}

#[test]
fn only_public_https_endpoints_are_accepted() {
    assert_eq!(
        parse(
            "https://fcm.googleapis.com/fcm/send/abc",
            AddressPolicy::PublicOnly
        ),
        Ok(())
    );
    let long = format!("https://push.example/{}", "a".repeat(800));
    for bad in [
        "",
        "push.example",
        "http://push.example/a",
        "ftp://push.example/a",
        "https://user@push.example/a",
        "https://push.example:8443/a",
        "https://push.example/a#b",
        "https://127.0.0.1/a",
        "https://2130706433/a",
        "https://0x7f.1/a",
        "https://10.0.0.1/a",
        "https://169.254.169.254/latest",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://[fe80::1]/a",
        "https://[fd00::1]/a",
        &long,
    ] {
        assert_eq!(
            parse(bad, AddressPolicy::PublicOnly),
            Err(InvalidSubscription::Endpoint),
            "{bad}"
        );
    }
}

#[test]
fn development_reaches_loopback_and_no_other_private_address() {
    assert_eq!(
        parse("http://127.0.0.1:4000/a", AddressPolicy::AllowLoopback),
        Ok(())
    );
    for bad in [
        "http://10.0.0.1/a",
        "http://push.example/a",
        "https://192.168.0.1/a",
    ] {
        assert_eq!(
            parse(bad, AddressPolicy::AllowLoopback),
            Err(InvalidSubscription::Endpoint),
            "{bad}"
        );
    }
}

#[test]
fn invalid_keys_are_refused() {
    let endpoint = "https://push.example/a";
    let parse = |key: &str, auth: &str| {
        Subscription::parse(endpoint, key, auth, AddressPolicy::PublicOnly).map(|_| ())
    };
    for key in [
        "",
        "AAAA",
        &BROWSER_KEY[..80],
        &BROWSER_KEY.replace('C', "D"),
        "한글",
    ] {
        assert_eq!(
            parse(key, BROWSER_AUTH),
            Err(InvalidSubscription::PublicKey),
            "{key}"
        );
    }
    for auth in ["", "AAAA", "!!!!", BROWSER_KEY] {
        assert_eq!(
            parse(BROWSER_KEY, auth),
            Err(InvalidSubscription::Auth),
            "{auth}"
        );
    }
    assert_eq!(
        parse(&format!("{BROWSER_KEY}="), &format!("{BROWSER_AUTH}==")),
        Ok(())
    );
}
