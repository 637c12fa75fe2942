//! Settings: language and colour theme for all visitors; sessions and notifications for members.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use funsun_domain::ids::SessionId;
use funsun_domain::time::Timestamp;

use super::login::clear_login;
use crate::db::{Conn, StorageError};
use crate::identity::sessions::{self, SessionRow, Sessions};
use crate::identity::{Cookie, Member, SignedForm, Visitor, VisitorForm, write_as};
use crate::notifications::{Kind, Preferences, preferences};
use crate::site::{Lang, Shell, Tab, Texts, Theme, page, see_other};
use crate::state::AppState;
use web::{AppError, PathInput, Routes};

/// Life of the cookies of language and theme.
const CHOICE_LIFE: Duration = Duration::from_secs(400 * 86_400);

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/settings", get(show).post(save))
        .route("/settings/notifications", post(save_notifications))
        .route("/settings/sessions/{id}/end", post(end_session))
        .route("/settings/sessions/end", post(end_others))
}

#[derive(Template)]
#[template(path = "members/settings.html")]
struct SettingsPage {
    shell: Shell,
    devices: Vec<Device>,
    kinds: Vec<Choice>,
    /// The application server key for push subscriptions (RFC 8292); empty for guests.
    push_key: String,
}

/// A kind of notification, and whether the member receives it.
struct Choice {
    name: &'static str,
    text: &'static str,
    enabled: bool,
}

/// A session as its owner sees it.
struct Device {
    id: i64,
    name: String,
    since: String,
    used: String,
    is_this: bool,
}

async fn show(State(state): State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let (mut devices, mut kinds, mut push_key) = (Vec::new(), Vec::new(), String::new());
    if let Some(member) = visitor.member {
        let list = move |conn: &mut Conn| sessions::list_live(conn, member.key);
        let now = state.clock.now();
        for row in state.db.read(list).await? {
            devices.push(Device {
                is_this: row.id == member.session.get(),
                ..device(row, visitor.t, now)
            });
        }
        // The current session first, then the others, most recently used first.
        devices.sort_by_key(|device: &Device| !device.is_this);
    }
    if let Some(member) = visitor.member {
        let find = move |conn: &mut Conn| preferences::find(conn, member.key);
        kinds = choices(&state.db.read(find).await?, visitor.t);
        push_key = state.push.public_key().to_owned();
    }
    let title = visitor.t.say("settings.title");
    page(&SettingsPage {
        shell: visitor.shell(&state, Tab::Me, title).await?,
        devices,
        kinds,
        push_key,
    })
}

fn choices(chosen: &Preferences, t: Texts) -> Vec<Choice> {
    Kind::ALL
        .into_iter()
        .filter(|kind| kind.can_be_muted())
        .map(|kind| Choice {
            name: kind.as_str(),
            text: t.say(&["settings.kind.", kind.as_str()].concat()),
            enabled: chosen.includes(kind),
        })
        .collect()
}

fn device(row: SessionRow, t: Texts, now: Timestamp) -> Device {
    let unknown = || t.say("settings.device_unknown").to_owned();
    Device {
        id: row.id,
        name: row.device.unwrap_or_else(unknown),
        since: t.date(Timestamp::from_micros(row.created_at)),
        used: t.ago(Timestamp::from_micros(row.last_used_at), now),
        is_this: false,
    }
}

async fn save(State(state): State<AppState>, form: VisitorForm) -> Result<Response, AppError> {
    let lang = chosen(&form, "lang").as_deref().and_then(Lang::parse);
    let theme = chosen(&form, "theme").as_deref().and_then(Theme::parse);
    if let Some(member) = form.visitor.member {
        change_preferences(&state, member, move |preferences| {
            preferences.lang = lang.unwrap_or(preferences.lang);
            preferences.theme = theme.unwrap_or(preferences.theme);
        })
        .await?;
    }
    let mut response = see_other("/settings?done=saved");
    let (headers, production) = (response.headers_mut(), !state.config.is_dev());
    if let Some(lang) = lang {
        Cookie::Lang.set(headers, lang.as_str(), CHOICE_LIFE, production);
    }
    if let Some(theme) = theme {
        Cookie::Theme.set(headers, theme.as_str(), CHOICE_LIFE, production);
    }
    Ok(response)
}

fn chosen(form: &VisitorForm, name: &str) -> Option<String> {
    form.input.optional_text(name).ok().flatten()
}

/// Changes a member's preferences, which also apply to push messages.
async fn change_preferences(
    state: &AppState,
    member: Member,
    change: impl Fn(&mut Preferences) + Send + Sync + 'static,
) -> Result<(), AppError> {
    let save = move |conn: &mut Conn| -> Result<(), StorageError> {
        let mut chosen = preferences::find(conn, member.key)?;
        change(&mut chosen);
        preferences::save(conn, member.key, &chosen)
    };
    Ok(write_as(state, member, save).await??)
}

/// Mutes the kinds that are absent: browsers do not send an unticked checkbox.
async fn save_notifications(
    State(state): State<AppState>,
    form: SignedForm,
) -> Result<Response, AppError> {
    let muted: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| kind.can_be_muted() && !form.input.contains(kind.as_str()))
        .collect();
    change_preferences(&state, form.member, move |preferences| {
        preferences.muted.clone_from(&muted);
    })
    .await?;
    Ok(see_other("/settings?done=saved"))
}

/// Ends one session; it may be the current one.
async fn end_session(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    form: SignedForm,
) -> Result<Response, AppError> {
    let Ok(id) = id.parse::<SessionId>() else {
        return Ok(see_other("/settings"));
    };
    sessions::end_one(&state, form.member.key, id).await?;
    if id != form.member.session {
        return Ok(see_other("/settings?done=session_ended"));
    }
    let mut response = see_other("/?done=logged_out");
    clear_login(&state, response.headers_mut());
    Ok(response)
}

/// Ends every session but the current one.
async fn end_others(State(state): State<AppState>, form: SignedForm) -> Result<Response, AppError> {
    sessions::end(&state, form.member, Sessions::Others).await?;
    Ok(see_other("/settings?done=others_ended"))
}
