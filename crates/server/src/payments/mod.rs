//! Payments: prepared, approved, attached to a funding, refunded; settled by the sweeper when interrupted; audited.
//!
//! An approval attaches the payment in its own transaction, so attaching is part of this feature.

mod api;
pub mod approve;
mod attach;
pub mod audit;
pub mod cap;
mod cap_sql;
mod clean_up_sql;
mod context;
pub mod gateway;
mod hasten;
pub mod history;
pub mod invented;
pub mod kakaopay;
mod lanes;
mod ledger_sql;
mod list_sql;
mod look_up;
pub mod merchants;
mod merchants_sql;
mod notices;
pub mod operate;
pub mod pages;
mod payment_page;
mod prepare;
pub mod refund;
mod refund_funding;
pub mod reviews;
mod reviews_sql;
mod settled;
mod sql;
mod stored;
mod support_sql;
pub mod sweep;
pub mod sweep_now;
mod tell;
mod write_sql;

use funsun_domain::fundings::SupportRefusal;

pub use attach::{attach, check_attachable, check_open, refund_reason};
pub use clean_up_sql::{clear_pending_messages_of, clear_some_messages_of};
pub use context::StepContext;
pub use merchants_sql::demo_account;
pub use prepare::{NewPayment, PrepareOutcome, PrepareRefusal, Purpose, ReadyPayment, prepare};
pub use refund_funding::{RefundFunding, refund_funding, refund_funding_later};
pub use sql::{find_unattached, get};
pub use stored::StoredPayment;

use crate::state::AppState;
use web::{AppError, Routes};

/// `/remit/kakaopay/…`, except the pages that the payer returns to, and providers' notices.
pub fn router() -> Routes<AppState> {
    api::router().merge(notices::router())
}

/// The error for a support that the funding does not accept.
pub fn not_accepted(why: SupportRefusal, detail: String) -> AppError {
    match why {
        SupportRefusal::Own => AppError::bad_request("own_funding", detail),
        SupportRefusal::Closed => AppError::conflict("funding_closed", detail),
        SupportRefusal::Ended => AppError::conflict("funding_ended", detail),
        SupportRefusal::Full(_) => AppError::conflict("funding_full", detail),
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
            PrepareRefusal::Storage(error) => error.into(),
        }
    }
}
