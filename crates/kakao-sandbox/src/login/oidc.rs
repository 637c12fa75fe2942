//! OpenID Connect: discovery, keys, id_tokens, userinfo and the debugging endpoint for id_tokens.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::accounts::ACCESS_SECONDS;
use super::errors::{KapiError, KauthError};
use super::people::Person;
use super::subject::Subject;
use crate::http::{Params, json, origin};
use crate::state::SharedState;

/// Account status events are pushed: sent by POST to the receiver.
const PUSH_DELIVERY: &str = "https://schemas.openid.net/secevent/risc/delivery-method/push";

pub(super) async fn discovery(State(state): State<SharedState>, headers: HeaderMap) -> Response {
    let here = origin(&headers, &state.base);
    json(
        200,
        &json!({
            "issuer": state.base,
            "authorization_endpoint": format!("{here}/oauth/authorize"),
            "token_endpoint": format!("{here}/oauth/token"),
            "userinfo_endpoint": format!("{here}/v1/oidc/userinfo"),
            "jwks_uri": format!("{here}/.well-known/jwks.json"),
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "request_uri_parameter_supported": false,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["iss", "aud", "sub", "auth_time", "exp", "iat", "nonce",
                "nickname", "picture", "email"],
        }),
    )
}

pub(super) async fn event_discovery(
    State(state): State<SharedState>,
    headers: HeaderMap,
) -> Response {
    let here = origin(&headers, &state.base);
    json(
        200,
        &json!({
            "issuer": state.base,
            "jwks_uri": format!("{here}/.well-known/jwks.json"),
            "delivery_methods_supported": [PUSH_DELIVERY],
        }),
    )
}

pub(super) async fn jwks(State(state): State<SharedState>) -> Response {
    match state.keys.public().await {
        Ok(keys) => json(200, &keys),
        Err(error) => {
            tracing::error!(%error, "generating a signing key failed");
            json(500, &json!({"error": "server_error"}))
        }
    }
}

/// Decodes an id_token without verifying it: Kakao offers this for debugging only.
pub(super) async fn token_info(params: Params) -> Response {
    let claims = params
        .get("id_token")
        .and_then(|token| token.split('.').nth(1))
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match claims {
        Some(claims @ Value::Object(_)) => json(200, &claims),
        _ => KauthError::MALFORMED_ID_TOKEN.response(),
    }
}

pub(super) async fn user_info(
    State(state): State<SharedState>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let accounts = state.accounts();
    let subject = match Subject::authenticate(&state, &accounts, &headers, &params) {
        Ok(subject) => subject,
        Err(error) => return error.response(),
    };
    let Some(person) = accounts.find(subject.id) else {
        return KapiError::NotLinked.response();
    };
    if !person.has_consented("profile_nickname") {
        return KapiError::ScopeMissing("openid").response();
    }
    let mut claims = profile_claims(person);
    claims["sub"] = json!(person.id.to_string());
    if person.has_consented("account_email") && person.email.is_some() {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(person.email_verified);
    }
    if person.has_consented("gender") && person.gender.is_some() {
        claims["gender"] = json!(person.gender);
    }
    json(200, &claims)
}

/// A signed id_token for `id`; `None` when signing failed, which is logged.
pub(super) async fn id_token(
    state: &SharedState,
    id: i64,
    nonce: Option<String>,
) -> Option<String> {
    let now = state.clock.now();
    let mut claims = {
        let accounts = state.accounts();
        accounts.find(id).map(profile_claims)?
    };
    claims["iss"] = json!(state.base);
    claims["aud"] = json!(state.settings.rest_key);
    claims["sub"] = json!(id.to_string());
    claims["iat"] = json!(now);
    claims["auth_time"] = json!(now);
    claims["exp"] = json!(now + ACCESS_SECONDS);
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    match state.keys.sign("JWT", &claims).await {
        Ok(token) => Some(token),
        Err(error) => {
            tracing::error!(%error, "signing an id_token failed");
            None
        }
    }
}

/// `nickname`, `picture` and `email`, each only with consent, the e-mail only if verified.
fn profile_claims(person: &Person) -> Value {
    let mut claims = json!({});
    if person.has_consented("profile_nickname") {
        claims["nickname"] = json!(person.nickname);
    }
    if person.has_consented("profile_image") && person.has_picture {
        claims["picture"] = json!(format!(
            "https://img.kakao.example/people/{}/t110.jpg",
            person.id
        ));
    }
    if person.has_consented("account_email") && person.email_verified {
        claims["email"] = json!(person.email);
    }
    claims
}
