//! Accounts without a browser: create one, issue tokens, send webhooks about them.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{error_response, parse_body};
use crate::http::json;
use crate::login::{
    AccessToken, CONFIGURED, Person, StatusEvent, UnlinkWebhook, is_configured, send_status_event,
    send_unlink,
};
use crate::state::{Entry, SandboxState, SharedState};

/// Lifetime of tokens issued here, in seconds.
const TOKEN_SECONDS: i64 = 21_599;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    id: Option<i64>,
    nickname: Option<String>,
    email: Option<String>,
    /// True when absent.
    email_verified: Option<bool>,
    birthday: Option<String>,
    gender: Option<String>,
    age_range: Option<String>,
    #[serde(default)]
    has_picture: bool,
    /// All configured items when absent.
    consents: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignToken {
    app_id: i64,
    id: i64,
    /// Seconds; six hours when absent, negative for an expired token.
    expires_in: Option<i64>,
}

pub(super) async fn list(State(state): State<SharedState>) -> Response {
    let people: Vec<Value> = state.accounts().people().map(summary).collect();
    json(200, &json!({"people": people}))
}

/// Creates a linked person, or replaces the one with this id, and issues a token.
pub(super) async fn create(State(state): State<SharedState>, body: Bytes) -> Response {
    let new: NewPerson = match parse_body(&body) {
        Ok(new) => new,
        Err(detail) => return error_response(400, &detail),
    };
    let consents = new.consents.unwrap_or_else(all_consents);
    if let Some(unknown) = consents.iter().find(|id| !is_configured(id)) {
        return error_response(400, &format!("unknown consent {unknown}"));
    }
    let answer = {
        let mut accounts = state.accounts();
        let id = new.id.unwrap_or_else(|| accounts.next_free_id());
        let mut person = Person {
            id,
            nickname: new
                .nickname
                .unwrap_or_else(|| format!("친구{}", id % 10_000)),
            email_verified: new.email_verified.unwrap_or(true),
            email: new.email,
            birthday: new.birthday,
            gender: new.gender,
            age_range: new.age_range,
            has_picture: new.has_picture,
            ..Person::default()
        };
        person.connect(consents, state.clock.now());
        state.journal.record(&Entry::Person(&person));
        accounts.insert(person);
        drop(accounts);
        let token = issue_token(&state, id, state.settings.app_id, TOKEN_SECONDS);
        json!({"id": id, "access_token": token})
    };
    state.journal.flush().await;
    json(201, &answer)
}

/// Issues a token; links the person with all consents if not linked.
pub(super) async fn token(State(state): State<SharedState>, Path(id): Path<i64>) -> Response {
    {
        let mut accounts = state.accounts();
        let Some(person) = accounts.find_mut(id) else {
            return error_response(404, "no such person");
        };
        if person.link.is_none() {
            person.connect(all_consents(), state.clock.now());
            state.journal.record(&Entry::Person(person));
        }
    }
    let token = issue_token(&state, id, state.settings.app_id, TOKEN_SECONDS);
    state.journal.flush().await;
    json(201, &json!({"access_token": token}))
}

/// Issues a token of any app for any user id, to test token substitution and expiry.
pub(super) async fn foreign_token(State(state): State<SharedState>, body: Bytes) -> Response {
    let request: ForeignToken = match parse_body(&body) {
        Ok(request) => request,
        Err(detail) => return error_response(400, &detail),
    };
    {
        let mut accounts = state.accounts();
        if accounts.find(request.id).is_none() {
            let nickname = format!("다른앱{}", request.id % 10_000);
            let person = Person {
                id: request.id,
                nickname,
                ..Person::default()
            };
            state.journal.record(&Entry::Person(&person));
            accounts.insert(person);
        }
    }
    let seconds = request.expires_in.unwrap_or(TOKEN_SECONDS);
    let token = issue_token(&state, request.id, request.app_id, seconds);
    state.journal.flush().await;
    json(201, &json!({"access_token": token}))
}

pub(super) async fn unlink(
    State(state): State<SharedState>,
    Path(id): Path<i64>,
    body: Bytes,
) -> Response {
    match parse_body::<UnlinkWebhook>(&body) {
        Ok(webhook) => delivery_response(send_unlink(&state, id, &webhook).await),
        Err(detail) => error_response(400, &detail),
    }
}

pub(super) async fn event(
    State(state): State<SharedState>,
    Path(id): Path<i64>,
    body: Bytes,
) -> Response {
    match parse_body::<StatusEvent>(&body) {
        Ok(event) => delivery_response(send_status_event(&state, id, &event).await),
        Err(detail) => error_response(400, &detail),
    }
}

fn delivery_response(outcome: anyhow::Result<u16>) -> Response {
    match outcome {
        Ok(status) => json(200, &json!({"status": status})),
        Err(error) => error_response(502, &format!("{error:#}")),
    }
}

fn issue_token(state: &SandboxState, id: i64, app_id: i64, seconds: i64) -> String {
    let token = AccessToken {
        id,
        app_id,
        expires_at: state.clock.now().saturating_add(seconds),
    };
    let mut accounts = state.accounts();
    let name = accounts.issue_access(token.clone());
    state.journal.record(&Entry::Token(&name, &token));
    name
}

fn all_consents() -> Vec<String> {
    CONFIGURED.iter().map(|scope| scope.id.to_owned()).collect()
}

fn summary(person: &Person) -> Value {
    json!({"id": person.id, "nickname": person.nickname, "linked": person.link.is_some(),
        "consents": person.link.as_ref().map(|link| &link.consents)})
}
