//! Supports: a friend's payment to a funding, with a message.

mod accept;
mod api;
mod change;
pub mod pages;
mod sql;
mod thank;

pub use sql::{clear_some_messages_of, clear_some_thanks_in, get, is_visible};

use crate::payments::not_accepted;
use crate::state::AppState;
use accept::AcceptRefusal;
use change::ChangeRefusal;
use thank::ThankRefusal;
use web::{AppError, Routes};

/// `/remit/`.
pub fn router() -> Routes<AppState> {
    api::router()
}

impl From<AcceptRefusal> for AppError {
    fn from(refusal: AcceptRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            AcceptRefusal::NoSuchFunding => Self::not_found("no_such_funding", detail),
            AcceptRefusal::NotAccepted(why) => not_accepted(why, detail),
            AcceptRefusal::NotPaid => Self::payment_required("not_paid", detail),
            AcceptRefusal::Storage(error) => error.into(),
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
            ThankRefusal::Storage(error) => error.into(),
        }
    }
}

impl From<ChangeRefusal> for AppError {
    fn from(refusal: ChangeRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ChangeRefusal::NotAuthor => Self::bad_request("not_author", detail),
            ChangeRefusal::TakenBack => Self::bad_request("taken_back", detail),
            ChangeRefusal::Ended => Self::conflict("funding_ended", detail),
            ChangeRefusal::Storage(error) => error.into(),
        }
    }
}
