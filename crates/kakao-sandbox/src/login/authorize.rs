//! The browser's part of the login: pick a person, give or withhold consents, go back with a code.
//! A person who is linked and has consented to what is asked goes back at once.

use askama::Template;
use axum::extract::State as Given;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::accounts::{Accounts, Code};
use super::people::Person;
use super::request::AuthorizeRequest;
use super::scopes::{CONFIGURED, Scope};
use crate::http::{Params, page, redirect, with_query};
use crate::random::random_hex;
use crate::state::{Entry, Shared};

/// Life of an authorization code in seconds; Kakao's own figure is not published.
const CODE_SECONDS: i64 = 600;
const COOKIE_NAME: &str = "kakao_sandbox_session";

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage<'a> {
    carried: &'a [(String, String)],
    people: Vec<Row>,
}

struct Row {
    id: i64,
    initial: char,
    nickname: String,
    note: String,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    carried: &'a [(String, String)],
    person: i64,
    nickname: &'a str,
    scopes: Vec<&'static Scope>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
    code: &'a str,
}

pub(super) async fn open(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let request = match AuthorizeRequest::read(&params, &state.settings) {
        Ok(request) => request,
        Err(code) => return refusal_page(code),
    };
    let known = session(&headers).and_then(|name| {
        let accounts = state.accounts();
        accounts
            .sessions
            .get(name)
            .and_then(|&id| accounts.find(id).cloned())
    });
    if request.prompts("none") {
        return redirect(&silent(&state, &request, known.as_ref()));
    }
    let asks_again = ["login", "select_account", "create"]
        .iter()
        .any(|word| request.prompts(word));
    match known {
        Some(person) if !asks_again => proceed(&state, &request, &person),
        _ => people_page(&state, &request),
    }
}

/// A person was picked or made up: the browser is logged in from here on.
pub(super) async fn log_in(Given(state): Given<Shared>, params: Params) -> Response {
    let request = match AuthorizeRequest::read(&params, &state.settings) {
        Ok(request) => request,
        Err(code) => return refusal_page(code),
    };
    let name = random_hex(32);
    let person = {
        let mut accounts = state.accounts();
        let found = match params.get("person") {
            Some("new") => {
                let person = made_up(&mut accounts, &params);
                state.journal.record(&Entry::Person(&person));
                accounts.put(person.clone());
                Some(person)
            }
            picked => picked.and_then(|id| accounts.find(id.parse().ok()?).cloned()),
        };
        let Some(person) = found else {
            return refusal_page("KOE204");
        };
        accounts.sessions.insert(name.clone(), person.id);
        person
    };
    let mut response = proceed(&state, &request, &person);
    // Not Secure, for the sandbox speaks plain HTTP.
    let cookie = format!("{COOKIE_NAME}={name}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}

/// The consent page's answer: `decision` is `all`, `nickname`, `chosen` (with `agree`) or `cancel`.
pub(super) async fn consent(Given(state): Given<Shared>, params: Params) -> Response {
    let request = match AuthorizeRequest::read(&params, &state.settings) {
        Ok(request) => request,
        Err(code) => return refusal_page(code),
    };
    let asked: Vec<String> = asked(&request).map(|scope| scope.id.to_owned()).collect();
    let agreed = match params.get("decision") {
        Some("all") => asked,
        Some("nickname") => Vec::new(),
        Some("chosen") => asked
            .into_iter()
            .filter(|id| params.all("agree").any(|tick| tick == id))
            .collect(),
        Some("cancel") => {
            return redirect(&request.refused("access_denied", "User denied access"));
        }
        _ => return refusal_page("KOE204"),
    };
    let location = {
        let mut accounts = state.accounts();
        let now = state.clock.now();
        let id = params
            .get("person")
            .and_then(|id| id.parse().ok())
            .unwrap_or_default();
        let Some(person) = accounts.find_mut(id) else {
            return refusal_page("KOE204");
        };
        person.connect(agreed, now);
        state.journal.record(&Entry::Person(person));
        with_code(&mut accounts, &request, id, now)
    };
    state.journal.settled().await;
    redirect(&location)
}

/// "Log out with the Kakao account": ends the browser's session.
pub(super) async fn log_out(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    if params.get("client_id") != Some(state.settings.rest_key.as_str()) {
        return refusal_page("KOE101");
    }
    let Some(uri) = params.get("logout_redirect_uri") else {
        return refusal_page("KOE207");
    };
    if !state.settings.accepts_host_of(uri) {
        return refusal_page("KOE007");
    }
    if let Some(name) = session(&headers) {
        state.accounts().sessions.remove(name);
    }
    let pairs: Vec<_> = params
        .get("state")
        .map(|value| ("state", value))
        .into_iter()
        .collect();
    let location = if pairs.is_empty() {
        uri.to_owned()
    } else {
        with_query(uri, &pairs)
    };
    redirect(&location)
}

/// `prompt=none`: a code or an error, never a page.
fn silent(state: &Shared, request: &AuthorizeRequest, person: Option<&Person>) -> String {
    let Some(person) = person else {
        return request.refused("login_required", "user is not logged in");
    };
    if lacking(request, person).is_empty() {
        return with_code(&mut state.accounts(), request, person.id, state.clock.now());
    }
    request.refused("consent_required", "user consent required")
}

fn proceed(state: &Shared, request: &AuthorizeRequest, person: &Person) -> Response {
    let scopes = lacking(request, person);
    if scopes.is_empty() {
        let location = with_code(&mut state.accounts(), request, person.id, state.clock.now());
        return redirect(&location);
    }
    let nickname = &person.nickname;
    page(
        200,
        &ConsentPage {
            carried: &request.carried,
            person: person.id,
            nickname,
            scopes,
        },
    )
}

/// The items to ask for: all at the first link, later only those named and not yet given.
fn lacking(request: &AuthorizeRequest, person: &Person) -> Vec<&'static Scope> {
    if person.link.is_none() {
        return asked(request).collect();
    }
    asked(request)
        .filter(|scope| !request.scopes.is_empty() && !person.agreed(scope.id))
        .collect()
}

fn asked(request: &AuthorizeRequest) -> impl Iterator<Item = &'static Scope> {
    CONFIGURED.iter().filter(|scope| {
        scope.required
            || request.scopes.is_empty()
            || request.scopes.iter().any(|asked| asked == scope.id)
    })
}

fn with_code(accounts: &mut Accounts, request: &AuthorizeRequest, id: i64, now: i64) -> String {
    accounts.codes.retain(|_, code| code.expires_at > now);
    let name = random_hex(48);
    let code = Code {
        id,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        openid: request.openid(),
        expires_at: now + CODE_SECONDS,
    };
    accounts.codes.insert(name.clone(), code);
    request.back(&[("code", &name)])
}

fn made_up(accounts: &mut Accounts, params: &Params) -> Person {
    let owned = |name| params.get(name).map(str::to_owned);
    Person {
        id: accounts.free_id(),
        nickname: owned("nickname").unwrap_or_else(|| "새 친구".to_owned()),
        email_verified: params.get("email").is_some(),
        email: owned("email"),
        birthday: owned("birthday"),
        ..Person::default()
    }
}

fn people_page(state: &Shared, request: &AuthorizeRequest) -> Response {
    let people = state.accounts().people().take(50).map(row).collect();
    page(
        200,
        &PeoplePage {
            carried: &request.carried,
            people,
        },
    )
}

fn row(person: &Person) -> Row {
    Row {
        id: person.id,
        initial: person.nickname.chars().next().unwrap_or('?'),
        nickname: person.nickname.clone(),
        note: person.note(),
    }
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

fn refusal_page(code: &str) -> Response {
    let text = match code {
        "KOE006" => "등록하지 않은 리다이렉트 URI입니다. (redirect_uri)",
        "KOE007" => "등록하지 않은 로그아웃 리다이렉트 URI입니다. (logout_redirect_uri)",
        "KOE101" => "잘못된 앱 키입니다. (client_id)",
        "KOE201" => "지원하지 않는 response_type입니다.",
        "KOE202" => "response_type=token은 지원하지 않습니다.",
        "KOE205" => "설정하지 않은 동의항목을 요청했습니다. (scope)",
        "KOE207" => "필수 파라미터가 없습니다.",
        _ => "잘못된 파라미터입니다.",
    };
    let title = "서비스 설정에 오류가 있습니다";
    page(400, &Notice { title, text, code })
}
