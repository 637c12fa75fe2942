//! Looking around: public fundings, members by name, and what one has supported.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::{CardView, cards};
use crate::db::Conn;
use crate::fundings::lists;
use crate::identity::{PageMember, Visitor};
use crate::people::{face, search_sql};
use crate::site::{Face, Shell, Tab, page};
use crate::state::AppState;
use web::paging::PageQuery;
use web::{AppError, QueryInput};

/// Characters of a search that are looked at.
const SEARCH_CHARACTERS_MAX: usize = 20;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/explore", get(public))
        .route("/explore/people", get(people))
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

#[derive(Template)]
#[template(path = "people/search.html")]
struct People {
    shell: Shell,
    section: &'static str,
    query: String,
    found: Vec<Face>,
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

async fn people(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    query: QueryInput,
) -> Result<Response, AppError> {
    let typed = query.optional_text("q")?.unwrap_or_default();
    let typed: String = typed.trim().chars().take(SEARCH_CHARACTERS_MAX).collect();
    let mut found = Vec::new();
    if !typed.is_empty() {
        let text = typed.clone();
        let search = move |conn: &mut Conn| search_sql::search(conn, &text, member.key);
        for (row, _) in state.db.read_slow(search).await? {
            let image = row.image.as_deref();
            found.push(face(row.kakao_id, row.username, image, visitor.t));
        }
    }
    let title = visitor.t.say("explore.people");
    page(&People {
        shell: visitor.shell(&state, Tab::Explore, title).await?,
        section: "people",
        query: typed,
        found,
    })
}
