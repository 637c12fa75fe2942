//! The pages about supports: giving one, changing its message, taking it back, thanking for it.

mod change;
mod give;

use crate::state::AppState;
use web::Routes;

/// `/fundings/{id}/support`, `/supports/…`.
pub fn router() -> Routes<AppState> {
    Routes::new().merge(give::router()).merge(change::router())
}
