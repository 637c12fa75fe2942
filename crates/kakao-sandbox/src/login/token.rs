//! `POST /oauth/token`: a code or a refresh token for an access token. The client is checked
//! first, its secret in the body only; then what it brings.

use axum::Extension;
use axum::extract::State as Given;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::accounts::{ACCESS_SECONDS, AccessToken, Accounts, Code, RefreshToken};
use super::errors::KauthError;
use super::oidc::id_token;
use crate::connection::Wire;
use crate::faults::{Call, injection};
use crate::http::{Params, json};
use crate::random::random_hex;
use crate::settings::Settings;
use crate::state::{Entry, Shared};

/// Life of a refresh token, in seconds: 60 days less one.
const REFRESH_SECONDS: i64 = 5_183_999;
/// A refresh token with less than this left is replaced when used.
const RENEWAL_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What the id_token has to say, when one is due.
struct Granted {
    id: i64,
    openid: bool,
    nonce: Option<String>,
    answer: Value,
}

pub(super) async fn handle(
    Given(state): Given<Shared>,
    Extension(wire): Extension<Wire>,
    params: Params,
) -> Response {
    let strike = state.faults().strike(Call::Token, "", "");
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let answered = match grant(&state, &params) {
        Ok(granted) => complete(&state, granted).await,
        Err(error) => error.answer(),
    };
    state.journal.settled().await;
    injection::after(strike, answered, &wire).await
}

async fn complete(state: &Shared, granted: Granted) -> Response {
    let mut answer = granted.answer;
    if granted.openid {
        let token = id_token(state, granted.id, granted.nonce).await;
        answer["id_token"] = json!(token);
    }
    json(200, &answer)
}

fn grant(state: &Shared, params: &Params) -> Result<Granted, KauthError> {
    let kind = params.get("grant_type");
    if !matches!(kind, Some("authorization_code" | "refresh_token")) {
        return Err(KauthError::GRANT_TYPE);
    }
    check_client(params, &state.settings)?;
    let mut accounts = state.accounts();
    if kind == Some("refresh_token") {
        return refresh(state, &mut accounts, params);
    }
    let code = redeem(&mut accounts, params, state.clock.now())?;
    let now = state.clock.now();
    let issued = accounts.issued.entry(code.id).or_default();
    if !Accounts::within(issued, now, 600, 20) {
        return Err(KauthError::TOO_MANY);
    }
    let mut answer = access(state, &mut accounts, code.id);
    add_refresh_token(&mut answer, &mut accounts, now, code.id, code.openid);
    answer["scope"] = json!(scope_text(&accounts, code.id, code.openid));
    Ok(Granted {
        id: code.id,
        openid: code.openid,
        nonce: code.nonce,
        answer,
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
        Err(KauthError::BAD_SECRET)
    }
}

/// Takes the code out, so that it works once, even when the rest does not fit.
fn redeem(accounts: &mut Accounts, params: &Params, now: i64) -> Result<Code, KauthError> {
    let name = params.get("code").unwrap_or_default();
    let code = accounts
        .codes
        .remove(name)
        .ok_or(KauthError::UNKNOWN_CODE)?;
    if code.expires_at <= now {
        return Err(KauthError::UNKNOWN_CODE);
    }
    if params.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(KauthError::OTHER_REDIRECT);
    }
    if let Some(challenge) = &code.challenge {
        let verifier = params.get("code_verifier").unwrap_or_default();
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
            return Err(KauthError::WRONG_VERIFIER);
        }
    }
    Ok(code)
}

fn refresh(
    state: &Shared,
    accounts: &mut Accounts,
    params: &Params,
) -> Result<Granted, KauthError> {
    let name = params
        .get("refresh_token")
        .ok_or(KauthError::NO_REFRESH_TOKEN)?;
    let now = state.clock.now();
    let (id, openid, left) = match accounts.refresh.get(name) {
        Some(token) if token.expires_at > now => (token.id, token.openid, token.expires_at - now),
        _ => return Err(KauthError::DEAD_REFRESH_TOKEN),
    };
    if !Accounts::within(accounts.refreshed.entry(id).or_default(), now, 3_600, 30) {
        return Err(KauthError::TOO_MANY);
    }
    let mut answer = access(state, accounts, id);
    if left < RENEWAL_SECONDS {
        accounts.refresh.remove(name);
        add_refresh_token(&mut answer, accounts, now, id, openid);
    }
    Ok(Granted {
        id,
        openid,
        nonce: None,
        answer,
    })
}

fn access(state: &Shared, accounts: &mut Accounts, id: i64) -> Value {
    let expires_at = state.clock.now() + ACCESS_SECONDS;
    let token = AccessToken {
        id,
        app_id: state.settings.app_id,
        expires_at,
    };
    let name = accounts.issue(token.clone());
    state.journal.record(&Entry::Token(&name, &token));
    json!({"token_type": "bearer", "access_token": name, "expires_in": ACCESS_SECONDS})
}

fn add_refresh_token(answer: &mut Value, accounts: &mut Accounts, now: i64, id: i64, openid: bool) {
    let name = format!("RT-{}", random_hex(40));
    let token = RefreshToken {
        id,
        expires_at: now + REFRESH_SECONDS,
        openid,
    };
    accounts.refresh.insert(name.clone(), token);
    answer["refresh_token"] = json!(name);
    answer["refresh_token_expires_in"] = json!(REFRESH_SECONDS);
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
