//! SSRF-safe HTTP client for URLs from untrusted sources: neither the URL nor what its host name resolves to may
//! lead into our own network. Resolved addresses are checked, and the connection is made to the checked address,
//! so that a second DNS answer cannot change it (DNS rebinding).

mod address;
mod client;

pub use address::is_public;
pub use client::client_builder;

use std::net::IpAddr;

use reqwest::Url;

/// Which addresses may be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPolicy {
    /// Addresses of the public internet.
    PublicOnly,
    /// Loopback addresses too, at any port: for development and tests.
    AllowLoopback,
}

/// Where an accepted URL points, judged by its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A public address, or a host name, whose addresses are checked once it is resolved.
    Public,
    /// A loopback address.
    Loopback,
}

/// Checks a URL before a request. `None` when it must not be fetched: a scheme other than `http` and `https`, a
/// port other than the scheme's default, user info, or an address that is not public. An IP address in a URL never
/// goes through the resolver, so this is its only check.
pub fn check_url(url: &Url, policy: AddressPolicy) -> Option<Destination> {
    let no_user_info = url.username().is_empty() && url.password().is_none();
    if !no_user_info || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    // The parser has normalised every spelling of an IP address (URL standard, host parsing).
    let host = url.host_str()?.trim_matches(['[', ']']);
    let address: Option<IpAddr> = host.parse().ok();
    if policy == AddressPolicy::AllowLoopback && address.is_some_and(|it| it.is_loopback()) {
        return Some(Destination::Loopback);
    }
    let public = address.is_none_or(is_public);
    // The parser drops the scheme's default port.
    (public && url.port().is_none()).then_some(Destination::Public)
}
