//! People without a browser: make one, hand out tokens, send webhooks about them.

use axum::body::Bytes;
use axum::extract::{Path, State as Given};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{read, refused};
use crate::http::json;
use crate::login::{
    AccessToken, CONFIGURED, Person, StatusEvent, UnlinkNotice, is_configured, send_status,
    send_unlink,
};
use crate::state::{Entry, Shared, State};

/// Life of tokens handed out here, in seconds.
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
    /// Seconds; six hours when absent, negative for one that is over already.
    expires_in: Option<i64>,
}

pub(super) async fn list(Given(state): Given<Shared>) -> Response {
    let people: Vec<Value> = state.accounts().people().map(described).collect();
    json(200, &json!({"people": people}))
}

/// Makes a linked person, or replaces the one with this id, and hands out a token.
pub(super) async fn create(Given(state): Given<Shared>, body: Bytes) -> Response {
    let new: NewPerson = match read(&body) {
        Ok(new) => new,
        Err(detail) => return refused(400, &detail),
    };
    let consents = new.consents.unwrap_or_else(all_consents);
    if let Some(unknown) = consents.iter().find(|id| !is_configured(id)) {
        return refused(400, &format!("unknown consent {unknown}"));
    }
    let answer = {
        let mut accounts = state.accounts();
        let id = new.id.unwrap_or_else(|| accounts.free_id());
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
        accounts.put(person);
        drop(accounts);
        json!({"id": id, "access_token": issued(&state, id, state.settings.app_id, TOKEN_SECONDS)})
    };
    state.journal.settled().await;
    json(201, &answer)
}

/// A fresh token; links the person with all consents when they are not linked.
pub(super) async fn token(Given(state): Given<Shared>, Path(id): Path<i64>) -> Response {
    {
        let mut accounts = state.accounts();
        let Some(person) = accounts.find_mut(id) else {
            return refused(404, "no such person");
        };
        if person.link.is_none() {
            person.connect(all_consents(), state.clock.now());
            state.journal.record(&Entry::Person(person));
        }
    }
    let token = issued(&state, id, state.settings.app_id, TOKEN_SECONDS);
    state.journal.settled().await;
    json(201, &json!({"access_token": token}))
}

/// A token of any app for any number, to try token substitution and expiry.
pub(super) async fn foreign_token(Given(state): Given<Shared>, body: Bytes) -> Response {
    let asked: ForeignToken = match read(&body) {
        Ok(asked) => asked,
        Err(detail) => return refused(400, &detail),
    };
    {
        let mut accounts = state.accounts();
        if accounts.find(asked.id).is_none() {
            let nickname = format!("다른앱{}", asked.id % 10_000);
            let person = Person {
                id: asked.id,
                nickname,
                ..Person::default()
            };
            state.journal.record(&Entry::Person(&person));
            accounts.put(person);
        }
    }
    let seconds = asked.expires_in.unwrap_or(TOKEN_SECONDS);
    let token = issued(&state, asked.id, asked.app_id, seconds);
    state.journal.settled().await;
    json(201, &json!({"access_token": token}))
}

pub(super) async fn unlink(
    Given(state): Given<Shared>,
    Path(id): Path<i64>,
    body: Bytes,
) -> Response {
    match read::<UnlinkNotice>(&body) {
        Ok(notice) => delivered(send_unlink(&state, id, &notice).await),
        Err(detail) => refused(400, &detail),
    }
}

pub(super) async fn event(
    Given(state): Given<Shared>,
    Path(id): Path<i64>,
    body: Bytes,
) -> Response {
    match read::<StatusEvent>(&body) {
        Ok(event) => delivered(send_status(&state, id, &event).await),
        Err(detail) => refused(400, &detail),
    }
}

fn delivered(outcome: anyhow::Result<u16>) -> Response {
    match outcome {
        Ok(status) => json(200, &json!({"status": status})),
        Err(error) => refused(502, &format!("{error:#}")),
    }
}

fn issued(state: &State, id: i64, app_id: i64, seconds: i64) -> String {
    let token = AccessToken {
        id,
        app_id,
        expires_at: state.clock.now().saturating_add(seconds),
    };
    let mut accounts = state.accounts();
    let name = accounts.issue(token.clone());
    state.journal.record(&Entry::Token(&name, &token));
    name
}

fn all_consents() -> Vec<String> {
    CONFIGURED.iter().map(|scope| scope.id.to_owned()).collect()
}

fn described(person: &Person) -> Value {
    json!({"id": person.id, "nickname": person.nickname, "linked": person.link.is_some(),
        "consents": person.link.as_ref().map(|link| &link.consents)})
}
