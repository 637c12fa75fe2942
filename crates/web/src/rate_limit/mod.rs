//! Rate limits by account or address and class of request. A caller over the limit gets 429 and the time to
//! wait; memory stays bounded, however many addresses an attacker sends from.

mod limiter;
mod route_classes;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, Ready, ready};
use http::{Extensions, HeaderMap, Request, Uri};
use tower::{Layer, Service};

use self::limiter::Limiter;
use super::client_address::TrustedProxies;
use super::error::AppError;

pub use self::route_classes::{ClassMatcher, RouteClasses};

/// The kind of a request, for its rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Logins; always counted by address.
    Login,
    /// Calls that prepare or approve a payment at the provider.
    Payment,
    /// Searches.
    Search,
    /// Link preview images, which may have to be rendered.
    Preview,
    /// Requests that decode an uploaded picture or fetch from another server, both costly when repeated.
    Upload,
    /// Pages that payers return to: they call the provider, but payers without cookies may share an address.
    PayerReturn,
}

/// The rate of one class.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Requests a minute, sustained.
    pub per_minute: NonZeroU32,
    /// Requests that may arrive at once.
    pub burst: NonZeroU32,
}

/// The rate of every class.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// For [`Class::Read`].
    pub read: Rate,
    /// For [`Class::Write`].
    pub write: Rate,
    /// For [`Class::Login`].
    pub login: Rate,
    /// For [`Class::Payment`].
    pub payment: Rate,
    /// For [`Class::Search`].
    pub search: Rate,
    /// For [`Class::Preview`].
    pub preview: Rate,
    /// For [`Class::Upload`].
    pub upload: Rate,
    /// For [`Class::PayerReturn`].
    pub payer_return: Rate,
}

/// Returns the account of a request's verified token. It may store the verified token in the extensions, so
/// that the handler does not verify again.
pub type AccountOf = Arc<dyn Fn(&HeaderMap, &mut Extensions) -> Option<String> + Send + Sync>;

/// Renders the refusal of a request over its limit, from the request's headers and URI.
pub type RenderRefusal = Arc<dyn Fn(&HeaderMap, &Uri, AppError) -> Response + Send + Sync>;

/// The client's address, as determined for this request; in its extensions.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl Rate {
    /// A rate of `per_minute` requests, `burst` of them at once. Zero counts as one.
    pub const fn new(per_minute: u32, burst: u32) -> Self {
        Self {
            per_minute: non_zero(per_minute),
            burst: non_zero(burst),
        }
    }
}

impl Default for Rates {
    /// Generous for reads, strict where a request could guess a secret, charge money or enumerate members.
    fn default() -> Self {
        Self {
            read: Rate::new(1200, 300),
            write: Rate::new(120, 60),
            login: Rate::new(20, 20),
            payment: Rate::new(30, 15),
            search: Rate::new(60, 30),
            preview: Rate::new(120, 60),
            upload: Rate::new(20, 20),
            payer_return: Rate::new(240, 60),
        }
    }
}

/// The limiters of all classes.
pub struct RateLimits {
    limiters: [Limiter; 8],
    proxies: TrustedProxies,
    classes: ClassMatcher,
    account_of: AccountOf,
    render: RenderRefusal,
}

impl RateLimits {
    /// Creates a limiter for each class.
    pub fn new(
        rates: &Rates,
        proxies: TrustedProxies,
        classes: RouteClasses,
        account_of: AccountOf,
    ) -> Self {
        let limiters = [
            rates.read,
            rates.write,
            rates.login,
            rates.payment,
            rates.search,
            rates.preview,
            rates.upload,
            rates.payer_return,
        ]
        .map(Limiter::new);
        Self {
            limiters,
            proxies,
            classes: classes.matcher(),
            account_of,
            render: Arc::new(|_, _, refusal| refusal.into_response()),
        }
    }

    /// Renders refusals by `render` instead of as JSON.
    #[must_use]
    pub fn rendering(mut self, render: RenderRefusal) -> Self {
        self.render = render;
        self
    }

    /// Evicts the keys whose whole budget is available again. Also done automatically from time to time.
    pub fn evict_idle(&self) {
        for limiter in &self.limiters {
            limiter.sweep();
        }
    }

    /// Number of keys in memory, over all classes.
    pub fn tracked_keys(&self) -> usize {
        self.limiters.iter().map(Limiter::tracked_keys).sum()
    }

    /// Counts one request.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    fn check<B>(&self, request: &mut Request<B>) -> Result<(), AppError> {
        let class = self
            .classes
            .class_of(request.uri().path(), request.method());
        let address = self
            .proxies
            .client_address(request.headers(), request.extensions());
        request.extensions_mut().insert(ClientAddress(address));
        let account = self.account(class, request);
        self.limiters[class.index()].check(account, address)
    }

    /// A login is counted by address even with a valid token: otherwise each account would add a budget for
    /// guessing other accounts' credentials.
    fn account<B>(&self, class: Class, request: &mut Request<B>) -> Option<String> {
        if class == Class::Login {
            return None;
        }
        // A request's headers and extensions can't be borrowed separately.
        let mut extensions = std::mem::take(request.extensions_mut());
        let account = (self.account_of)(request.headers(), &mut extensions);
        *request.extensions_mut() = extensions;
        account
    }
}

impl Class {
    fn index(self) -> usize {
        match self {
            Self::Read => 0,
            Self::Write => 1,
            Self::Login => 2,
            Self::Payment => 3,
            Self::Search => 4,
            Self::Preview => 5,
            Self::Upload => 6,
            Self::PayerReturn => 7,
        }
    }
}

/// Counts requests and refuses those over the limit; [`RateLimitLayer::off`] accepts everything.
///
/// Wrap it around a complete router: it finds the class by path and method before the request is routed.
#[derive(Clone)]
pub struct RateLimitLayer {
    limits: Option<Arc<RateLimits>>,
}

impl RateLimitLayer {
    /// Enforces `limits`.
    pub fn new(limits: Arc<RateLimits>) -> Self {
        Self {
            limits: Some(limits),
        }
    }

    /// Limits nothing.
    pub fn off() -> Self {
        Self { limits: None }
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimited<S>;

    fn layer(&self, inner: S) -> RateLimited<S> {
        RateLimited {
            inner,
            limits: self.limits.clone(),
        }
    }
}

/// The service of [`RateLimitLayer`].
#[derive(Clone)]
pub struct RateLimited<S> {
    inner: S,
    limits: Option<Arc<RateLimits>>,
}

impl<S, B> Service<Request<B>> for RateLimited<S>
where
    S: Service<Request<B>, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let Some(limits) = &self.limits else {
            return Either::Left(self.inner.call(request));
        };
        match limits.check(&mut request) {
            Ok(()) => Either::Left(self.inner.call(request)),
            Err(refusal) => {
                let response = (limits.render)(request.headers(), request.uri(), refusal);
                Either::Right(ready(Ok(response)))
            }
        }
    }
}

const fn non_zero(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}
