//! Our payments against the providers' records.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use funsun_domain::money::Won;
use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;
use futures_util::{StreamExt, stream};

use super::provider_sql::{self as sql, Comparable};
use super::{BATCH, Difference, Findings};
use crate::db::{Conn, Db, StorageError};
use crate::payments::gateway::{GatewayError, Lookup, PaymentGateway};
use crate::payments::merchants::Merchants;

/// Most concurrent look-ups.
const LOOK_UPS: usize = 8;

/// Look-ups in a row that a provider leaves unanswered, after which it is not asked again: each may take many seconds.
const UNANSWERED_MAX: u32 = 40;

/// The look-ups in a row that providers have left unanswered, by provider.
#[derive(Default)]
struct Unanswered(Mutex<HashMap<&'static str, u32>>);

impl Unanswered {
    fn is_given_up(&self, provider: &'static str) -> bool {
        self.lock().get(provider) >= Some(&UNANSWERED_MAX)
    }

    fn note(&self, provider: &'static str, compared: &Compared) {
        let mut counts = self.lock();
        let count = counts.entry(provider).or_default();
        *count = match compared {
            Compared::Unreachable => *count + 1,
            _ => 0,
        };
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, u32>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

/// The result of one comparison; unreachable when the provider can't be asked, not there when it can't know the payment.
enum Compared {
    NotThere,
    Equal,
    Different(Difference),
    Unreachable,
}

/// Adds what differs from the providers' records, for payments that have changed since.
///
/// # Errors
/// When the database fails.
pub async fn audit(
    db: &Db,
    merchants: &Merchants,
    since: Option<Timestamp>,
    findings: &mut Findings,
) -> Result<(), StorageError> {
    let (mut after, unanswered) = (0, Unanswered::default());
    loop {
        let load = move |conn: &mut Conn| sql::list_comparable(conn, after, since, BATCH);
        let Some(batch) = db.read_slow(load).await? else {
            return Ok(());
        };
        after = batch.last;
        let mut known = Vec::new();
        for payment in batch.payments {
            match payment {
                Ok(read) => known.push(read),
                Err((id, error)) => {
                    findings.compare(format!("payment {id}"), "row", "readable", error);
                }
            }
        }
        let mut compared = stream::iter(known)
            .map(|ours| compare(db, merchants, &unanswered, ours))
            .buffered(LOOK_UPS);
        while let Some(compared) = compared.next().await {
            match compared? {
                Compared::NotThere => {}
                Compared::Equal => findings.looked_up += 1,
                Compared::Different(difference) => {
                    findings.looked_up += 1;
                    findings.add(difference);
                }
                Compared::Unreachable => findings.not_compared += 1,
            }
        }
    }
}

/// Reads the payment again when the records differ, until it stays the same: it may have changed between our read and
/// the look-up.
async fn compare(
    db: &Db,
    merchants: &Merchants,
    unanswered: &Unanswered,
    mut ours: Comparable,
) -> Result<Compared, StorageError> {
    let Some(gateway) = merchants.gateway(ours.payment.merchant()) else {
        return Ok(Compared::Unreachable);
    };
    let provider = gateway.provider();
    loop {
        if unanswered.is_given_up(provider) {
            return Ok(Compared::Unreachable);
        }
        let compared = compare_once(gateway, &ours).await;
        unanswered.note(provider, &compared);
        if !matches!(compared, Compared::Different(_)) {
            return Ok(compared);
        }
        let id = ours.payment.id;
        let again = db
            .read_slow(move |conn| sql::get_comparable(conn, id))
            .await?;
        if again.payment.rules == ours.payment.rules {
            return Ok(compared);
        }
        ours = again;
    }
}

async fn compare_once(gateway: &dyn PaymentGateway, ours: &Comparable) -> Compared {
    let payment = &ours.payment;
    let difference = |what, expected: String, found: String| {
        Compared::Different(Difference {
            subject: format!("payment {}", payment.id),
            what,
            expected,
            found,
        })
    };
    if payment.reference.is_none() && !gateway.finds_by_order() {
        return match payment.state().is_charged() {
            true => difference("provider's id", "one".into(), "none".into()),
            false => Compared::NotThere,
        };
    }
    let rules = payment.rules;
    let taken = match gateway.look_up(payment.provider_order()).await {
        Ok(Lookup::Paid(standing) | Lookup::Refunded(standing)) => {
            match rules.amount.minus(standing.refunded) {
                Ok(taken) => taken,
                Err(_) => {
                    let refunded = standing.refunded.to_string();
                    return difference("refunded", rules.refunded.to_string(), refunded);
                }
            }
        }
        Ok(Lookup::Unknown(word)) => {
            return difference("provider's record", "a known state".into(), word);
        }
        Ok(_) => Won::ZERO,
        Err(GatewayError::Unreachable(_)) => return Compared::Unreachable,
        Err(GatewayError::Unusable(note)) => {
            return difference("provider's record", "an entry".into(), note);
        }
    };
    // The money may have been taken, and we have not noticed yet.
    if matches!(
        rules.state,
        PaymentState::Approving | PaymentState::AwaitingDeposit
    ) {
        return Compared::Equal;
    }
    let held = held_at_provider(ours);
    // A refund under way may have reached the provider or not.
    let under_way = held.minus(rules.refunding).unwrap_or(Won::ZERO);
    if taken == held || taken == under_way {
        return Compared::Equal;
    }
    difference("held by the provider", held.to_string(), taken.to_string())
}

/// What the provider holds of a payment, by our records.
fn held_at_provider(ours: &Comparable) -> Won {
    let rules = ours.payment.rules;
    if !rules.state.is_charged() {
        return Won::ZERO;
    }
    let left = rules.amount.minus(rules.refunded);
    let held = left.and_then(|left| left.plus(ours.by_bank));
    held.unwrap_or(Won::ZERO)
}
