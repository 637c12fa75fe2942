//! The page that searches members by name.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::{face, search_sql};
use crate::db::Conn;
use crate::identity::PageMember;
use crate::site::{Face, Shell, Tab, page};
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, QueryInput, Routes};

/// Characters of a search text beyond these are ignored.
const SEARCH_CHARACTERS_MAX: usize = 20;
/// Most members that are shown.
const FOUND_MAX: usize = 20;

/// `/explore/people`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/explore/people", get(search))
        .limited(Class::Search)
}

#[derive(Template)]
#[template(path = "people/search.html")]
struct SearchPage {
    shell: Shell,
    section: &'static str,
    query: String,
    found: Vec<Face>,
    /// There are others.
    more: bool,
}

async fn search(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    query: QueryInput,
) -> Result<Response, AppError> {
    let typed = query.optional_text("q")?.unwrap_or_default();
    let typed: String = typed.trim().chars().take(SEARCH_CHARACTERS_MAX).collect();
    let mut found = Vec::new();
    if !typed.is_empty() {
        let text = typed.clone();
        // One more than is shown, to detect whether there are others.
        let search =
            move |conn: &mut Conn| search_sql::search(conn, &text, member.key, FOUND_MAX + 1);
        for person in state.db.read_slow(search).await? {
            let row = person.profile;
            let image = row.image.as_deref();
            found.push(face(row.kakao_id, row.username, image, visitor.t));
        }
    }
    let more = found.len() > FOUND_MAX;
    found.truncate(FOUND_MAX);
    let title = visitor.t.say("explore.people");
    page(&SearchPage {
        shell: visitor.shell(&state, Tab::Explore, title).await?,
        section: "people",
        query: typed,
        found,
        more,
    })
}
