//! The sweeper: settles every unfinished payment and refund, at start and periodically, in lanes that don't wait for
//! each other.

use std::sync::atomic::{AtomicUsize, Ordering};

use funsun_domain::ids::{PaymentId, RefundId};
use funsun_domain::payments::{PaymentState, RefundReason, Step};
use funsun_domain::time::Timestamp;
use futures_util::{StreamExt, stream};

use super::context::StepContext;
use super::gateway::PaymentGateway;
use super::look_up::settle_by_look_up;
use super::reviews::{self, ReviewReason};
use super::settled::check_attached;
use super::stored::StoredPayment;
use super::sweep_now::Sweep;
use super::{list_sql, refund, sql, write_sql};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Most payments or refunds of a round.
const BATCH: i64 = 200;
/// Most concurrent exchanges with the provider in each lane.
const EXCHANGES: usize = 8;
/// Seconds by which one that can't be settled now is put off.
const PUT_OFF_SECONDS: i64 = 1_800;
/// As [`PUT_OFF_SECONDS`], after a failure of the database itself.
const TEMPORARY_SECONDS: i64 = 10;

/// Settles what is due now, in rounds of bounded size, until nothing is due or a round settles nothing.
///
/// # Errors
/// When a list can't be read. What can't be settled is logged, counted and put off.
pub async fn sweep(state: &AppState, sweep: Sweep) -> Result<(), StorageError> {
    loop {
        let now = state.clock.now();
        let list = move |conn: &mut Conn| match sweep {
            Sweep::Refunds => refund::list_due(conn, now, BATCH),
            Sweep::Payments(lane) => list_sql::list_due(conn, lane, now, BATCH),
        };
        let due = state.db.read_slow(list).await?;
        let (found, settled) = (due.len(), AtomicUsize::new(0));
        stream::iter(due)
            .for_each_concurrent(EXCHANGES, |id| {
                let settled = &settled;
                async move {
                    if settle_or_put_off(state, sweep, id).await {
                        settled.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
            .await;
        let settled = settled.into_inner();
        if settled < found {
            let (lane, failed) = (sweep.as_str(), found - settled);
            tracing::error!(lane, failed, "payments could not be settled");
        }
        if settled == 0 || i64::try_from(found).unwrap_or(BATCH) < BATCH {
            return Ok(());
        }
    }
}

/// Whether it was settled, or will be checked again by itself.
async fn settle_or_put_off(state: &AppState, sweep: Sweep, id: i64) -> bool {
    let settled = match sweep {
        Sweep::Refunds => settle_refund(state, id).await,
        Sweep::Payments(_) => settle_payment(state, id).await,
    };
    let Err(error) = settled else {
        return true;
    };
    let lane = sweep.as_str();
    tracing::error!(id, lane, %error, "could not be settled");
    let unreadable = error.is_of_row();
    let now = state.clock.now();
    let pause = if error.is_temporary() {
        TEMPORARY_SECONDS
    } else {
        PUT_OFF_SECONDS
    };
    let later = now.plus_seconds(pause);
    let put_off = move |conn: &mut Conn| put_off(conn, sweep, id, unreadable, (now, later));
    if let Err(error) = state.db.write(put_off).await {
        tracing::error!(id, lane, %error, "could not be put off");
    }
    false
}

fn put_off(
    conn: &mut Conn,
    sweep: Sweep,
    id: i64,
    unreadable: bool,
    (now, later): (Timestamp, Timestamp),
) -> Result<(), StorageError> {
    let payment = match sweep {
        Sweep::Refunds => {
            refund::put_off(conn, id, later)?;
            refund::find_payment(conn, id)?
        }
        Sweep::Payments(_) => {
            let id = PaymentId::new(id).map_err(StorageError::corrupt)?;
            write_sql::put_off(conn, id, later)?;
            Some(id)
        }
    };
    if let Some(payment) = payment.filter(|_| unreadable) {
        let note = format!("{} {id}", sweep.as_str());
        reviews::open(conn, payment, ReviewReason::Unreadable, &note, now)?;
    }
    Ok(())
}

async fn settle_refund(state: &AppState, id: i64) -> Result<(), StorageError> {
    let id = RefundId::new(id).map_err(StorageError::corrupt)?;
    refund::settle(state, id).await
}

async fn settle_payment(state: &AppState, id: i64) -> Result<(), StorageError> {
    let id = PaymentId::new(id).map_err(StorageError::corrupt)?;
    let payment = state.db.read_slow(move |conn| sql::get(conn, id)).await?;
    match payment.state() {
        PaymentState::Created if !finds_by_order(state, &payment) => fail(state, id).await,
        PaymentState::Approved => {
            start_refund(state, id).await?;
            refund::carry_out(state, id).await.map(|_| ())
        }
        PaymentState::Attached | PaymentState::PartlyRefunded => {
            check_attached(state, payment).await
        }
        PaymentState::Refunding | PaymentState::Refunded => Ok(()),
        PaymentState::Created
        | PaymentState::Ready
        | PaymentState::Approving
        | PaymentState::AwaitingDeposit
        | PaymentState::Failed
        | PaymentState::Expired
        | PaymentState::Cancelled => {
            if let Some(payment) = lease(state, id).await? {
                settle_by_look_up(state, payment).await?;
            }
            Ok(())
        }
    }
}

fn finds_by_order(state: &AppState, payment: &StoredPayment) -> bool {
    let gateway = state.merchants.gateway(payment.merchant());
    gateway.is_some_and(PaymentGateway::finds_by_order)
}

async fn lease(state: &AppState, id: PaymentId) -> Result<Option<StoredPayment>, StorageError> {
    let cx = StepContext::new(state);
    let lease = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state().is_unpaid() {
            payment.lease(conn, cx)
        } else {
            Ok(None)
        }
    };
    state.db.write(lease).await
}

/// Nothing can be captured for a payment that the provider has not accepted.
async fn fail(state: &AppState, id: PaymentId) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let fail = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state() == PaymentState::Created {
            payment.step(conn, Step::Fail, cx)?;
        }
        Ok::<_, StorageError>(())
    };
    state.db.write(fail).await
}

async fn start_refund(state: &AppState, id: PaymentId) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let start = move |conn: &mut Conn| {
        let payment = sql::get_locked(conn, id)?;
        if payment.state() == PaymentState::Approved {
            refund::start(conn, payment, RefundReason::NeverAttached, cx)?;
        }
        Ok::<_, StorageError>(())
    };
    state.db.write(start).await
}
