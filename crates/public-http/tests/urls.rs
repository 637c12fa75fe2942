//! Untrusted URLs and addresses.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use public_http::{AddressPolicy, Destination, check_url, is_public};
use reqwest::Url;

fn checked(url: &str, policy: AddressPolicy) -> Option<Destination> {
    check_url(&Url::parse(url).unwrap(), policy)
}

#[test]
fn special_addresses_are_not_public() {
    for public in [
        "8.8.8.8",
        "211.249.220.24",
        "2001:4860:4860::8888",
        "2600::1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    for special in [
        "0.0.0.0",
        "100.64.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "198.19.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
    ] {
        assert!(!is_public(special.parse().unwrap()), "{special}");
    }
}

#[test]
fn names_and_public_addresses_are_accepted() {
    for good in [
        "https://shop.example/a?b=c#d",
        "http://shop.example:80/",
        "https://8.8.8.8/",
        "https://[2600::1]:443/",
    ] {
        assert_eq!(
            checked(good, AddressPolicy::PublicOnly),
            Some(Destination::Public),
            "{good}"
        );
    }
}

#[test]
fn no_spelling_of_a_private_address_is_accepted() {
    for bad in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.0.0.1./",
        "http://127。0。0。1/",
        "http://１２７.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://0.0.0.0/",
        "http://0/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://user@shop.example/",
        "http://:secret@shop.example/",
        "http://shop.example:secret@8.8.8.8/",
        "http://shop.example:8080/",
        "http://shop.example:22/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "data:text/html,hello",
    ] {
        assert_eq!(checked(bad, AddressPolicy::PublicOnly), None, "{bad}");
    }
}

#[test]
fn development_reaches_loopback_and_no_other_private_address() {
    for loopback in [
        "http://127.0.0.1:4000/a",
        "http://[::1]:9/",
        "http://127.1/",
    ] {
        assert_eq!(
            checked(loopback, AddressPolicy::AllowLoopback),
            Some(Destination::Loopback),
            "{loopback}"
        );
    }
    for bad in [
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[::ffff:127.0.0.1]/",
        "http://user@127.0.0.1/",
    ] {
        assert_eq!(checked(bad, AddressPolicy::AllowLoopback), None, "{bad}");
    }
}
