//! HTTP to addresses that nobody vouches for: a name or an address that somebody gave us must not lead into our
//! own network. What a name resolves to is looked at, and the connection is made to what was looked at.

mod address;
mod client;

pub use address::is_public;
pub use client::client_builder;

use std::net::IpAddr;

use reqwest::Url;

/// How far addresses may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPolicy {
    /// The public internet.
    PublicOnly,
    /// Also this machine, at any port: for development and tests.
    AllowLoopback,
}

/// Where a URL leads, as far as it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The public internet. A name is looked at once more when it is resolved.
    Public,
    /// This machine, by its address.
    Loopback,
}

/// Where `url` leads; `None` when that is nowhere to go: another scheme than `http` and `https`, another port
/// than the usual one, a user's name, or an address that is not public. Nobody is asked to resolve an address, so
/// that this is the one look at it.
pub fn check_url(url: &Url, policy: AddressPolicy) -> Option<Destination> {
    let plain = url.username().is_empty() && url.password().is_none();
    if !plain || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    // Every way to write an address has become the usual one (URL standard, host parsing).
    let host = url.host_str()?.trim_matches(['[', ']']);
    let address: Option<IpAddr> = host.parse().ok();
    if policy == AddressPolicy::AllowLoopback && address.is_some_and(|it| it.is_loopback()) {
        return Some(Destination::Loopback);
    }
    let public = address.is_none_or(is_public);
    // The usual port of the scheme has become none.
    (public && url.port().is_none()).then_some(Destination::Public)
}
