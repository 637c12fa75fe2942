//! Payments: made ready, approved, given back; swept up when something broke in between; audited.

mod api;
pub mod approve;
pub mod audit;
mod audit_sql;
mod context;
pub mod gateway;
pub mod history;
pub mod kakaopay;
pub mod pages;
mod prepare;
pub mod refund;
pub mod sql;
pub mod stored;
pub mod sweep;

use utoipa_axum::router::OpenApiRouter;

pub use context::StepContext;
pub use prepare::{
    Created, NewPayment, PrepareOutcome, PrepareRefusal, Purpose, create_payment, prepare,
    store_prepared,
};
pub use sql::get;
pub use stored::StoredPayment;

use crate::state::AppState;
use web::AppError;

/// `/remit/kakaopay/…`, but for the pages that the payer comes back to.
pub fn router() -> OpenApiRouter<AppState> {
    api::router()
}

/// The payer as the provider knows them: an opaque name, no personal data.
fn payer_name(account: i64) -> String {
    format!("member-{account}")
}

impl From<PrepareRefusal> for AppError {
    fn from(refusal: PrepareRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            PrepareRefusal::NoSuchFunding => Self::not_found("no_such_funding", detail),
            PrepareRefusal::NotAccepted(why) => crate::supports::not_accepted(why, detail),
            PrepareRefusal::LoginEnded(ended) => ended.into(),
            PrepareRefusal::Provider(error) => {
                Self::unavailable("provider_unavailable", detail).with_source(error)
            }
            PrepareRefusal::Storage(error) => Self::internal(error),
        }
    }
}
