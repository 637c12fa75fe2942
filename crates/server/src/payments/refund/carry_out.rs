//! The exchange with the provider about one refund.

use funsun_domain::ids::{PaymentId, RefundId};
use funsun_domain::money::Won;
use funsun_domain::payments::RefundState;

use super::finish::{book_instead, finish, park, postpone};
use super::{StoredRefund, sql};
use crate::db::{Conn, StorageError};
use crate::payments::context::StepContext;
use crate::payments::gateway::{Lookup, PaymentGateway, RefundOrder, RefundOutcome};
use crate::payments::merchants::NOT_CONFIGURED;
use crate::payments::sql as payment_sql;
use crate::payments::stored::StoredPayment;
use crate::state::AppState;

/// How often a provider may decline before it is not asked again.
const DECLINED_MAX: i64 = 12;

/// What an exchange has shown.
enum Outcome {
    /// The money was refunded.
    Done,
    /// The provider refunds it later.
    Pending(String),
    /// The provider refuses for good, and has refunded nothing.
    Refused(String),
    /// The provider has not refunded it now, and may when it is asked again.
    Declined(String),
    /// The provider has refunded this much in all, which our refunds don't explain.
    Foreign(Won),
    /// Nothing is certain.
    Unclear(String),
}

/// A leased refund and its payment.
struct Exchange {
    refund: StoredRefund,
    payment: StoredPayment,
    /// Whether the provider had accepted it and was to make it later.
    was_pending: bool,
    /// How often the provider has declined it.
    declined: i64,
}

impl Outcome {
    /// What the provider said, for the operator.
    fn note(&self) -> Option<&str> {
        match self {
            Self::Done | Self::Foreign(_) => None,
            Self::Pending(note)
            | Self::Refused(note)
            | Self::Declined(note)
            | Self::Unclear(note) => Some(note),
        }
    }

    /// The same when no look-up could confirm it.
    fn or_unclear(self) -> Self {
        match self {
            Self::Refused(note) | Self::Declined(note) => Self::Unclear(note),
            other => other,
        }
    }
}

/// Carries out the refund of a payment that was begun, if one is open. Returns the payment in its new state: refunded,
/// or still `refunding` when the outcome is unclear or a person must decide; the sweeper retries what is unclear.
///
/// # Errors
/// When the database fails.
pub async fn carry_out(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let open = state.db.read(move |conn| sql::find_open(conn, id)).await?;
    // Asking again does not shorten the pause between two attempts.
    let now = state.clock.now();
    let is_due = |refund: &StoredRefund| refund.next_check_at.is_some_and(|at| at <= now);
    if let Some(refund) = open.filter(is_due) {
        settle(state, refund.id).await?;
    }
    state.db.read(move |conn| payment_sql::get(conn, id)).await
}

/// Carries out a refund, unless it has ended, waits for a person, or another request is at it.
///
/// A crash after the provider was called leaves `sent` with an attempt counted: the next attempt reads the provider's
/// record first, and states the amount that must still be left, so nothing is refunded twice.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &AppState, id: RefundId) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let lease = move |conn: &mut Conn| lease(conn, id, cx);
    let Some(mut exchange) = state.db.write(lease).await? else {
        return Ok(());
    };
    let outcome = match state.merchants.gateway(exchange.payment.merchant()) {
        Some(gateway) => talk(state, gateway, &mut exchange).await?,
        None => Outcome::Unclear(NOT_CONFIGURED.into()),
    };
    if let Outcome::Unclear(note) | Outcome::Declined(note) | Outcome::Refused(note) = &outcome {
        tracing::warn!(refund = id.get(), note, "a refund was not made");
    }
    let last = exchange.declined + 1 >= DECLINED_MAX;
    let (held, cx) = (exchange.refund, StepContext::new(state));
    let store = move |conn: &mut Conn| match &outcome {
        Outcome::Done => finish(conn, &held, cx),
        Outcome::Pending(note) => postpone(conn, &held, RefundState::Pending, note, cx.now),
        Outcome::Unclear(note) => postpone(conn, &held, RefundState::Unclear, note, cx.now),
        Outcome::Refused(note) => park(conn, &held, note, cx.now),
        Outcome::Declined(note) if last => park(conn, &held, note, cx.now),
        Outcome::Declined(note) => postpone(conn, &held, RefundState::Declined, note, cx.now),
        Outcome::Foreign(total) => {
            let note = format!("the provider has refunded {} won in all", total.get());
            book_instead(conn, &held, *total, &note, cx)
        }
    };
    state.db.write(store).await
}

fn lease(conn: &mut Conn, id: RefundId, cx: StepContext) -> Result<Option<Exchange>, StorageError> {
    let refund = sql::get(conn, id)?;
    let waits = !refund.state.is_open() || refund.state == RefundState::Parked;
    if waits || cx.is_leased(refund.lease_until) {
        return Ok(None);
    }
    let leased = StoredRefund {
        state: RefundState::Sent,
        attempts: refund.attempts + 1,
        ..refund.clone()
    };
    let payment = payment_sql::get(conn, refund.payment)?;
    let was_pending = refund.state == RefundState::Pending;
    let declined = sql::count_declined(conn, id)?;
    let refund = hold(conn, &refund, leased, cx)?;
    Ok(refund.map(|refund| Exchange {
        refund,
        payment,
        was_pending,
        declined,
    }))
}

/// Stores a lease from now on; `None` when the refund has changed since `before` was read.
fn hold(
    conn: &mut Conn,
    before: &StoredRefund,
    mut leased: StoredRefund,
    cx: StepContext,
) -> Result<Option<StoredRefund>, StorageError> {
    leased.lease_until = cx.now.plus_seconds(cx.lease_seconds);
    let until = Some(leased.lease_until);
    let held = sql::update(conn, before, &leased, until, cx.now)?;
    Ok(held.then_some(leased))
}

/// The first attempt asks for the refund; the others read the provider's record first.
async fn talk(
    state: &AppState,
    gateway: &dyn PaymentGateway,
    exchange: &mut Exchange,
) -> Result<Outcome, StorageError> {
    let first = exchange.refund.attempts == 1;
    let mut told = Outcome::Unclear("asked before".into());
    if first {
        told = request(gateway, exchange).await?;
        if matches!(told, Outcome::Done | Outcome::Pending(_)) {
            return Ok(told);
        }
        if !renew(state, exchange).await? {
            return Ok(told.or_unclear());
        }
    }
    if let Some(outcome) = look_up(gateway, exchange, &told).await? {
        return Ok(outcome);
    }
    if first {
        return Ok(told);
    }
    if exchange.was_pending {
        return Ok(Outcome::Declined("accepted, but not made".into()));
    }
    if !renew(state, exchange).await? {
        return Ok(told);
    }
    let told = request(gateway, exchange).await?;
    if !matches!(told, Outcome::Refused(_) | Outcome::Declined(_)) {
        return Ok(told);
    }
    // A refusal proves nothing: an error has been seen for what succeeded.
    if !renew(state, exchange).await? {
        return Ok(told.or_unclear());
    }
    let shown = look_up(gateway, exchange, &told).await?;
    Ok(shown.unwrap_or(told))
}

/// What the provider's record shows of the refund; `None` when nothing of it was made, or is under way.
async fn look_up(
    gateway: &dyn PaymentGateway,
    exchange: &Exchange,
    told: &Outcome,
) -> Result<Option<Outcome>, StorageError> {
    let unclear = |what: String| {
        let note = told.note().unwrap_or_default();
        Ok(Some(Outcome::Unclear(format!("{note}; {what}"))))
    };
    let order = exchange.payment.provider_order();
    let standing = match gateway.look_up(order).await {
        Ok(Lookup::Paid(standing) | Lookup::Refunded(standing)) => standing,
        Ok(other) => return unclear(format!("looked up: {other:?}")),
        Err(error) => return unclear(error.to_string()),
    };
    let before = exchange.payment.rules.refunded;
    let after = before.plus(exchange.refund.amount);
    let after = after.map_err(StorageError::corrupt)?;
    Ok(if standing.refunded == after {
        Some(Outcome::Done)
    } else if standing.refunded > before {
        Some(Outcome::Foreign(standing.refunded))
    } else if standing.refunded < before {
        let less = "the provider has refunded less than our ledger says";
        Some(Outcome::Refused(less.into()))
    } else if !standing.refunding.is_zero() {
        Some(Outcome::Pending("under way at the provider".into()))
    } else {
        None
    })
}

/// Asks for the refund. A request that may have been lost is repeated with the same key: a provider that has carried it
/// out repeats its answer. One that was declined would be declined again, so the next one has another key.
async fn request(
    gateway: &dyn PaymentGateway,
    exchange: &Exchange,
) -> Result<Outcome, StorageError> {
    let Exchange {
        refund,
        payment,
        declined,
        ..
    } = exchange;
    let rules = &payment.rules;
    let left_before = rules.amount.minus(rules.refunded);
    let tax_free = rules.tax_free_share(payment.tax_free, refund.amount);
    let mut key = format!("refund-{}-{}", payment.order.as_str(), refund.id);
    if *declined > 0 {
        key += &format!("-{declined}");
    }
    let order = RefundOrder {
        key: &key,
        part: refund.amount,
        left_before: left_before.map_err(StorageError::corrupt)?,
        tax_free: tax_free.map_err(StorageError::corrupt)?,
    };
    Ok(
        match gateway.refund(payment.provider_order(), order).await {
            RefundOutcome::Done => Outcome::Done,
            RefundOutcome::Pending(note) => Outcome::Pending(note),
            RefundOutcome::Refused(note) => Outcome::Refused(note),
            RefundOutcome::Declined(note) => Outcome::Declined(note),
            RefundOutcome::Unclear(note) => Outcome::Unclear(note),
        },
    )
}

/// Renews the lease before the provider is called again; `false` when another has taken it.
async fn renew(state: &AppState, exchange: &mut Exchange) -> Result<bool, StorageError> {
    let (before, cx) = (exchange.refund.clone(), StepContext::new(state));
    let renew = move |conn: &mut Conn| hold(conn, &before, before.clone(), cx);
    match state.db.write(renew).await? {
        Some(renewed) => {
            exchange.refund = renewed;
            Ok(true)
        }
        None => Ok(false),
    }
}
