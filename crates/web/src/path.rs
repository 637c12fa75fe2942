//! Rewrites a request's path to its canonical form before routing: repeated slashes are collapsed (the mobile
//! app requests `//media/…`), and a route matches with and without its trailing slash.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::uri::PathAndQuery;
use http::{Request, Uri};
use tower::{Layer, Service};

/// Rewrites paths for the router inside; see the module.
#[derive(Clone, Debug)]
pub struct CanonicalPathLayer {
    known: Arc<KnownPaths>,
}

impl CanonicalPathLayer {
    /// `paths` are the canonical paths of the routes; those with parameters are ignored.
    pub fn new<P: AsRef<str>>(paths: impl IntoIterator<Item = P>) -> Self {
        let mut known = KnownPaths::default();
        for path in paths {
            known.add(path.as_ref());
        }
        Self {
            known: Arc::new(known),
        }
    }
}

impl<S> Layer<S> for CanonicalPathLayer {
    type Service = CanonicalPath<S>;

    fn layer(&self, inner: S) -> CanonicalPath<S> {
        CanonicalPath {
            inner,
            known: Arc::clone(&self.known),
        }
    }
}

/// The service of [`CanonicalPathLayer`].
#[derive(Clone, Debug)]
pub struct CanonicalPath<S> {
    inner: S,
    known: Arc<KnownPaths>,
}

impl<S, B> Service<Request<B>> for CanonicalPath<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if let Some(uri) = self.known.rewrite(request.uri()) {
            *request.uri_mut() = uri;
        }
        self.inner.call(request)
    }
}

/// The routes without parameters, by their path without a trailing slash: a lookup needs no copy.
#[derive(Debug, Default)]
struct KnownPaths {
    forms: HashMap<String, SlashForms>,
}

/// Which forms of a path are routes: without and with a trailing slash.
#[derive(Clone, Copy, Debug, Default)]
struct SlashForms {
    bare: bool,
    slashed: bool,
}

impl KnownPaths {
    fn add(&mut self, path: &str) {
        if path.contains('{') {
            return;
        }
        let (stem, slashed) = split_slash(path);
        let forms = self.forms.entry(stem.to_owned()).or_default();
        forms.slashed |= slashed;
        forms.bare |= !slashed;
    }

    /// The canonical URI; `None`, without allocating, when `uri` is canonical already.
    fn rewrite(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path();
        let collapsed = collapse(path);
        let toggled = self.toggle(&collapsed);
        match (toggled, collapsed) {
            (Some(path), _) => with_path(uri, &path),
            (None, Cow::Owned(path)) => with_path(uri, &path),
            (None, Cow::Borrowed(_)) => None,
        }
    }

    fn toggle(&self, path: &str) -> Option<String> {
        let (stem, slashed) = split_slash(path);
        let forms = self.forms.get(stem)?;
        match slashed {
            true if forms.bare && !forms.slashed => Some(stem.to_owned()),
            false if forms.slashed && !forms.bare => Some(format!("{stem}/")),
            _ => None,
        }
    }
}

/// The redirect target for a path with a trailing slash: the path without it, and the query.
///
/// `None` when there is no such slash, and for what a browser would follow to another site: it treats a
/// backslash as a slash (URL standard, 4.4), and two of them start a host.
pub fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let bare = path.trim_end_matches('/');
    if bare.len() == path.len() || bare.is_empty() || bare.starts_with("//") || bare.contains('\\')
    {
        return None;
    }
    Some(match uri.query() {
        Some(query) => format!("{bare}?{query}"),
        None => bare.to_owned(),
    })
}

fn split_slash(path: &str) -> (&str, bool) {
    path.strip_suffix('/')
        .map_or((path, false), |stem| (stem, true))
}

fn collapse(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut single = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !single.ends_with('/') {
            single.push(character);
        }
    }
    Cow::Owned(single)
}

/// `uri` with another path and the same query; `None` for a URI that has no path, such as `*`.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path_and_query = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query.ok()?);
    Uri::from_parts(parts).ok()
}
