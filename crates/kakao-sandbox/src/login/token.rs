//! `POST /oauth/token`: exchanges a code or a refresh token for an access token. The client is
//! authenticated first, by a secret in the body only; then the grant is checked.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::accounts::{ACCESS_SECONDS, AccessToken, Accounts, AuthorizationCode, RefreshToken};
use super::errors::KauthError;
use super::oidc::id_token;
use crate::connection::ConnectionHandle;
use crate::faults::{Call, injection};
use crate::http::{Params, json};
use crate::random::random_hex;
use crate::settings::Settings;
use crate::state::{Entry, SharedState};

/// Lifetime of a refresh token: 60 days less one second.
const REFRESH_SECONDS: i64 = 5_183_999;
/// A refresh token with less remaining lifetime than this, in seconds, is replaced on use.
const RENEWAL_SECONDS: i64 = 30 * 24 * 60 * 60;

/// A successful grant: the response body, and what an id_token needs.
struct TokenGrant {
    id: i64,
    openid: bool,
    nonce: Option<String>,
    body: Value,
}

pub(super) async fn handle(
    State(state): State<SharedState>,
    Extension(connection): Extension<ConnectionHandle>,
    params: Params,
) -> Response {
    let injected = state.faults().inject(Call::Token, "", "");
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let response = match grant(&state, &params) {
        Ok(granted) => token_response(&state, granted).await,
        Err(error) => error.response(),
    };
    state.journal.flush().await;
    injection::after(injected, response, &connection).await
}

async fn token_response(state: &SharedState, granted: TokenGrant) -> Response {
    let mut body = granted.body;
    if granted.openid {
        let token = id_token(state, granted.id, granted.nonce).await;
        body["id_token"] = json!(token);
    }
    json(200, &body)
}

fn grant(state: &SharedState, params: &Params) -> Result<TokenGrant, KauthError> {
    let kind = params.get("grant_type");
    if !matches!(kind, Some("authorization_code" | "refresh_token")) {
        return Err(KauthError::UNSUPPORTED_GRANT_TYPE);
    }
    check_client(params, &state.settings)?;
    let mut accounts = state.accounts();
    if kind == Some("refresh_token") {
        return refresh_access(state, &mut accounts, params);
    }
    let code = redeem_code(&mut accounts, params, state.clock.now())?;
    let now = state.clock.now();
    let issued = accounts.issued.entry(code.id).or_default();
    if !Accounts::within_limit(issued, now, 600, 20) {
        return Err(KauthError::RATE_LIMITED);
    }
    let mut body = issue_access_token(state, &mut accounts, code.id);
    add_refresh_token(&mut body, &mut accounts, now, code.id, code.openid);
    body["scope"] = json!(scope_text(&accounts, code.id, code.openid));
    Ok(TokenGrant {
        id: code.id,
        openid: code.openid,
        nonce: code.nonce,
        body,
    })
}

fn check_client(params: &Params, settings: &Settings) -> Result<(), KauthError> {
    if params.get("client_id") != Some(settings.rest_key.as_str()) {
        return Err(KauthError::UNKNOWN_CLIENT);
    }
    let secret = params.get("client_secret").unwrap_or_default();
    if bool::from(secret.as_bytes().ct_eq(settings.client_secret.as_bytes())) {
        Ok(())
    } else {
        Err(KauthError::WRONG_SECRET)
    }
}

/// Takes the code out, so that it works once, even when the rest does not fit.
fn redeem_code(
    accounts: &mut Accounts,
    params: &Params,
    now: i64,
) -> Result<AuthorizationCode, KauthError> {
    let name = params.get("code").unwrap_or_default();
    let code = accounts
        .codes
        .remove(name)
        .ok_or(KauthError::UNKNOWN_CODE)?;
    if code.expires_at <= now {
        return Err(KauthError::UNKNOWN_CODE);
    }
    if params.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(KauthError::REDIRECT_MISMATCH);
    }
    if let Some(challenge) = &code.challenge {
        let verifier = params.get("code_verifier").unwrap_or_default();
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
            return Err(KauthError::WRONG_VERIFIER);
        }
    }
    Ok(code)
}

fn refresh_access(
    state: &SharedState,
    accounts: &mut Accounts,
    params: &Params,
) -> Result<TokenGrant, KauthError> {
    let name = params
        .get("refresh_token")
        .ok_or(KauthError::MISSING_REFRESH_TOKEN)?;
    let now = state.clock.now();
    let (id, openid, left) = match accounts.refresh.get(name) {
        Some(token) if token.expires_at > now => (token.id, token.openid, token.expires_at - now),
        _ => return Err(KauthError::INVALID_REFRESH_TOKEN),
    };
    if !Accounts::within_limit(accounts.refreshed.entry(id).or_default(), now, 3_600, 30) {
        return Err(KauthError::RATE_LIMITED);
    }
    let mut body = issue_access_token(state, accounts, id);
    if left < RENEWAL_SECONDS {
        accounts.refresh.remove(name);
        add_refresh_token(&mut body, accounts, now, id, openid);
    }
    Ok(TokenGrant {
        id,
        openid,
        nonce: None,
        body,
    })
}

fn issue_access_token(state: &SharedState, accounts: &mut Accounts, id: i64) -> Value {
    let expires_at = state.clock.now() + ACCESS_SECONDS;
    let token = AccessToken {
        id,
        app_id: state.settings.app_id,
        expires_at,
    };
    let name = accounts.issue_access(token.clone());
    state.journal.record(&Entry::Token(&name, &token));
    json!({"token_type": "bearer", "access_token": name, "expires_in": ACCESS_SECONDS})
}

fn add_refresh_token(body: &mut Value, accounts: &mut Accounts, now: i64, id: i64, openid: bool) {
    let name = format!("RT-{}", random_hex(40));
    let token = RefreshToken {
        id,
        expires_at: now + REFRESH_SECONDS,
        openid,
    };
    accounts.refresh.insert(name.clone(), token);
    body["refresh_token"] = json!(name);
    body["refresh_token_expires_in"] = json!(REFRESH_SECONDS);
}

fn scope_text(accounts: &Accounts, id: i64, openid: bool) -> String {
    let link = accounts.find(id).and_then(|person| person.link.as_ref());
    let consents = link
        .map(|link| link.consents.iter().map(String::as_str))
        .into_iter()
        .flatten();
    openid
        .then_some("openid")
        .into_iter()
        .chain(consents)
        .collect::<Vec<_>>()
        .join(" ")
}
