//! The login pages: choose a person, choose consents, redirect back with a code. A person who is
//! linked and has given all requested consents is redirected immediately.

use askama::Template;
use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::accounts::{Accounts, AuthorizationCode};
use super::people::Person;
use super::request::AuthorizeRequest;
use super::scopes::{CONFIGURED, Scope};
use crate::http::{Params, page, redirect, with_query};
use crate::random::random_hex;
use crate::state::{Entry, SharedState};

/// Lifetime of an authorization code in seconds; Kakao does not publish its own.
const CODE_SECONDS: i64 = 600;
const COOKIE_NAME: &str = "kakao_sandbox_session";

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage<'a> {
    hidden_fields: &'a [(String, String)],
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
    hidden_fields: &'a [(String, String)],
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
    State(state): State<SharedState>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    let request = match AuthorizeRequest::parse(&params, &state.settings) {
        Ok(request) => request,
        Err(code) => return error_page(code),
    };
    let session_person = session_id(&headers).and_then(|name| {
        let accounts = state.accounts();
        accounts
            .sessions
            .get(name)
            .and_then(|&id| accounts.find(id).cloned())
    });
    if request.has_prompt("none") {
        return redirect(&silent_redirect(&state, &request, session_person.as_ref()));
    }
    let must_ask_again = ["login", "select_account", "create"]
        .iter()
        .any(|word| request.has_prompt(word));
    match session_person {
        Some(person) if !must_ask_again => continue_login(&state, &request, &person),
        _ => people_page(&state, &request),
    }
}

/// Handles the choice of an existing or a new person, and starts the browser's session.
pub(super) async fn log_in(State(state): State<SharedState>, params: Params) -> Response {
    let request = match AuthorizeRequest::parse(&params, &state.settings) {
        Ok(request) => request,
        Err(code) => return error_page(code),
    };
    let name = random_hex(32);
    let person = {
        let mut accounts = state.accounts();
        let person = match params.get("person") {
            Some("new") => {
                let person = new_person(&mut accounts, &params);
                state.journal.record(&Entry::Person(&person));
                accounts.insert(person.clone());
                Some(person)
            }
            id => id.and_then(|id| accounts.find(id.parse().ok()?).cloned()),
        };
        let Some(person) = person else {
            return error_page("KOE204");
        };
        accounts.sessions.insert(name.clone(), person.id);
        person
    };
    let mut response = continue_login(&state, &request, &person);
    // Without Secure, since the sandbox serves plain HTTP.
    let cookie = format!("{COOKIE_NAME}={name}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}

/// Handles the consent form: `decision` is `all`, `nickname`, `chosen` (with `agree`) or `cancel`.
pub(super) async fn consent(State(state): State<SharedState>, params: Params) -> Response {
    let request = match AuthorizeRequest::parse(&params, &state.settings) {
        Ok(request) => request,
        Err(code) => return error_page(code),
    };
    let requested: Vec<String> = requested_scopes(&request)
        .map(|scope| scope.id.to_owned())
        .collect();
    let agreed = match params.get("decision") {
        Some("all") => requested,
        Some("nickname") => Vec::new(),
        Some("chosen") => requested
            .into_iter()
            .filter(|id| params.all("agree").any(|agreed| agreed == id))
            .collect(),
        Some("cancel") => {
            return redirect(&request.error_redirect("access_denied", "User denied access"));
        }
        _ => return error_page("KOE204"),
    };
    let location = {
        let mut accounts = state.accounts();
        let now = state.clock.now();
        let id = params
            .get("person")
            .and_then(|id| id.parse().ok())
            .unwrap_or_default();
        let Some(person) = accounts.find_mut(id) else {
            return error_page("KOE204");
        };
        person.connect(agreed, now);
        state.journal.record(&Entry::Person(person));
        redirect_with_code(&mut accounts, &request, id, now)
    };
    state.journal.flush().await;
    redirect(&location)
}

/// "Log out with the Kakao account": ends the browser session.
pub(super) async fn log_out(
    State(state): State<SharedState>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    if params.get("client_id") != Some(state.settings.rest_key.as_str()) {
        return error_page("KOE101");
    }
    let Some(uri) = params.get("logout_redirect_uri") else {
        return error_page("KOE207");
    };
    if !state.settings.accepts_host_of(uri) {
        return error_page("KOE007");
    }
    if let Some(name) = session_id(&headers) {
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

/// `prompt=none`: redirects with a code or an error and shows no page.
fn silent_redirect(
    state: &SharedState,
    request: &AuthorizeRequest,
    person: Option<&Person>,
) -> String {
    let Some(person) = person else {
        return request.error_redirect("login_required", "user is not logged in");
    };
    if missing_scopes(request, person).is_empty() {
        return redirect_with_code(&mut state.accounts(), request, person.id, state.clock.now());
    }
    request.error_redirect("consent_required", "user consent required")
}

fn continue_login(state: &SharedState, request: &AuthorizeRequest, person: &Person) -> Response {
    let scopes = missing_scopes(request, person);
    if scopes.is_empty() {
        let location =
            redirect_with_code(&mut state.accounts(), request, person.id, state.clock.now());
        return redirect(&location);
    }
    let nickname = &person.nickname;
    page(
        200,
        &ConsentPage {
            hidden_fields: &request.hidden_fields,
            person: person.id,
            nickname,
            scopes,
        },
    )
}

/// The consents to ask for: all on the first login, later only those requested and not yet given.
fn missing_scopes(request: &AuthorizeRequest, person: &Person) -> Vec<&'static Scope> {
    if person.link.is_none() {
        return requested_scopes(request).collect();
    }
    requested_scopes(request)
        .filter(|scope| !request.scopes.is_empty() && !person.has_consented(scope.id))
        .collect()
}

fn requested_scopes(request: &AuthorizeRequest) -> impl Iterator<Item = &'static Scope> {
    CONFIGURED.iter().filter(|scope| {
        scope.required
            || request.scopes.is_empty()
            || request.scopes.iter().any(|id| id == scope.id)
    })
}

fn redirect_with_code(
    accounts: &mut Accounts,
    request: &AuthorizeRequest,
    id: i64,
    now: i64,
) -> String {
    accounts.codes.retain(|_, code| code.expires_at > now);
    let name = random_hex(48);
    let code = AuthorizationCode {
        id,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        openid: request.openid(),
        expires_at: now + CODE_SECONDS,
    };
    accounts.codes.insert(name.clone(), code);
    request.redirect_with(&[("code", &name)])
}

fn new_person(accounts: &mut Accounts, params: &Params) -> Person {
    let owned = |name| params.get(name).map(str::to_owned);
    Person {
        id: accounts.next_free_id(),
        nickname: owned("nickname").unwrap_or_else(|| "새 친구".to_owned()),
        email_verified: params.get("email").is_some(),
        email: owned("email"),
        birthday: owned("birthday"),
        ..Person::default()
    }
}

fn people_page(state: &SharedState, request: &AuthorizeRequest) -> Response {
    let people = state.accounts().people().take(50).map(person_row).collect();
    page(
        200,
        &PeoplePage {
            hidden_fields: &request.hidden_fields,
            people,
        },
    )
}

fn person_row(person: &Person) -> Row {
    Row {
        id: person.id,
        initial: person.nickname.chars().next().unwrap_or('?'),
        nickname: person.nickname.clone(),
        note: person.note(),
    }
}

fn session_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

fn error_page(code: &str) -> Response {
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
