//! HTTP helpers: form and query parameters of requests; JSON, HTML and redirect responses.

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, REFERRER_POLICY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// No scripts. `form-action` is left out on purpose: browsers apply it to the redirect after a form
/// submission too, and that redirect leads to the client's own origin.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Query parameters, followed by those of a form body, if any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(pub(crate) Vec<(String, String)>);

impl Params {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first non-empty value of `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, v)| v.as_str())
    }

    /// All values of `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let mut params = Self::parse(request.uri().query().unwrap_or_default().as_bytes());
        if is_form(request.headers()) {
            let body = Bytes::from_request(request, state)
                .await
                .map_err(IntoResponse::into_response)?;
            params.0.extend(Self::parse(&body).0);
        }
        Ok(params)
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

/// A JSON response with the charset parameter that Kakao sends.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(body).expect("response objects have string keys");
    raw(status, "application/json;charset=UTF-8", bytes)
}

/// A response with this body, not cacheable. An invalid status code becomes 500.
pub(crate) fn raw(status: u16, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An HTML page with a strict content security policy.
pub(crate) fn page(status: u16, template: &impl Template) -> Response {
    let html = template.render().expect("rendering to memory cannot fail");
    let mut response = raw(status, "text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PAGE_POLICY),
    );
    // A page's URL contains its secret.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// 302 to `location`; 400 when that is no valid header value.
pub(crate) fn redirect(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(value) => {
            let mut response = raw(302, "text/plain; charset=utf-8", Body::empty());
            response.headers_mut().insert(LOCATION, value);
            response
        }
        Err(_) => raw(
            400,
            "text/plain; charset=utf-8",
            "the address can't be redirected to",
        ),
    }
}

/// The origin as the client addresses it: from `Host` if that is a plain host and port.
pub(crate) fn origin(headers: &HeaderMap, fallback: &str) -> String {
    let plain = |host: &&str| {
        host.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b))
    };
    match headers
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .filter(plain)
    {
        Some(host) => format!("http://{host}"),
        None => fallback.to_owned(),
    }
}

/// Appends `pairs` to the query of `url`, before its fragment.
pub(crate) fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let (front, fragment) = match url.split_once('#') {
        Some((front, fragment)) => (front, Some(fragment)),
        None => (url, None),
    };
    let mut added = form_urlencoded::Serializer::new(String::new());
    added.extend_pairs(pairs);
    // Kakao encodes spaces as %20, which every query parser accepts.
    let added = added.finish().replace('+', "%20");
    let joint = match front.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
    format!("{front}{joint}{added}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_query_is_kept_and_the_new_pair_comes_last() {
        let added = [("pg_token", "t")];
        assert_eq!(with_query("http://a/b", &added), "http://a/b?pg_token=t");
        assert_eq!(
            with_query("http://a/b?x=1&y=2", &added),
            "http://a/b?x=1&y=2&pg_token=t"
        );
        assert_eq!(with_query("http://a/b?", &added), "http://a/b?pg_token=t");
        assert_eq!(
            with_query("http://a/b#top", &added),
            "http://a/b?pg_token=t#top"
        );
    }
}
