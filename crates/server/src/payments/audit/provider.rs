//! Our payments against the providers' records.

use funsun_domain::money::Won;
use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;
use futures_util::{StreamExt, stream};

use super::{BATCH, Difference, Findings, sql};
use crate::db::{Conn, Db, StorageError};
use crate::payments::gateway::{GatewayError, Lookup, PaymentGateway};
use crate::payments::merchants::Merchants;
use crate::payments::sql as payment_sql;
use crate::payments::stored::StoredPayment;

/// Most concurrent look-ups.
const LOOK_UPS: usize = 8;

/// The result of one comparison; unreachable when the provider can't be asked.
enum Compared {
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
    let demo = db.read_slow(sql::find_demo_account).await?;
    let mut after = 0;
    loop {
        let load = move |conn: &mut Conn| sql::list_comparable(conn, after, since, BATCH);
        let Some(batch) = db.read_slow(load).await? else {
            return Ok(());
        };
        after = batch.last;
        let mut known = Vec::new();
        for payment in batch.payments {
            match payment {
                Ok(payment) if Some(payment.merchant().get()) == demo => findings.invented += 1,
                Ok(payment) => known.push(payment),
                Err(error) => findings.compare("a payment", "row", "readable", error),
            }
        }
        let mut compared = stream::iter(known)
            .map(|payment| compare(db, merchants, payment))
            .buffer_unordered(LOOK_UPS);
        while let Some(compared) = compared.next().await {
            match compared? {
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

/// Reads the payment again when the records differ: it may have changed between our read and the look-up.
async fn compare(
    db: &Db,
    merchants: &Merchants,
    payment: StoredPayment,
) -> Result<Compared, StorageError> {
    let Some(gateway) = merchants.gateway(payment.merchant()) else {
        return Ok(Compared::Unreachable);
    };
    let first = compare_once(gateway, &payment).await;
    if !matches!(first, Compared::Different(_)) {
        return Ok(first);
    }
    let id = payment.id;
    let again = db.read_slow(move |conn| payment_sql::get(conn, id)).await?;
    Ok(if again.rules == payment.rules {
        first
    } else {
        compare_once(gateway, &again).await
    })
}

async fn compare_once(gateway: &dyn PaymentGateway, payment: &StoredPayment) -> Compared {
    let difference = |what, expected: String, found: String| {
        Compared::Different(Difference {
            subject: format!("payment {}", payment.id),
            what,
            expected,
            found,
        })
    };
    if payment.reference.is_none() && !gateway.finds_by_order() {
        return Compared::Equal;
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
    let left = rules.amount.minus(rules.refunded).unwrap_or(Won::ZERO);
    let ours = match rules.state {
        PaymentState::Approving => return Compared::Equal,
        state if state.is_charged() => left,
        _ => Won::ZERO,
    };
    // A refund under way may have reached the provider or not.
    let under_way = ours.minus(rules.refunding).unwrap_or(Won::ZERO);
    if taken == ours || taken == under_way {
        return Compared::Equal;
    }
    difference("held by the provider", ours.to_string(), taken.to_string())
}
