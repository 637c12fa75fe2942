//! Supports: a friend's payment to a funding, with a message.

pub mod accept;
mod api;
mod change;
pub mod pages;
pub mod sql;
mod thank;

use funsun_domain::fundings::SupportRefusal;
use utoipa_axum::router::OpenApiRouter;

pub use accept::{accept_wanted, find_open};
pub use change::take_off_lists;
pub use sql::forget_messages_of;
pub use thank::{ThankRefusal, thank};

use crate::state::AppState;
use accept::AcceptRefusal;
use change::ChangeRefusal;
use web::AppError;

/// `/remit/`.
pub fn router() -> OpenApiRouter<AppState> {
    api::router()
}

/// The answer to a support that a funding does not take.
pub fn not_accepted(why: SupportRefusal, detail: String) -> AppError {
    match why {
        SupportRefusal::Own => AppError::bad_request("own_funding", detail),
        SupportRefusal::Closed => AppError::conflict("funding_closed", detail),
        SupportRefusal::Ended => AppError::conflict("funding_ended", detail),
    }
}

impl From<AcceptRefusal> for AppError {
    fn from(refusal: AcceptRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            AcceptRefusal::NoSuchFunding => Self::not_found("no_such_funding", detail),
            AcceptRefusal::NotAccepted(why) => not_accepted(why, detail),
            AcceptRefusal::NotPaid => Self::payment_required("not_paid", detail),
            AcceptRefusal::Storage(error) => Self::internal(error),
        }
    }
}

impl From<ThankRefusal> for AppError {
    fn from(refusal: ThankRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ThankRefusal::NoSuchSupport => Self::not_found("no_such_support", detail),
            ThankRefusal::NotAuthor => Self::bad_request("not_author", detail),
            ThankRefusal::TakenBack => Self::bad_request("taken_back", detail),
            ThankRefusal::Storage(error) => Self::internal(error),
        }
    }
}

impl From<ChangeRefusal> for AppError {
    fn from(refusal: ChangeRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ChangeRefusal::NotAuthor => Self::bad_request("not_author", detail),
            ChangeRefusal::TakenBack => Self::bad_request("taken_back", detail),
            ChangeRefusal::Storage(error) => Self::internal(error),
        }
    }
}
