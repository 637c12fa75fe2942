//! The sweeper: settles every unfinished payment, at start and periodically.

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, RefundReason, Step};
use futures_util::{StreamExt, stream};

use super::approve::settle_by_look_up;
use super::context::StepContext;
use super::stored::StoredPayment;
use super::{list_sql, refund, sql};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Most payments loaded at once.
const BATCH: i64 = 200;
/// Most concurrent exchanges with the provider.
const EXCHANGES: usize = 8;

/// Settles every payment that is due now; returns how many it checked.
///
/// # Errors
/// When the list can't be read. The failure of a single payment is logged, and the payment checked again later.
pub async fn sweep(state: &AppState) -> Result<usize, StorageError> {
    let mut seen = 0;
    loop {
        let now = state.clock.now();
        let due = state
            .db
            .read_slow(move |conn| list_sql::list_due(conn, now, BATCH))
            .await?;
        let found = due.len();
        seen += found;
        stream::iter(due)
            .for_each_concurrent(EXCHANGES, |payment| async move {
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
                settle_by_look_up(state, payment, "unfinished".to_owned()).await?;
            }
            Ok(())
        }
        PaymentState::Approved => {
            start_refund(state, id).await?;
            refund::carry_out(state, id).await.map(|_| ())
        }
        PaymentState::Refunding => refund::carry_out(state, id).await.map(|_| ()),
        PaymentState::Attached
        | PaymentState::PartlyRefunded
        | PaymentState::Refunded
        | PaymentState::Failed
        | PaymentState::Expired
        | PaymentState::Cancelled => Ok(()),
    }
}

async fn lease(state: &AppState, id: PaymentId) -> Result<Option<StoredPayment>, StorageError> {
    let cx = StepContext::new(state);
    let lease = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Ready | PaymentState::Approving => payment.lease(conn, cx),
            _ => Ok(None),
        }
    };
    state.db.write(lease).await
}

/// Applies the step if the payment is still in the state that the sweeper read.
async fn step(
    state: &AppState,
    id: PaymentId,
    seen: PaymentState,
    step: Step,
) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let take = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state() == seen {
            payment.step(conn, step, cx)?;
        }
        Ok::<_, StorageError>(())
    };
    state.db.write(take).await
}

async fn start_refund(state: &AppState, id: PaymentId) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let start = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state() == PaymentState::Approved {
            refund::start(conn, payment, RefundReason::NeverAttached, cx)?;
        }
        Ok::<_, StorageError>(())
    };
    state.db.write(start).await
}
