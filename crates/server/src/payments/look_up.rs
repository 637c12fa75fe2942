//! Reading the provider's record of a payment, and storing what it shows.

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, Step};
use funsun_domain::time::Timestamp;

use super::attach::record_captured;
use super::context::StepContext;
use super::gateway::{Lookup, Standing};
use super::lanes::{Lane, closed_check};
use super::merchants::NOT_CONFIGURED;
use super::reviews::{self, ReviewReason};
use super::stored::StoredPayment;
use super::write_sql::Change;
use super::{refund, sql};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Seconds after which a payment whose outcome stays unclear needs a person.
const UNCLEAR_SECONDS: i64 = 86_400;
/// From the expiry of a closed payment until its last look, in seconds: one that fails must not be enough.
const CLOSED_SECONDS: i64 = 86_400;

/// The provider's record of a payment of which no charge is recorded.
pub enum LookupOutcome {
    /// The money was captured.
    Captured(Standing),
    /// Nothing was captured, and it still can be; the note is for the operator.
    NotCaptured(String),
    /// The payer transfers the money until this time.
    Awaiting(Timestamp),
    /// Nothing was captured and nothing will be; the step to take.
    Ended(Step),
    /// The record can't be read, or proves nothing; the note is for the operator.
    Unknown(String),
}

impl LookupOutcome {
    /// With what the provider said before, if that is worth more.
    pub fn with_note(self, note: &str) -> Self {
        match self {
            Self::NotCaptured(_) => Self::NotCaptured(note.to_owned()),
            Self::Unknown(looked_up) => Self::Unknown(format!("{note}; {looked_up}")),
            other => other,
        }
    }
}

/// Reads the provider's record of a payment of which no charge is recorded, and stores the outcome.
///
/// # Errors
/// When the database fails.
pub async fn settle_by_look_up(
    state: &AppState,
    payment: StoredPayment,
) -> Result<StoredPayment, StorageError> {
    let outcome = look_up(state, &payment).await;
    store(state, payment, outcome).await
}

/// Reads the provider's record.
pub async fn look_up(state: &AppState, payment: &StoredPayment) -> LookupOutcome {
    let Some(gateway) = state.merchants.gateway(payment.merchant()) else {
        return LookupOutcome::Unknown(NOT_CONFIGURED.into());
    };
    let ended = state.clock.now() >= payment.expires_at;
    let open = if ended {
        LookupOutcome::Ended(Step::Expire)
    } else {
        LookupOutcome::NotCaptured("not captured".into())
    };
    if payment.reference.is_none() && !gateway.finds_by_order() {
        // Nothing can be captured without the id that we were never told.
        return open;
    }
    match gateway.look_up(payment.provider_order()).await {
        Ok(Lookup::Paid(standing)) => LookupOutcome::Captured(standing),
        Ok(Lookup::Refunded(_) | Lookup::Cancelled) => LookupOutcome::Ended(Step::Cancel),
        Ok(Lookup::Failed) => LookupOutcome::Ended(Step::Fail),
        Ok(Lookup::Expired) => LookupOutcome::Ended(Step::Expire),
        Ok(Lookup::AwaitingDeposit(until)) if until > state.clock.now() => {
            LookupOutcome::Awaiting(until)
        }
        Ok(Lookup::Absent | Lookup::Open | Lookup::AwaitingDeposit(_)) => open,
        Ok(Lookup::Unknown(word)) => {
            LookupOutcome::Unknown(format!("the provider's state {word} is unknown"))
        }
        Err(error) => {
            tracing::warn!(payment = payment.id.get(), %error, "a look-up failed");
            LookupOutcome::Unknown(error.to_string())
        }
    }
}

/// Stores the outcome of a look-up, unless the payment has changed since `seen` was read: the look-up says
/// nothing about an approval that began later. Captured money is recorded in any case.
pub async fn store(
    state: &AppState,
    seen: StoredPayment,
    outcome: LookupOutcome,
) -> Result<StoredPayment, StorageError> {
    let id = seen.id;
    if let LookupOutcome::Captured(standing) = outcome {
        return record_approval(state, id, standing).await;
    }
    let cx = StepContext::new(state);
    let store = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.rules != seen.rules || payment.lease_until != seen.lease_until {
            return Ok(payment);
        }
        store_in(conn, payment, &outcome, cx)
    };
    state.db.write(store).await
}

fn store_in(
    conn: &mut Conn,
    mut payment: StoredPayment,
    outcome: &LookupOutcome,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    if payment.state().is_closed() && !matches!(outcome, LookupOutcome::Unknown(_)) {
        return close_again(conn, payment, cx);
    }
    match outcome {
        LookupOutcome::Ended(step) => payment.step(conn, *step, cx),
        LookupOutcome::Awaiting(until) => {
            payment.expires_at = *until;
            let change = Change {
                expires_at: Some(until.micros()),
                ..Change::default()
            };
            payment.step_with(conn, &[Step::AwaitDeposit], change, cx)
        }
        LookupOutcome::NotCaptured(note) => payment.postpone(conn, cx.now, note),
        LookupOutcome::Unknown(note) => {
            let long = cx.now > unclear_from(&payment).plus_seconds(UNCLEAR_SECONDS);
            if long {
                reviews::open(conn, payment.id, ReviewReason::Unclear, note, cx.now)?;
            }
            let payment = payment.postpone(conn, cx.now, note)?;
            if long && payment.state().is_closed() {
                payment.reschedule(conn, (Lane::Rest, None))?;
            }
            Ok(payment)
        }
        // Recorded by the caller.
        LookupOutcome::Captured(_) => Ok(payment),
    }
}

/// From when an outcome that stays unclear is a cause for worry. It is none while a deposit may still come.
fn unclear_from(payment: &StoredPayment) -> Timestamp {
    match payment.state() {
        PaymentState::AwaitingDeposit => payment.expires_at,
        state if state.is_closed() => payment.expires_at.plus_seconds(CLOSED_SECONDS),
        _ => payment.created_at,
    }
}

/// Still nothing was captured for a payment that is closed: the lease ends, and the next look is later, or never.
fn close_again(
    conn: &mut Conn,
    payment: StoredPayment,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let payment = payment.postpone(conn, cx.now, "closed; nothing was captured")?;
    payment.reschedule(conn, closed_check(&payment, payment.changed_at, cx))?;
    Ok(payment)
}

/// Stores that the provider has captured the money, and carries out the refund if that began a refund.
pub async fn record_approval(
    state: &AppState,
    id: PaymentId,
    standing: Standing,
) -> Result<StoredPayment, StorageError> {
    let cx = StepContext::new(state);
    let record = move |conn: &mut Conn| store_approval(conn, id, &standing, cx);
    let payment = state.db.write(record).await?;
    match payment.state() {
        PaymentState::Refunding => refund::carry_out(state, id).await,
        _ => Ok(payment),
    }
}

/// Stores that the money was captured; in the same transaction the support it is for is created or, when that
/// is no longer possible, the refund begins. That holds for money that is found after the payment was closed, too. A
/// payment whose charge is recorded does not change.
///
/// # Errors
/// When the database fails.
pub fn store_approval(
    conn: &mut Conn,
    id: PaymentId,
    standing: &Standing,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let payment = sql::get_locked(conn, id)?;
    if !payment.state().is_unpaid() {
        return Ok(payment);
    }
    if payment.state().is_closed() {
        let closed_as = payment.state().as_str();
        tracing::warn!(payment = id.get(), closed_as, "money was found late");
    }
    record_captured(conn, payment, standing, cx)
}
