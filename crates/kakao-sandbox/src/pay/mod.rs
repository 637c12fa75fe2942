//! KakaoPay single payment: one record per tid, moved along by the client's calls and by what the
//! payer does on the page.

mod approve;
mod cancel;
mod checks;
mod errors;
mod order;
mod page;
mod payment;
mod ready;
mod store;

pub(crate) use page::{PayerAct, act};
pub(crate) use payment::Payment;
pub(crate) use store::Book;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Shared;

/// The four calls and the payer's page.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/online/v1/payment/ready", post(ready::handle))
        .route("/online/v1/payment/approve", post(approve::handle))
        .route("/online/v1/payment/order", post(order::handle))
        .route("/online/v1/payment/cancel", post(cancel::handle))
        .route("/sandbox/pay/{secret}", get(page::show).post(page::press))
}
