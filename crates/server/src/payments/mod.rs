//! Payments: prepared, approved, attached to a funding, refunded; settled by the sweeper when interrupted; audited.
//!
//! An approval attaches the payment in its own transaction, so attaching is part of this feature.

mod api;
pub mod approve;
mod attach;
pub mod audit;
mod audit_sql;
mod context;
pub mod gateway;
pub mod history;
pub mod kakaopay;
mod ledger_sql;
mod list_sql;
pub mod pages;
mod prepare;
pub mod refund;
mod sql;
mod stored;
mod support_sql;
pub mod sweep;

use funsun_domain::fundings::SupportRefusal;

pub use attach::{attach, check_open};
pub use context::StepContext;
pub use prepare::{
    CreateOutcome, NewPayment, PrepareOutcome, PrepareRefusal, Purpose, create_payment, prepare,
    store_prepared,
};
pub use sql::{clear_messages_of, find_unattached, get};
pub use stored::StoredPayment;

use crate::state::AppState;
use web::{AppError, Routes};

/// `/remit/kakaopay/…`, except the pages that the payer returns to.
pub fn router() -> Routes<AppState> {
    api::router()
}

/// The payer's name at the provider: opaque, no personal data.
fn payer_name(account: i64) -> String {
    format!("member-{account}")
}

/// The error for a support that the funding does not accept.
pub fn not_accepted(why: SupportRefusal, detail: String) -> AppError {
    match why {
        SupportRefusal::Own => AppError::bad_request("own_funding", detail),
        SupportRefusal::Closed => AppError::conflict("funding_closed", detail),
        SupportRefusal::Ended => AppError::conflict("funding_ended", detail),
    }
}

impl From<PrepareRefusal> for AppError {
    fn from(refusal: PrepareRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            PrepareRefusal::NoSuchFunding => Self::not_found("no_such_funding", detail),
            PrepareRefusal::NotAccepted(why) => not_accepted(why, detail),
            PrepareRefusal::LoginEnded(ended) => ended.into(),
            PrepareRefusal::Provider(error) => {
                Self::unavailable("provider_unavailable", detail).with_source(error)
            }
            PrepareRefusal::Storage(error) => Self::internal(error),
        }
    }
}
