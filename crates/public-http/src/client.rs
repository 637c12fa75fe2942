//! The HTTP client to go there with.

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use rustls::crypto::CryptoProvider;

use crate::Reach;
use crate::address::Resolver;

/// A client that connects to public addresses only, follows no redirect and uses no proxy. Addresses in the URL
/// itself are the caller's to look at, with [`crate::place`].
pub fn client_builder(reach: Reach) -> ClientBuilder {
    if CryptoProvider::get_default().is_none()
        && rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
    {
        tracing::debug!("another thread installed the TLS provider first");
    }
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .dns_resolver(Resolver::new(reach))
        .no_proxy();
    if reach == Reach::Loopback && reqwest::Client::builder().build().is_err() {
        // Development must also start where no root certificates are installed.
        return builder.tls_certs_only([]);
    }
    builder
}
