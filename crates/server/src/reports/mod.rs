//! Reports: a member flags a funding, an account or a support; an operator reviews it later.

mod api;
pub mod pages;
mod sql;

use crate::state::AppState;
use web::Routes;

/// `/report/`.
pub fn router() -> Routes<AppState> {
    api::router()
}
