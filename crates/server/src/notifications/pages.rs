//! What one was told, as a page.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};

use super::{list, mark_all_read, words};
use crate::accounts::{PageMember, SignedForm, write_as};
use crate::db::Conn;
use crate::site::{Shell, Tab, page, see_other};
use crate::state::AppState;
use crate::web::AppError;
use crate::web::paging::{Cursor, PageQuery};

/// `/notifications…`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/notifications", get(show))
        .route("/notifications/read", post(read))
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
    title: String,
    body: String,
    path: String,
    when: String,
    unread: bool,
    /// What was said.
    said: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let (t, now) = (visitor.t, state.clock.now());
    let told = move |conn: &mut Conn| list(conn, member.key, position.cursor());
    let told = state.db.read(told).await?;
    let line = |item| {
        let words = words(t, &item);
        Line {
            title: words.title,
            body: words.body,
            path: words.path,
            when: t.ago(item.at, now),
            unread: item.unread,
            said: item.message,
        }
    };
    let title = t.say("nav.notifications");
    page(&ListPage {
        shell: visitor.shell(&state, Tab::Notifications, title).await?,
        items: told.items.into_iter().map(line).collect(),
        next: told.next.map(Cursor::encode),
    })
}

async fn read(State(state): State<AppState>, form: SignedForm) -> Result<Response, AppError> {
    let (key, now) = (form.member.key, state.clock.now());
    let mark = move |conn: &mut Conn| mark_all_read(conn, key, now);
    write_as(&state, form.member, mark).await??;
    Ok(see_other("/notifications?done=read"))
}
