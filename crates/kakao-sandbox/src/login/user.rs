//! The user API of kapi: profile, token info, logout, unlink, consents.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::errors::KapiError;
use super::profile::ProfileView;
use super::scopes::{CONFIGURED, listed};
use super::subject::{Subject, authorization, bearer_token};
use crate::connection::ConnectionHandle;
use crate::faults::{Call, InjectedFault, injection};
use crate::http::{Params, json};
use crate::state::{Entry, SharedState};

/// Shorter texts are malformed tokens.
const TOKEN_BYTES_MIN: usize = 8;

pub(super) async fn me(
    State(state): State<SharedState>,
    Extension(connection): Extension<ConnectionHandle>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let injected = injected_fault(&state, Call::UserMe, &headers);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let response = into_response(profile_body(&state, &headers, &params));
    injection::after(injected, response, &connection).await
}

pub(super) async fn access_token_info(
    State(state): State<SharedState>,
    Extension(connection): Extension<ConnectionHandle>,
    headers: HeaderMap,
) -> Response {
    let injected = injected_fault(&state, Call::TokenInfo, &headers);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let response = into_response(token_info(&state, &headers));
    injection::after(injected, response, &connection).await
}

pub(super) async fn log_out(
    State(state): State<SharedState>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let response = into_response(revoke_tokens(&state, &headers, &params));
    state.journal.flush().await;
    response
}

pub(super) async fn unlink(
    State(state): State<SharedState>,
    Extension(connection): Extension<ConnectionHandle>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let user = params.get("target_id").unwrap_or_default();
    let injected = state.faults().inject(Call::Unlink, "", user);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let subject = Subject::authenticate(&state, &state.accounts(), &headers, &params);
    let response = into_response(subject.map(|subject| {
        remove_link(&state, subject.id);
        json!({"id": subject.id})
    }));
    state.journal.flush().await;
    injection::after(injected, response, &connection).await
}

pub(super) async fn scopes(
    State(state): State<SharedState>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let accounts = state.accounts();
    into_response(
        Subject::authenticate(&state, &accounts, &headers, &params).map(|subject| {
            let link = accounts
                .find(subject.id)
                .and_then(|person| person.link.as_ref());
            json!({"id": subject.id, "scopes": listed(link)})
        }),
    )
}

pub(super) async fn revoke_scopes(
    State(state): State<SharedState>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let response = into_response(revoke_consents(&state, &headers, &params));
    state.journal.flush().await;
    response
}

/// Removes the link of an account and revokes all its tokens for this app.
pub(crate) fn remove_link(state: &SharedState, id: i64) {
    let mut accounts = state.accounts();
    let revoked = accounts.revoke_all(id, state.settings.app_id);
    state.journal.record(&Entry::TokensGone(&revoked));
    if let Some(person) = accounts.find_mut(id) {
        person.link = None;
        state.journal.record(&Entry::Person(person));
    }
}

fn profile_body(
    state: &SharedState,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Value, KapiError> {
    let accounts = state.accounts();
    let subject = Subject::authenticate(state, &accounts, headers, params)?;
    let person = accounts.find(subject.id).ok_or(KapiError::NotLinked)?;
    let foreign = subject.app_id != state.settings.app_id;
    if !foreign && person.link.is_none() {
        return Err(KapiError::NotLinked);
    }
    let keys = match params.get("property_keys") {
        None => None,
        Some(text) => {
            let keys: Vec<String> = serde_json::from_str(text)
                .map_err(|_| KapiError::BadParameter("property_keys must be a JSON array"))?;
            Some(keys)
        }
    };
    let secure = params.get("secure_resource") == Some("true");
    ProfileView {
        person,
        foreign,
        secure,
    }
    .to_json(keys.as_deref())
    .map_err(|_| KapiError::BadPropertyKey)
}

fn token_info(state: &SharedState, headers: &HeaderMap) -> Result<Value, KapiError> {
    let plausible = authorization(headers)
        .strip_prefix("Bearer ")
        .is_some_and(|token| {
            token.len() >= TOKEN_BYTES_MIN && token.bytes().all(|byte| byte.is_ascii_graphic())
        });
    if !plausible {
        return Err(KapiError::BadParameter("access token is malformed"));
    }
    let accounts = state.accounts();
    let now = state.clock.now();
    let (_, token) = bearer_token(&accounts, headers, now)?;
    Ok(json!({"id": token.id, "expires_in": token.expires_at - now, "app_id": token.app_id}))
}

fn revoke_tokens(
    state: &SharedState,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Value, KapiError> {
    let mut accounts = state.accounts();
    let subject = Subject::authenticate(state, &accounts, headers, params)?;
    let revoked = match subject.token {
        Some(name) => {
            let names = vec![name];
            accounts.remove_access(&names);
            names
        }
        None => accounts.revoke_all(subject.id, subject.app_id),
    };
    state.journal.record(&Entry::TokensGone(&revoked));
    Ok(json!({"id": subject.id}))
}

fn revoke_consents(
    state: &SharedState,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Value, KapiError> {
    let mut accounts = state.accounts();
    let subject = Subject::authenticate(state, &accounts, headers, params)?;
    let requested: Vec<String> = params
        .get("scopes")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or(KapiError::BadParameter("scopes must be a JSON array"))?;
    let revocable = |id: &String| {
        CONFIGURED
            .iter()
            .any(|scope| scope.id == id && !scope.required)
    };
    if !requested.iter().all(revocable) {
        return Err(KapiError::BadParameter("scope is not revocable"));
    }
    let person = accounts.find_mut(subject.id).ok_or(KapiError::NotLinked)?;
    if let Some(link) = &mut person.link {
        link.consents.retain(|consent| !requested.contains(consent));
    }
    state.journal.record(&Entry::Person(person));
    Ok(json!({"id": subject.id, "scopes": listed(person.link.as_ref())}))
}

fn injected_fault(state: &SharedState, call: Call, headers: &HeaderMap) -> Option<InjectedFault> {
    let user = {
        let accounts = state.accounts();
        let owner =
            bearer_token(&accounts, headers, i64::MIN).map(|(_, token)| token.id.to_string());
        owner.unwrap_or_default()
    };
    state.faults().inject(call, "", &user)
}

fn into_response(result: Result<Value, KapiError>) -> Response {
    match result {
        Ok(body) => json(200, &body),
        Err(error) => error.response(),
    }
}
