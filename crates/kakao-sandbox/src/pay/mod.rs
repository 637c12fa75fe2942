//! KakaoPay single payment: one record per tid, changed by the client's calls and by the payer's
//! actions on the payment page.

mod approve;
mod cancel;
mod checks;
mod errors;
mod order;
mod page;
mod payment;
mod ready;
mod store;

pub(crate) use page::{PayerAction, perform};
pub(crate) use payment::Payment;
pub(crate) use store::PaymentStore;

use axum::Router;
use axum::routing::{get, post};

use crate::state::SharedState;

/// The four API calls and the payment page.
pub(crate) fn router() -> Router<SharedState> {
    Router::new()
        .route("/online/v1/payment/ready", post(ready::handle))
        .route("/online/v1/payment/approve", post(approve::handle))
        .route("/online/v1/payment/order", post(order::handle))
        .route("/online/v1/payment/cancel", post(cancel::handle))
        .route("/sandbox/pay/{secret}", get(page::show).post(page::submit))
}
