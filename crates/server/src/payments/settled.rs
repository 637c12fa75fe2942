//! Charged payments that are looked at again: what the provider refunded without us is booked, and money that can soon
//! not be refunded any more needs a person.

use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::{Lookup, Standing};
use super::lanes::{self, Lane};
use super::merchants::NOT_CONFIGURED;
use super::reviews::{self, ReviewReason};
use super::stored::{StoredPayment, retry_pause};
use super::{refund, sql, write_sql};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// What the provider's record shows of a charged payment.
enum Seen {
    /// It is charged; this much was refunded.
    Charged(Standing),
    /// It is not charged.
    NotCharged(String),
    /// Nothing certain.
    Unknown(String),
}

/// Compares an attached payment with the provider's record, books what was refunded there, and asks for a person when
/// its refund window ends soon.
///
/// # Errors
/// When the database fails.
pub async fn check_attached(state: &AppState, payment: StoredPayment) -> Result<(), StorageError> {
    let seen = look_up(state, &payment).await;
    let (id, cx) = (payment.id, StepContext::new(state));
    let store = move |conn: &mut Conn| {
        let current = sql::get_locked(conn, id)?;
        if current.rules != payment.rules {
            return Ok(());
        }
        store(conn, current, &seen, cx)
    };
    state.db.write(store).await
}

async fn look_up(state: &AppState, payment: &StoredPayment) -> Seen {
    let Some(gateway) = state.merchants.gateway(payment.merchant()) else {
        return Seen::Unknown(NOT_CONFIGURED.into());
    };
    match gateway.look_up(payment.provider_order()).await {
        Ok(Lookup::Paid(standing) | Lookup::Refunded(standing)) => Seen::Charged(standing),
        Ok(Lookup::Unknown(word)) => Seen::Unknown(format!("the state {word} is unknown")),
        Ok(other) => Seen::NotCharged(format!("{other:?}")),
        Err(error) => Seen::Unknown(error.to_string()),
    }
}

fn store(
    conn: &mut Conn,
    mut payment: StoredPayment,
    seen: &Seen,
    cx: StepContext,
) -> Result<(), StorageError> {
    let id = payment.id;
    match seen {
        Seen::Charged(standing) if standing.refunded > payment.rules.refunded => {
            payment = refund::book_at_provider(conn, payment, standing.refunded, cx)?;
        }
        Seen::Charged(_) => {}
        Seen::NotCharged(note) => {
            reviews::open(conn, id, ReviewReason::NotAtProvider, note, cx.now)?;
        }
        Seen::Unknown(note) => {
            write_sql::set_note(conn, id, note)?;
            let later = cx.now.plus_seconds(retry_pause(payment.attempts));
            payment.attempts += 1;
            payment.reschedule(conn, (Lane::Window, Some(later)))?;
        }
    }
    let window = lanes::schedule(&payment, cx);
    let is_due = |at| at <= cx.now;
    let (Lane::Window, Some(notice_at)) = window else {
        return Ok(());
    };
    if is_due(notice_at) {
        let until = payment.refundable_until.map(Timestamp::to_seoul);
        let note = format!("refundable until {}", until.unwrap_or_default());
        reviews::open(conn, id, ReviewReason::WindowEnds, &note, cx.now)?;
    }
    if matches!(seen, Seen::Unknown(_)) || payment.state() == PaymentState::Refunded {
        return Ok(());
    }
    let next = Some(notice_at).filter(|at| !is_due(*at));
    let lane = next.map_or(Lane::Rest, |_| Lane::Window);
    payment.attempts = 0;
    payment.reschedule(conn, (lane, next))
}
