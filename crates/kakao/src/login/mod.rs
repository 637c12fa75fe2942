//! Kakao Login: the OAuth code flow for our web app, verification of the tokens the mobile app brings,
//! the member's profile, unlinking, and the webhook by which Kakao tells that somebody unlinked.

mod calls;
mod error;
mod user;
mod webhook;

use reqwest::{Client, Url};

pub use error::{LoginError, Outage};
pub use user::{Gender, KakaoUser, KakaoUserId};
pub use webhook::{UnlinkNotice, WebhookError};

use crate::http::{self, BaseUrl};
use crate::{Secret, SetupError, Timeouts};

/// Where Kakao Login is and who we are there.
#[derive(Clone, Debug)]
pub struct LoginConfig {
    /// The kauth server, such as `https://kauth.kakao.com`.
    pub auth_url: String,
    /// The kapi server, such as `https://kapi.kakao.com`.
    pub api_url: String,
    /// The number of our app; tokens and webhooks of other apps are refused.
    pub app_id: i64,
    /// The REST API key, sent openly as `client_id`.
    pub rest_key: String,
    /// The client secret of the REST key; empty when it is switched off in the console.
    pub client_secret: Secret,
    /// The admin key: unlinking and the webhook need it. When it is empty both are refused.
    pub admin_key: Secret,
}

/// What the browser is sent to Kakao with.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeRequest<'a> {
    /// Must equal an address registered in the console, exactly.
    pub redirect_uri: &'a str,
    /// Returned unchanged; ties the answer to this browser.
    pub state: &'a str,
    /// Copied into the identity token, where one is issued.
    pub nonce: Option<&'a str>,
    /// [`crate::pkce::Pkce::challenge`].
    pub pkce_challenge: &'a str,
    /// Consent items, comma separated; `None` asks for what the console has configured.
    pub scope: Option<&'a str>,
}

/// The answer to a code or a refresh token.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Calls the user API for the member.
    pub access_token: Secret,
    /// Seconds the access token lives, when told.
    pub expires_in: Option<i64>,
    /// Gets the next access token; after a refresh that brings none, the one that was used.
    pub refresh_token: Option<Secret>,
}

/// What Kakao says about an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The member it stands for.
    pub id: i64,
    /// The app it was issued to.
    pub app_id: i64,
    /// Seconds it still lives, when told.
    pub expires_in: Option<i64>,
}

/// Talks to Kakao Login. Cheap to clone; clones share one connection pool.
#[derive(Clone, Debug)]
pub struct LoginClient {
    config: LoginConfig,
    auth: BaseUrl,
    api: BaseUrl,
    client: Client,
}

impl LoginClient {
    /// Checks the settings; connects to nothing yet.
    ///
    /// # Errors
    /// [`SetupError`] names the setting that is unusable.
    pub fn new(config: LoginConfig) -> Result<Self, SetupError> {
        Self::with_timeouts(config, Timeouts::default())
    }

    /// As [`LoginClient::new`], with other time limits.
    ///
    /// # Errors
    /// [`SetupError`] names the setting that is unusable.
    pub fn with_timeouts(config: LoginConfig, timeouts: Timeouts) -> Result<Self, SetupError> {
        let auth = BaseUrl::parse("the Kakao Login address", &config.auth_url)?;
        let api = BaseUrl::parse("the Kakao API address", &config.api_url)?;
        if config.rest_key.is_empty() {
            return Err(SetupError::BadKey {
                setting: "the Kakao REST key",
            });
        }
        if http::authorization("KakaoAK", config.admin_key.expose()).is_none() {
            return Err(SetupError::BadKey {
                setting: "the Kakao admin key",
            });
        }
        let client = http::client(timeouts, &[&auth, &api])?;
        Ok(Self {
            config,
            auth,
            api,
            client,
        })
    }

    /// The address of Kakao's login page for this attempt.
    #[must_use]
    pub fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> String {
        let address = self.auth.at("/oauth/authorize");
        let mut url = Url::parse(&address).expect("a checked address with a fixed path is a URL");
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.rest_key)
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("state", request.state)
            .append_pair("code_challenge", request.pkce_challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(nonce) = request.nonce {
            query.append_pair("nonce", nonce);
        }
        if let Some(scope) = request.scope.filter(|scope| !scope.is_empty()) {
            query.append_pair("scope", scope);
        }
        drop(query);
        url.into()
    }
}
