//! HTTP shared by both clients: one connection pool, hard timeouts, no redirects, bounded responses, and failures
//! classified by whether the request may have been received.

use std::time::{Duration, Instant};

use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, Url};
use rustls::crypto::CryptoProvider;

/// Largest response body read, in bytes. Kakao's have a few kilobytes.
const RESPONSE_BYTES_MAX: usize = 1024 * 1024;

/// How long an idle connection is kept. Well below a load balancer's usual minute, so that a request rarely uses a
/// connection that the server is just closing.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// Time limits of one call.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Timeout of the connection set-up.
    pub connect: Duration,
    /// Timeout of each read of the response.
    pub read: Duration,
}

impl Default for Timeouts {
    /// 4 s to connect, 15 s to read: longer than the 11 s after which KakaoPay itself gives up.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(4),
            read: Duration::from_secs(15),
        }
    }
}

/// Why a client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The URL is not of the form `https://host`.
    #[error("{setting}: not an http or https address without user name, query or fragment")]
    BadUrl {
        /// Which setting.
        setting: &'static str,
    },
    /// The key is missing or contains characters that are invalid in a header.
    #[error("{setting}: missing, or contains characters that are invalid in an HTTP header")]
    BadKey {
        /// Which setting.
        setting: &'static str,
    },
    /// The HTTP client cannot start, for instance because the system has no root certificates.
    #[error("the HTTP client cannot start")]
    Client(#[source] reqwest::Error),
}

/// A completely received response.
pub(crate) struct HttpResponse {
    /// The status code.
    pub(crate) http: u16,
    /// Seconds, from `Retry-After`.
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: Vec<u8>,
}

impl HttpResponse {
    pub(crate) const fn is_success(&self) -> bool {
        self.http >= 200 && self.http < 300
    }

    pub(crate) const fn is_client_error(&self) -> bool {
        self.http >= 400 && self.http < 500
    }

    pub(crate) const fn is_server_error(&self) -> bool {
        self.http >= 500
    }
}

/// Why there is no complete response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection; nothing was sent.
    ConnectFailed,
    /// No connection in time; nothing was sent.
    ConnectTimedOut,
    /// The request could not be built; nothing was sent.
    InvalidRequest,
    /// Sent, but no response in time.
    TimedOut,
    /// Sent, but the connection was lost.
    Lost,
    /// The response exceeds [`RESPONSE_BYTES_MAX`].
    TooLarge,
}

/// Builds the client for servers at `bases`.
pub(crate) fn client(timeouts: Timeouts, bases: &[&BaseUrl]) -> Result<Client, SetupError> {
    if CryptoProvider::get_default().is_none()
        && rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
    {
        tracing::debug!("another thread installed the TLS provider first");
    }
    let mut builder = Client::builder()
        .user_agent(concat!("funsun/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .timeout(timeouts.connect.saturating_add(timeouts.read))
        .pool_idle_timeout(POOL_IDLE)
        .redirect(Policy::none())
        .no_proxy();
    if bases.iter().all(|base| !base.secure) {
        // With a local sandbox over plain HTTP, the client must start even without root certificates.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(SetupError::Client)
}

/// The base URL of a server, checked once at set-up.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    text: String,
    secure: bool,
}

impl BaseUrl {
    pub(crate) fn parse(setting: &'static str, text: &str) -> Result<Self, SetupError> {
        let bad = SetupError::BadUrl { setting };
        let Ok(url) = Url::parse(text) else {
            return Err(bad);
        };
        let no_user_info = url.username().is_empty() && url.password().is_none();
        let bare = url.query().is_none() && url.fragment().is_none();
        if !is_http_url(&url) || !no_user_info || !bare {
            return Err(bad);
        }
        let secure = url.scheme() == "https";
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            secure,
        })
    }

    /// The URL of `path`, which begins with a slash.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

/// Whether a browser may be redirected to this URL.
pub(crate) fn is_http_url(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// A header value such as `Bearer …`, left out of debug output. `None` when it contains control characters.
pub(crate) fn authorization(scheme: &str, secret: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("{scheme} {secret}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Sends one request, without retries, and reads the whole response.
pub(crate) async fn send(
    call: &'static str,
    request: RequestBuilder,
) -> Result<HttpResponse, Failure> {
    let started = Instant::now();
    let outcome = exchange(request).await;
    let elapsed_ms = started.elapsed().as_millis();
    match &outcome {
        Ok(response) => tracing::debug!(
            call,
            http = response.http,
            elapsed_ms,
            "received a response from Kakao"
        ),
        Err(failure) => tracing::debug!(call, ?failure, elapsed_ms, "no response from Kakao"),
    }
    outcome
}

async fn exchange(request: RequestBuilder) -> Result<HttpResponse, Failure> {
    let response = request.send().await.map_err(|error| classify(&error))?;
    let http = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok());
    let body = read_bounded(response).await?;
    Ok(HttpResponse {
        http,
        retry_after,
        body,
    })
}

async fn read_bounded(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > RESPONSE_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn classify(error: &reqwest::Error) -> Failure {
    match (error.is_builder(), error.is_connect(), error.is_timeout()) {
        (true, _, _) => Failure::InvalidRequest,
        (_, true, true) => Failure::ConnectTimedOut,
        (_, true, false) => Failure::ConnectFailed,
        (_, false, true) => Failure::TimedOut,
        (_, false, false) => Failure::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, authorization};

    #[test]
    fn a_base_url_must_be_plain_http_or_https() {
        for good in [
            "https://kapi.example",
            "http://127.0.0.1:9000/",
            "http://localhost:1/kapi",
        ] {
            assert!(BaseUrl::parse("url", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "kapi.example",
            "ftp://x",
            "https://u:p@x",
            "https://x/?a=1",
            "https://x#a",
        ] {
            assert!(BaseUrl::parse("url", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_is_joined_with_one_slash() {
        let base = BaseUrl::parse("url", "http://localhost:1/").unwrap();
        assert_eq!(base.at("/v2/user/me"), "http://localhost:1/v2/user/me");
    }

    #[test]
    fn an_authorization_header_is_not_printed() {
        let header = authorization("Bearer", "hush").unwrap();
        assert!(!format!("{header:?}").contains("hush"));
        assert!(authorization("Bearer", "a\r\nb").is_none());
    }
}
