//! The sweeper: looks at every payment that was left on its way, at start and again and again.

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, RefundReason, Step};
use futures_util::{StreamExt, stream};

use super::approve::settle_by_look_up;
use super::refund;
use super::sql;
use super::stored::{StoredPayment, Timing};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Payments looked at in one go.
const BATCH: i64 = 200;
/// Talks with the provider at the same time.
const TALKS: usize = 8;

/// Settles every payment that is due now; gives back how many it looked at.
///
/// # Errors
/// When the list can't be read. A single payment's failure is logged, and the payment looked at again.
pub async fn sweep(state: &AppState) -> Result<usize, StorageError> {
    let mut seen = 0;
    loop {
        let now = state.clock.now();
        let due = state
            .db
            .read_slow(move |conn| sql::list_due(conn, now, BATCH))
            .await?;
        let found = due.len();
        seen += found;
        stream::iter(due)
            .for_each_concurrent(TALKS, |payment| async move {
                let id = payment.id.get();
                if let Err(error) = settle(state, payment).await {
                    tracing::error!(payment = id, %error, "a payment could not be settled");
                }
            })
            .await;
        if i64::try_from(found).unwrap_or(BATCH) < BATCH {
            return Ok(seen);
        }
    }
}

async fn settle(state: &AppState, payment: StoredPayment) -> Result<(), StorageError> {
    let id = payment.id;
    match payment.state() {
        PaymentState::Created => step(state, id, PaymentState::Created, Step::Fail).await,
        PaymentState::Ready | PaymentState::Approving => {
            if let Some(payment) = lease(state, id).await? {
                settle_by_look_up(state, payment, "left behind".to_owned()).await?;
            }
            Ok(())
        }
        PaymentState::Approved => {
            start_refund(state, id).await?;
            refund::pursue(state, id).await.map(|_| ())
        }
        PaymentState::Refunding => refund::pursue(state, id).await.map(|_| ()),
        PaymentState::Attached
        | PaymentState::PartlyRefunded
        | PaymentState::Refunded
        | PaymentState::Failed
        | PaymentState::Expired
        | PaymentState::Cancelled => Ok(()),
    }
}

async fn lease(state: &AppState, id: PaymentId) -> Result<Option<StoredPayment>, StorageError> {
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let lease = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Ready | PaymentState::Approving => payment.lease(conn, now, timing),
            _ => Ok(None),
        }
    };
    state.db.write(lease).await
}

/// Takes the step if the payment still stands where the sweeper saw it.
async fn step(
    state: &AppState,
    id: PaymentId,
    seen: PaymentState,
    step: Step,
) -> Result<(), StorageError> {
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let take = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state() == seen {
            payment.step(conn, step, now, timing)?;
        }
        Ok::<_, StorageError>(())
    };
    state.db.write(take).await
}

async fn start_refund(state: &AppState, id: PaymentId) -> Result<(), StorageError> {
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let start = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state() == PaymentState::Approved {
            refund::start(conn, payment, RefundReason::NeverAttached, now, timing)?;
        }
        Ok::<_, StorageError>(())
    };
    state.db.write(start).await
}
