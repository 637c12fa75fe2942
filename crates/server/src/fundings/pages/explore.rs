//! The explore pages: public fundings, and those that the member has supported.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::{CardView, cards};
use crate::db::Conn;
use crate::fundings::lists;
use crate::identity::{PageMember, Visitor};
use crate::site::{Shell, Tab, page};
use crate::state::AppState;
use web::paging::PageQuery;
use web::{AppError, Routes};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/explore", get(public))
        .route("/explore/supported", get(supported))
}

#[derive(Template)]
#[template(path = "fundings/explore.html")]
struct Explore {
    shell: Shell,
    section: &'static str,
    cards: Vec<CardView>,
    next: Option<String>,
}

async fn public(
    State(state): State<AppState>,
    visitor: Visitor,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let list = move |conn: &mut Conn| lists::list_public(conn, position);
    let (cards, next) = cards(&state, state.db.read(list).await?, visitor.t);
    let title = visitor.t.say("explore.title");
    page(&Explore {
        shell: visitor.shell(&state, Tab::Explore, title).await?,
        section: "public",
        cards,
        next,
    })
}

async fn supported(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let list = move |conn: &mut Conn| lists::list_joined(conn, member.key, position);
    let (cards, next) = cards(&state, state.db.read(list).await?, visitor.t);
    let title = visitor.t.say("explore.supported");
    page(&Explore {
        shell: visitor.shell(&state, Tab::Explore, title).await?,
        section: "supported",
        cards,
        next,
    })
}
