//! The HTTP client to go there with.

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use rustls::crypto::CryptoProvider;

use crate::AddressPolicy;
use crate::address::Resolver;

/// A client that connects to public addresses only, follows no redirect and uses no proxy. Addresses in the URL
/// itself are the caller's to look at, with [`crate::check_url`].
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
        // Development must also start where no root certificates are installed.
        return builder.tls_certs_only([]);
    }
    builder
}
