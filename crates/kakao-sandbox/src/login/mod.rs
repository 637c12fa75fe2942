//! Kakao Login: login and consent pages, tokens, OpenID Connect, the user API, and the webhooks
//! that notify a service of unlinked accounts.

mod accounts;
mod authorize;
mod errors;
mod keys;
mod oidc;
mod people;
mod profile;
mod request;
mod scopes;
mod subject;
mod token;
mod user;
mod webhooks;

pub(crate) use accounts::{AccessToken, Accounts};
pub(crate) use keys::Keys;
pub(crate) use people::Person;
pub use people::{CastMember, cast_members};
pub(crate) use scopes::{CONFIGURED, is_configured};
pub(crate) use webhooks::{
    StatusEvent, UnlinkWebhook, client as webhook_client, send_status_event, send_unlink,
};

use axum::Router;
use axum::routing::{get, post};

use crate::state::SharedState;

/// All routes of kauth and kapi.
pub(crate) fn router() -> Router<SharedState> {
    Router::new()
        .route("/oauth/authorize", get(authorize::open))
        .route("/sandbox/login", post(authorize::log_in))
        .route("/sandbox/consent", post(authorize::consent))
        .route("/oauth/logout", get(authorize::log_out))
        .route("/oauth/token", post(token::handle))
        .route("/oauth/tokeninfo", post(oidc::token_info))
        .route("/.well-known/openid-configuration", get(oidc::discovery))
        .route("/.well-known/sse-configuration", get(oidc::event_discovery))
        .route("/.well-known/jwks.json", get(oidc::jwks))
        .route(
            "/v1/oidc/userinfo",
            get(oidc::user_info).post(oidc::user_info),
        )
        .route("/v2/user/me", get(user::me).post(user::me))
        .route("/v1/user/access_token_info", get(user::access_token_info))
        .route("/v1/user/logout", post(user::log_out))
        .route("/v1/user/unlink", post(user::unlink))
        .route("/v2/user/scopes", get(user::scopes))
        .route("/v2/user/revoke/scopes", post(user::revoke_scopes))
}
