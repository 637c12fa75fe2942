//! The fetcher: every redirect is checked, and time and size are bounded.

use std::time::Duration;

use public_http::AddressPolicy;
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName,
    LOCATION,
};
use reqwest::{Response, Url};
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::page::{self, Metadata};
use crate::{Failure, Item, PICTURE_BYTES_MAX, charset, link};

/// Time limit of a whole fetch: waiting for a permit, page, redirects and picture.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(6);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Redirects followed for a page, and for a picture.
const REDIRECTS_MAX: usize = 4;
/// Bytes read of a page; the metadata is at its beginning.
const PAGE_BYTES_MAX: usize = 512 * 1024;
/// Concurrent fetches.
const FETCHES_MAX: usize = 4;

/// The HTTP client can't start, for instance because the system has no root certificates.
#[derive(Debug, Error)]
#[error("the HTTP client for item links can't start")]
pub struct SetupError(#[source] reqwest::Error);

/// Fetches items.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    policy: AddressPolicy,
    permits: Semaphore,
}

impl Client {
    /// A client that sends this `User-Agent`, but no cookies and no referrer, and decompresses nothing.
    ///
    /// # Errors
    /// When the HTTP client can't start.
    pub fn new(user_agent: &str, policy: AddressPolicy) -> Result<Self, SetupError> {
        let http = public_http::client_builder(policy)
            .user_agent(user_agent)
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(SetupError)?;
        Ok(Self {
            http,
            policy,
            permits: Semaphore::new(FETCHES_MAX),
        })
    }

    /// Fetches the item behind `link`, as the member pasted it. When the picture can't be fetched, the title is still
    /// returned.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn fetch(&self, link: &str) -> Result<Item, Failure> {
        let url = link::parse(link, self.policy)?;
        let deadline = Instant::now() + TOTAL_TIMEOUT;
        let permit = async { self.permits.acquire().await.map_err(|_| Failure::TimedOut) };
        let permit = in_time(deadline, permit).await?;
        let (from, metadata) = self.page(url, deadline).await?;
        let picture = match &metadata.picture {
            Some(address) => self.picture(&from, address, deadline).await,
            None => None,
        };
        drop(permit);
        let title = metadata.title.as_deref().map(page::truncated);
        if title.is_none() && picture.is_none() {
            return Err(Failure::NothingFound);
        }
        Ok(Item { title, picture })
    }

    async fn page(&self, url: Url, deadline: Instant) -> Result<(Url, Metadata), Failure> {
        let request = self.get(url, "text/html,application/xhtml+xml");
        let mut response = in_time(deadline, request).await?;
        let content_type = text(response.headers(), CONTENT_TYPE).to_ascii_lowercase();
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if !matches!(kind, "text/html" | "application/xhtml+xml") {
            return Err(Failure::UnsupportedContent);
        }
        let (mut page, mut slow) = (Vec::new(), false);
        while page.len() < PAGE_BYTES_MAX {
            match timeout_at(deadline, response.chunk()).await {
                Ok(Ok(Some(chunk))) => page.extend_from_slice(&chunk),
                // A truncated page may still have its metadata.
                Ok(Ok(None) | Err(_)) => break,
                Err(_) => {
                    slow = true;
                    break;
                }
            }
        }
        page.truncate(PAGE_BYTES_MAX);
        let metadata = page::parse(&charset::decode(&page, &content_type));
        if slow && metadata == Metadata::default() {
            return Err(Failure::TimedOut);
        }
        Ok((response.url().clone(), metadata))
    }

    async fn picture(&self, from: &Url, address: &str, deadline: Instant) -> Option<Vec<u8>> {
        let url = link::follow(from, address, self.policy)?;
        let fetched = in_time(deadline, self.picture_bytes(url)).await;
        fetched
            .inspect_err(|why| tracing::debug!(%why, "an item's picture could not be fetched"))
            .ok()
    }

    async fn picture_bytes(&self, url: Url) -> Result<Vec<u8>, Failure> {
        let mut response = self
            .get(url, "image/jpeg,image/png,image/webp,image/gif")
            .await?;
        let announced: Option<usize> = text(response.headers(), CONTENT_LENGTH).parse().ok();
        if announced.is_some_and(|bytes| bytes > PICTURE_BYTES_MAX) {
            return Err(Failure::UnsupportedContent);
        }
        let mut picture = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Unreachable)? {
            picture.extend_from_slice(&chunk);
            if picture.len() > PICTURE_BYTES_MAX {
                return Err(Failure::UnsupportedContent);
            }
        }
        Ok(picture)
    }

    /// Follows redirects itself, so that each target is checked.
    async fn get(&self, mut url: Url, accept: &'static str) -> Result<Response, Failure> {
        for _ in 0..=REDIRECTS_MAX {
            let request = self.http.get(url.clone()).header(ACCEPT, accept);
            let response = request
                .header(ACCEPT_LANGUAGE, "ko")
                .send()
                .await
                // The URL is a member's private data: not to be logged.
                .map_err(|error| connection_failure(&error.without_url()))?;
            let status = response.status();
            if !status.is_redirection() {
                return check_response(response);
            }
            let to = text(response.headers(), LOCATION);
            if to.is_empty() {
                return Err(Failure::HttpStatus(status.as_u16()));
            }
            url = link::follow(&url, to, self.policy).ok_or(Failure::Unreachable)?;
        }
        Err(Failure::TooManyRedirects)
    }
}

async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout_at(deadline, work)
        .await
        .unwrap_or(Err(Failure::TimedOut))
}

fn check_response(response: Response) -> Result<Response, Failure> {
    if !response.status().is_success() {
        return Err(Failure::HttpStatus(response.status().as_u16()));
    }
    // Nothing is decompressed, so that a decompression bomb has no effect; no encoding was requested either.
    let encoding = text(response.headers(), CONTENT_ENCODING);
    if encoding.is_empty() || encoding.eq_ignore_ascii_case("identity") {
        Ok(response)
    } else {
        Err(Failure::UnsupportedContent)
    }
}

fn connection_failure(error: &reqwest::Error) -> Failure {
    tracing::debug!(%error, "a shop could not be reached");
    if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::Unreachable
    }
}

/// A header's value; empty when it is missing or not ASCII.
fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
