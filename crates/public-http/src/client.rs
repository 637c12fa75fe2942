//! The HTTP client.

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use rustls::crypto::CryptoProvider;

use crate::AddressPolicy;
use crate::address::Resolver;

/// A client that resolves names to allowed addresses only, follows no redirect and uses no proxy. The caller must
/// check each URL with [`crate::check_url`]: an IP address in a URL bypasses the resolver.
pub fn client_builder(policy: AddressPolicy) -> ClientBuilder {
    if CryptoProvider::get_default().is_none()
        && rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
    {
        tracing::debug!("another thread installed the TLS provider first");
    }
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .dns_resolver(Resolver::new(policy))
        .no_proxy();
    if policy == AddressPolicy::AllowLoopback && reqwest::Client::builder().build().is_err() {
        // Development must start even where no root certificates are installed.
        return builder.tls_certs_only([]);
    }
    builder
}
