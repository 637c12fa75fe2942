//! The front door: what FunSun is for guests, the friends' fundings for members.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::accounts::Visitor;
use crate::site::{Shell, Tab, page};
use crate::state::AppState;
use crate::web::AppError;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/", get(front))
}

#[derive(Template)]
#[template(path = "fundings/landing.html")]
struct Landing {
    shell: Shell,
}

#[derive(Template)]
#[template(path = "fundings/home.html")]
struct Home {
    shell: Shell,
}

async fn front(State(state): State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    if visitor.member.is_none() {
        let title = visitor.t.say("landing.title");
        let shell = visitor.shell(&state, Tab::None, title).await?;
        return page(&Landing { shell });
    }
    let title = visitor.t.say("home.title");
    let shell = visitor.shell(&state, Tab::Home, title).await?;
    page(&Home { shell })
}
