//! Taking the money: once, however many ask at once, whatever becomes of the provider's answer.

use std::time::Duration;

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, Step};
use sha2::{Digest, Sha256};

use super::gateway::{Confirmation, Standing};
use super::refund;
use super::sql;
use super::stored::{StoredPayment, Timing};
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use crate::supports;
use crate::web::AppError;

/// Pause between two looks at a payment that somebody else is settling.
const WAIT_STEP: Duration = Duration::from_millis(40);
/// Looks before giving up: longer than the provider may take to answer and be asked again.
const WAIT_STEPS_MAX: u32 = 800;

/// What the payer's browser brought back from the provider; as good as a password until it is used.
#[derive(Clone)]
pub struct Proof(String);

impl Proof {
    /// Takes 1 to 200 visible ASCII characters; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// What is stored of it: enough to recognise it, no use to anybody.
    pub fn digest(&self) -> String {
        Sha256::digest(self.0.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

enum Claim {
    Mine(StoredPayment),
    Busy,
    Settled(StoredPayment),
}

/// Has the provider take the money of a payment, and creates the support it is for. Whoever comes second
/// waits for the first. Gives back the payment as it stands: approved or further, failed, or still
/// `approving` when the provider can't be understood; the sweeper goes on asking then.
///
/// Dying before the provider was called, or before its answer was stored, leaves `approving`: the sweeper
/// asks the provider's book and never charges to find out.
///
/// # Errors
/// 500 when the database fails; the sweeper settles the payment later.
pub async fn approve(
    state: &AppState,
    id: PaymentId,
    proof: Proof,
) -> Result<StoredPayment, AppError> {
    let own = state.clone();
    state
        .background
        .finish(async move { Ok(run(&own, id, proof).await?) })
        .await
}

async fn run(state: &AppState, id: PaymentId, proof: Proof) -> Result<StoredPayment, StorageError> {
    for _ in 0..WAIT_STEPS_MAX {
        match claim(state, id, &proof).await? {
            Claim::Mine(payment) => return charge(state, payment, &proof).await,
            Claim::Settled(payment) => return Ok(payment),
            Claim::Busy => tokio::time::sleep(WAIT_STEP).await,
        }
    }
    state.db.read(move |conn| sql::get(conn, id)).await
}

async fn claim(state: &AppState, id: PaymentId, proof: &Proof) -> Result<Claim, StorageError> {
    let seen = state.db.read(move |conn| sql::get(conn, id)).await?;
    if !matches!(seen.state(), PaymentState::Ready | PaymentState::Approving) {
        return Ok(Claim::Settled(seen));
    }
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    if seen.lease_until > now {
        return Ok(Claim::Busy);
    }
    let digest = proof.digest();
    let claim = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Ready | PaymentState::Approving if payment.lease_until > now => {
                Ok(Claim::Busy)
            }
            PaymentState::Ready | PaymentState::Approving => {
                sql::set_proof(conn, id, &digest)?;
                payment
                    .step(conn, Step::StartApproval, now, timing)
                    .map(Claim::Mine)
            }
            _ => Ok(Claim::Settled(payment)),
        }
    };
    state.db.write(claim).await
}

async fn charge(
    state: &AppState,
    payment: StoredPayment,
    proof: &Proof,
) -> Result<StoredPayment, StorageError> {
    let Some(known) = payment.known() else {
        return Ok(payment);
    };
    match state.gateway.confirm(known, &proof.0).await {
        Confirmation::Approved => record_approval(state, payment.id).await,
        Confirmation::Unclear(note) => {
            tracing::warn!(
                payment = payment.id.get(),
                note,
                "an approval's outcome is unclear"
            );
            settle_by_look_up(state, payment, note).await
        }
    }
}

/// Asks the provider's book what became of a payment that is `ready` or `approving`, and stores the answer.
///
/// # Errors
/// When the database fails.
pub async fn settle_by_look_up(
    state: &AppState,
    payment: StoredPayment,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let Some(known) = payment.known() else {
        return Ok(payment);
    };
    let found = state.gateway.look_up(known).await;
    let now = state.clock.now();
    let step = match found {
        Ok(lookup) => match lookup.standing {
            Standing::Paid if payment.state() == PaymentState::Approving => {
                return record_approval(state, payment.id).await;
            }
            Standing::Paid => {
                tracing::error!(
                    payment = payment.id.get(),
                    "paid, though we never asked for it"
                );
                None
            }
            Standing::Cancelled => Some(Step::Cancel),
            Standing::Failed => Some(Step::Fail),
            Standing::Pending if now >= payment.expires_at() => Some(Step::Expire),
            Standing::Pending => None,
        },
        Err(error) => {
            tracing::warn!(payment = payment.id.get(), %error, "a look-up failed");
            None
        }
    };
    let (id, timing) = (payment.id, Timing::from(&state.config));
    let store = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if !matches!(
            payment.state(),
            PaymentState::Ready | PaymentState::Approving
        ) {
            return Ok(payment);
        }
        match step {
            Some(step) => payment.step(conn, step, now, timing),
            None => payment.put_off(conn, now, &note),
        }
    };
    state.db.write(store).await
}

/// Stores that the money was taken; in the same transaction the support it is for is created or, when
/// that is not possible any more, the refund begins.
async fn record_approval(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let record = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.state() != PaymentState::Approving {
            return Ok(payment);
        }
        let payment = payment.step(conn, Step::Approve, now, timing)?;
        supports::accept_wanted(conn, payment, now, timing)
    };
    let payment = state.db.write(record).await?;
    if payment.state() == PaymentState::Refunding {
        return refund::pursue(state, payment.id).await;
    }
    Ok(payment)
}
