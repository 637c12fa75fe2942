//! Passing a funding on.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::show::{Missing, funding_id};
use crate::accounts::Visitor;
use crate::db::Conn;
use crate::fundings::sql;
use crate::fundings::visibility::EVERYBODY;
use crate::site::{Shell, Tab, page};
use crate::state::AppState;
use crate::web::{AppError, PathInput};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}/share", get(show))
}

#[derive(Template)]
#[template(path = "fundings/share.html")]
struct SharePage {
    shell: Shell,
    id: i64,
    funding: String,
    url: String,
    public: bool,
}

async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let viewer = visitor.viewer().key();
    let find = move |conn: &mut Conn| sql::find_detail(conn, id, viewer);
    let found = state.db.read(find).await?;
    let (card, _, _) = found.ok_or(Missing::Unknown)?;
    let title = visitor.t.say("share.title");
    page(&SharePage {
        shell: visitor.shell(&state, Tab::None, title).await?,
        id: card.id,
        public: card.visible_to == EVERYBODY,
        funding: card.title,
        url: format!("{}/fundings/{}", state.public_url, card.id),
    })
}
