//! The page of a member's notifications.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};

use super::{list, mark_all_read, render};
use crate::db::Conn;
use crate::identity::{PageMember, SignedForm, write_as};
use crate::site::{Shell, Tab, page, see_other};
use crate::state::AppState;
use web::paging::{Cursor, PageQuery};
use web::{AppError, PathInput, Routes};

/// `/notifications…`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/notifications", get(show))
        .route("/notifications/read", post(read))
        .route("/notifications/{id}", get(open))
}

#[derive(Template)]
#[template(path = "notifications/list.html")]
struct ListPage {
    shell: Shell,
    items: Vec<Line>,
    next: Option<String>,
}

/// One notification.
struct Line {
    id: i64,
    title: String,
    body: String,
    when: String,
    unread: bool,
    /// The supporter's message, or the author's thanks.
    said: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let (t, now) = (visitor.t, state.clock.now());
    let list = move |conn: &mut Conn| list(conn, member.key, position.cursor());
    let found = state.db.read(list).await?;
    let line = |item| {
        let text = render(t, &item);
        Line {
            id: item.id,
            title: text.title,
            body: text.body,
            when: t.ago(item.at, now),
            unread: item.unread,
            said: item.message,
        }
    };
    let title = t.say("nav.notifications");
    page(&ListPage {
        shell: visitor.shell(&state, Tab::Notifications, title).await?,
        items: found.items.into_iter().map(line).collect(),
        next: found.next.map(Cursor::encode),
    })
}

/// Marks a notification as read and redirects to its subject.
async fn open(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<i64>,
) -> Result<Response, AppError> {
    let now = state.clock.now();
    let open = move |conn: &mut Conn| list::open(conn, member.key, id, now);
    let opened = write_as(&state, member, open).await??;
    let path = opened.map(|item| render(visitor.t, &item).path);
    Ok(see_other(path.as_deref().unwrap_or("/notifications")))
}

async fn read(State(state): State<AppState>, form: SignedForm) -> Result<Response, AppError> {
    let (key, now) = (form.member.key, state.clock.now());
    let mark = move |conn: &mut Conn| mark_all_read(conn, key, now);
    write_as(&state, form.member, mark).await??;
    Ok(see_other("/notifications?done=read"))
}
