//! Which proxies are trusted to report the client's address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};
use web::client_address::{AddressRange, TrustedProxies};

fn proxies(ranges: &[&str]) -> TrustedProxies {
    TrustedProxies::new(ranges.iter().map(|range| range.parse().unwrap()).collect())
}

fn client(proxies: &TrustedProxies, peer: &str, forwarded: &[&str]) -> IpAddr {
    let mut headers = HeaderMap::new();
    for line in forwarded {
        headers.append("x-forwarded-for", line.parse().unwrap());
    }
    let mut extensions = Extensions::new();
    extensions.insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
    proxies.client_address(&headers, &extensions)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_range_contains_only_its_addresses() {
    let range: AddressRange = "10.1.0.0/16".parse().unwrap();
    assert!(range.contains(address("10.1.255.1")));
    assert!(range.contains(address("::ffff:10.1.2.3")));
    assert!(!range.contains(address("10.2.0.1")));
    let range: AddressRange = "fd00::/8".parse().unwrap();
    assert!(range.contains(address("fdff::1")) && !range.contains(address("fe80::1")));
    let one: AddressRange = "192.0.2.7".parse().unwrap();
    assert!(one.contains(address("192.0.2.7")) && !one.contains(address("192.0.2.8")));
    let all: AddressRange = "::/0".parse().unwrap();
    assert!(all.contains(address("203.0.113.9")));
    let mapped: AddressRange = "::ffff:10.0.0.0/104".parse().unwrap();
    assert!(mapped.contains(address("10.9.9.9")) && !mapped.contains(address("11.0.0.1")));
    let unmasked: AddressRange = "10.1.2.3/16".parse().unwrap();
    assert!(unmasked.contains(address("10.1.0.1")));
    let every_v4: AddressRange = "0.0.0.0/0".parse().unwrap();
    assert!(
        every_v4.contains(address("203.0.113.9")) && !every_v4.contains(address("2001:db8::1"))
    );
}

#[test]
fn an_invalid_range_is_refused_with_its_text() {
    for text in [
        "",
        "10.0.0.0/33",
        "10.0.0/8",
        "::/129",
        "host",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "010.0.0.0/8",
    ] {
        let error = text.parse::<AddressRange>().unwrap_err();
        assert!(error.to_string().contains(text));
    }
}

#[test]
fn only_a_trusted_proxy_is_believed() {
    let none = TrustedProxies::default();
    assert_eq!(
        client(&none, "198.51.100.1:9", &["203.0.113.9"]),
        address("198.51.100.1")
    );
    let trusted = proxies(&["10.0.0.0/8"]);
    assert_eq!(
        client(&trusted, "198.51.100.1:9", &["203.0.113.9"]),
        address("198.51.100.1")
    );
}

#[test]
fn the_rightmost_untrusted_hop_is_the_client() {
    let trusted = proxies(&["10.0.0.0/8", "::1"]);
    let client = |forwarded: &[&str]| client(&trusted, "[::ffff:10.0.0.1]:9", forwarded);
    assert_eq!(
        client(&["1.1.1.1, 203.0.113.9, 10.0.0.2"]),
        address("203.0.113.9")
    );
    assert_eq!(
        client(&["1.1.1.1", "203.0.113.9:443", "10.0.0.2"]),
        address("203.0.113.9")
    );
    assert_eq!(client(&["[2001:db8::5]:80"]), address("2001:db8::5"));
    assert_eq!(client(&["10.0.0.7, 10.0.0.2"]), address("10.0.0.7"));
    assert_eq!(client(&[]), address("10.0.0.1"));
}

#[test]
fn junk_ends_the_trust() {
    let trusted = proxies(&["10.0.0.0/8"]);
    let client = |forwarded: &[&str]| client(&trusted, "10.0.0.1:9", forwarded);
    assert_eq!(client(&["203.0.113.9, unknown"]), address("10.0.0.1"));
    assert_eq!(client(&["203.0.113.9, , 10.0.0.3"]), address("10.0.0.3"));
}
