//! Kakao Login: the OAuth code flow of the web app, verification of access tokens sent by the mobile app, the
//! member's profile, unlinking, and the unlink webhook.

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

/// Kakao Login's URLs and our credentials.
#[derive(Clone, Debug)]
pub struct LoginConfig {
    /// The kauth server, such as `https://kauth.kakao.com`.
    pub auth_url: String,
    /// The kapi server, such as `https://kapi.kakao.com`.
    pub api_url: String,
    /// Our app's id; tokens and webhooks of other apps are refused.
    pub app_id: i64,
    /// The REST API key, sent in the clear as `client_id`.
    pub rest_key: String,
    /// The client secret of the REST key; empty when disabled in the console.
    pub client_secret: Secret,
    /// The admin key, needed for unlinking and the webhook: when it is empty, both are refused.
    pub admin_key: Secret,
}

/// Parameters of the authorization request.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeRequest<'a> {
    /// Must exactly equal a URI registered in the console.
    pub redirect_uri: &'a str,
    /// Returned unchanged; binds the response to this browser.
    pub state: &'a str,
    /// Copied into the ID token, where one is issued.
    pub nonce: Option<&'a str>,
    /// [`crate::pkce::Pkce::challenge`].
    pub pkce_challenge: &'a str,
    /// Consent items, comma separated; `None` requests those configured in the console.
    pub scope: Option<&'a str>,
}

/// The tokens issued for a code or a refresh token.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Authorises calls to the user API for the member.
    pub access_token: Secret,
    /// Lifetime of the access token in seconds, if Kakao sent it.
    pub expires_in: Option<i64>,
    /// For the next access token; after a refresh that returned none, the one that was used.
    pub refresh_token: Option<Secret>,
}

/// Kakao's information about an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The Kakao user id of the member it was issued for.
    pub id: i64,
    /// The app it was issued to.
    pub app_id: i64,
    /// Remaining lifetime in seconds, if Kakao sent it.
    pub expires_in: Option<i64>,
}

/// A Kakao Login client. Cheap to clone; clones share one connection pool.
#[derive(Clone, Debug)]
pub struct LoginClient {
    config: LoginConfig,
    auth: BaseUrl,
    api: BaseUrl,
    client: Client,
}

impl LoginClient {
    /// Checks the settings; opens no connection.
    ///
    /// # Errors
    /// [`SetupError`] names the unusable setting.
    pub fn new(config: LoginConfig) -> Result<Self, SetupError> {
        Self::with_timeouts(config, Timeouts::default())
    }

    /// [`LoginClient::new`] with other timeouts.
    ///
    /// # Errors
    /// [`SetupError`] names the unusable setting.
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

    /// The URL of Kakao's login page for this request.
    #[must_use]
    pub fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> String {
        let url = self.auth.at("/oauth/authorize");
        let mut url = Url::parse(&url).expect("a checked base URL with a fixed path is a URL");
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
