//! The user API of kapi: who is it, which app is the token of, log out, unlink, consents.

use axum::Extension;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::errors::KapiError;
use super::profile::View;
use super::scopes::{CONFIGURED, listed};
use super::subject::{Subject, bearer, header};
use crate::connection::Wire;
use crate::faults::{Call, Strike, injection};
use crate::http::{Params, json};
use crate::state::{Entry, Shared};

/// Shorter or stranger texts are no tokens at all.
const TOKEN_BYTES_MIN: usize = 8;

pub(super) async fn me(
    Given(state): Given<Shared>,
    Extension(wire): Extension<Wire>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let strike = strike(&state, Call::UserMe, &headers);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let answered = answer(find_me(&state, &headers, &params));
    injection::after(strike, answered, &wire).await
}

pub(super) async fn access_token_info(
    Given(state): Given<Shared>,
    Extension(wire): Extension<Wire>,
    headers: HeaderMap,
) -> Response {
    let strike = strike(&state, Call::TokenInfo, &headers);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let answered = answer(token_facts(&state, &headers));
    injection::after(strike, answered, &wire).await
}

pub(super) async fn log_out(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let answered = answer(end_tokens(&state, &headers, &params));
    state.journal.settled().await;
    answered
}

pub(super) async fn unlink(
    Given(state): Given<Shared>,
    Extension(wire): Extension<Wire>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let user = params.get("target_id").unwrap_or_default();
    let strike = state.faults().strike(Call::Unlink, "", user);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let subject = Subject::read(&state, &state.accounts(), &headers, &params);
    let answered = answer(subject.map(|subject| {
        disconnect(&state, subject.id);
        json!({"id": subject.id})
    }));
    state.journal.settled().await;
    injection::after(strike, answered, &wire).await
}

pub(super) async fn scopes(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let accounts = state.accounts();
    answer(
        Subject::read(&state, &accounts, &headers, &params).map(|subject| {
            let link = accounts
                .find(subject.id)
                .and_then(|person| person.link.as_ref());
            json!({"id": subject.id, "scopes": listed(link)})
        }),
    )
}

pub(super) async fn revoke_scopes(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let answered = answer(withdraw(&state, &headers, &params));
    state.journal.settled().await;
    answered
}

/// Ends the link of an account and all its tokens in this app.
pub(crate) fn disconnect(state: &Shared, id: i64) {
    let mut accounts = state.accounts();
    let gone = accounts.revoke_all(id, state.settings.app_id);
    state.journal.record(&Entry::TokensGone(&gone));
    if let Some(person) = accounts.find_mut(id) {
        person.link = None;
        state.journal.record(&Entry::Person(person));
    }
}

fn find_me(state: &Shared, headers: &HeaderMap, params: &Params) -> Result<Value, KapiError> {
    let accounts = state.accounts();
    let subject = Subject::read(state, &accounts, headers, params)?;
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
    View {
        person,
        foreign,
        secure,
    }
    .answer(keys.as_deref())
    .map_err(|_| KapiError::BadPropertyKey)
}

fn token_facts(state: &Shared, headers: &HeaderMap) -> Result<Value, KapiError> {
    let plausible = header(headers)
        .strip_prefix("Bearer ")
        .is_some_and(|token| {
            token.len() >= TOKEN_BYTES_MIN && token.bytes().all(|byte| byte.is_ascii_graphic())
        });
    if !plausible {
        return Err(KapiError::BadParameter("access token is malformed"));
    }
    let accounts = state.accounts();
    let now = state.clock.now();
    let (_, token) = bearer(&accounts, headers, now)?;
    Ok(json!({"id": token.id, "expires_in": token.expires_at - now, "app_id": token.app_id}))
}

fn end_tokens(state: &Shared, headers: &HeaderMap, params: &Params) -> Result<Value, KapiError> {
    let mut accounts = state.accounts();
    let subject = Subject::read(state, &accounts, headers, params)?;
    let gone = match subject.token {
        Some(name) => {
            let names = vec![name];
            accounts.forget_access(&names);
            names
        }
        None => accounts.revoke_all(subject.id, subject.app_id),
    };
    state.journal.record(&Entry::TokensGone(&gone));
    Ok(json!({"id": subject.id}))
}

fn withdraw(state: &Shared, headers: &HeaderMap, params: &Params) -> Result<Value, KapiError> {
    let mut accounts = state.accounts();
    let subject = Subject::read(state, &accounts, headers, params)?;
    let named: Vec<String> = params
        .get("scopes")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or(KapiError::BadParameter("scopes must be a JSON array"))?;
    let revocable = |id: &String| {
        CONFIGURED
            .iter()
            .any(|scope| scope.id == id && !scope.required)
    };
    if !named.iter().all(revocable) {
        return Err(KapiError::BadParameter("scope is not revocable"));
    }
    let person = accounts.find_mut(subject.id).ok_or(KapiError::NotLinked)?;
    if let Some(link) = &mut person.link {
        link.consents.retain(|consent| !named.contains(consent));
    }
    state.journal.record(&Entry::Person(person));
    Ok(json!({"id": subject.id, "scopes": listed(person.link.as_ref())}))
}

fn strike(state: &Shared, call: Call, headers: &HeaderMap) -> Option<Strike> {
    let user = {
        let accounts = state.accounts();
        let owner = bearer(&accounts, headers, i64::MIN).map(|(_, token)| token.id.to_string());
        owner.unwrap_or_default()
    };
    state.faults().strike(call, "", &user)
}

fn answer(result: Result<Value, KapiError>) -> Response {
    match result {
        Ok(body) => json(200, &body),
        Err(error) => error.answer(),
    }
}
