//! Reports: a member flags a funding, an account or a support; an operator looks at it later.

mod api;
pub mod pages;
mod sql;

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// `/report/`.
pub fn router() -> OpenApiRouter<AppState> {
    api::router()
}
