//! Approving: the provider captures the money, exactly once, even with concurrent requests and when the
//! provider's response is lost.

use std::time::Duration;

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, Step};
use sha2::{Digest, Sha256};

use super::context::StepContext;
use super::gateway::{Callback, Confirmation, Standing};
use super::look_up::{LookupOutcome, look_up, record_approval, store};
use super::stored::StoredPayment;
use super::write_sql::Change;
use super::{sql, write_sql};
use crate::db::{Conn, StorageError, keep_budget};
use crate::state::AppState;
use web::AppError;

/// Polling interval for a payment that another request is approving.
pub const WAIT_STEP: Duration = Duration::from_millis(40);
/// Polls before giving up: together longer than most exchanges with the provider.
const WAIT_STEPS_MAX: u32 = 800;

/// Between two attempts to record a capture that the database could not take.
const RECORD_PAUSE: Duration = Duration::from_millis(500);

/// The proof with which the payer's browser returns from the provider; secret until it is used.
#[derive(Clone)]
pub struct Proof(String);

impl Proof {
    /// Parses 1 to 200 visible ASCII characters; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// Its SHA-256, in hexadecimal: only the digest is stored, to recognise the proof.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// The text, for the provider only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The outcome of an approval.
pub struct ApprovalOutcome {
    /// The payment in its current state.
    pub payment: StoredPayment,
    /// The provider refused this proof, and its record shows that nothing was captured: the payer may still
    /// return with the right one.
    pub refused: bool,
}

/// The outcome of trying to lease a payment for an approval.
enum Claim {
    /// No capture was requested before.
    First(StoredPayment),
    /// A capture was requested before, and its outcome is unknown.
    Again(StoredPayment),
    /// Closed without a charge; leased, to look for money that came late.
    Closed(StoredPayment),
    /// Another request holds the lease.
    Busy,
    /// The payment is settled, or the callback is not of it.
    Settled(StoredPayment),
}

/// Captures the money of a payment through the provider, and creates the support it is for. A concurrent second
/// call waits for the first. Returns the payment in its new state: approved or further, failed, or still
/// `approving` when the proof was refused or the outcome is unclear; the sweeper settles it then.
///
/// A crash before the provider was called, or before its response was stored, leaves `approving`: the sweeper
/// looks up the provider's record and never charges again to resolve it.
///
/// # Errors
/// 500 when the database fails; the sweeper settles the payment later.
pub async fn approve(
    state: &AppState,
    id: PaymentId,
    callback: Callback,
) -> Result<ApprovalOutcome, AppError> {
    let own = state.clone();
    state
        .background
        .finish(keep_budget(
            async move { Ok(run(&own, id, callback).await?) },
        ))
        .await
}

async fn run(
    state: &AppState,
    id: PaymentId,
    callback: Callback,
) -> Result<ApprovalOutcome, StorageError> {
    for _ in 0..WAIT_STEPS_MAX {
        match claim(state, id, &callback).await? {
            Claim::First(payment) => return charge(state, payment, &callback).await,
            Claim::Again(payment) => return resume(state, payment, &callback).await,
            Claim::Closed(payment) => {
                let outcome = look_up(state, &payment).await;
                return Ok(store(state, payment, outcome).await?.into());
            }
            Claim::Settled(payment) => return Ok(payment.into()),
            Claim::Busy => tokio::time::sleep(WAIT_STEP).await,
        }
    }
    let payment = state.db.read(move |conn| sql::get(conn, id)).await?;
    Ok(payment.into())
}

async fn claim(
    state: &AppState,
    id: PaymentId,
    callback: &Callback,
) -> Result<Claim, StorageError> {
    let cx = StepContext::new(state);
    let own = callback.clone();
    let check = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        Ok::<_, StorageError>((is_of(conn, &own, &payment)?, payment))
    };
    let (is_of_it, seen) = state.db.read(check).await?;
    if !seen.state().is_unpaid() || !is_of_it {
        return Ok(Claim::Settled(seen));
    }
    if cx.is_leased(seen.lease_until) {
        return Ok(Claim::Busy);
    }
    let callback = callback.clone();
    let claim = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if !payment.state().is_unpaid() || !is_of(conn, &callback, &payment)? {
            return Ok(Claim::Settled(payment));
        }
        if cx.is_leased(payment.lease_until) {
            return Ok(Claim::Busy);
        }
        match payment.state() {
            PaymentState::Ready => start_approval(conn, payment, &callback, cx).map(Claim::First),
            PaymentState::Approving => payment
                .step(conn, Step::StartApproval, cx)
                .map(Claim::Again),
            PaymentState::Failed | PaymentState::Expired | PaymentState::Cancelled => {
                let unchanged = payment.clone();
                let leased = payment.lease(conn, cx)?;
                Ok(leased.map_or(Claim::Settled(unchanged), Claim::Closed))
            }
            _ => Ok(Claim::Settled(payment)),
        }
    };
    state.db.write(claim).await
}

/// Whether the payer came back with what may belong to this payment: another order, another amount, another of the
/// provider's ids than the one that is being approved, or the id of another payment does not. Two windows of one payer
/// bring two ids; the first one counts.
fn is_of(
    conn: &mut Conn,
    callback: &Callback,
    payment: &StoredPayment,
) -> Result<bool, StorageError> {
    let (order, amount) = (payment.order.as_str(), payment.rules.amount.get());
    let another_order = callback.order.as_ref().is_some_and(|told| told != order);
    if another_order || callback.amount.is_some_and(|told| told != amount) {
        return Ok(false);
    }
    match (&payment.reference, &callback.reference) {
        (_, None) => Ok(true),
        (Some(known), Some(told)) => Ok(known == told),
        (None, Some(told)) => Ok(!sql::is_of_another(conn, payment, told)?),
    }
}

/// Stores that the capture of a ready payment is about to be requested, with this proof, and the provider's id.
///
/// # Errors
/// When the payment is not ready, or the database fails.
pub fn start_approval(
    conn: &mut Conn,
    payment: StoredPayment,
    callback: &Callback,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let (mut payment, digest) = (payment, callback.proof.digest());
    payment.reference = payment.reference.or_else(|| callback.reference.clone());
    payment.proof_digest = Some(digest.clone());
    let change = Change {
        reference: callback.reference.as_deref(),
        proof_digest: Some(&digest),
        ..Change::default()
    };
    payment.step_with(conn, &[Step::StartApproval], change, cx)
}

fn record_callback(
    conn: &mut Conn,
    mut payment: StoredPayment,
    callback: &Callback,
) -> Result<StoredPayment, StorageError> {
    let digest = callback.proof.digest();
    payment.reference = payment.reference.or_else(|| callback.reference.clone());
    write_sql::set_proof(conn, payment.id, &digest, payment.reference.as_deref())?;
    payment.proof_digest = Some(digest);
    Ok(payment)
}

/// Asks the provider to capture the money of a leased payment.
async fn charge(
    state: &AppState,
    payment: StoredPayment,
    callback: &Callback,
) -> Result<ApprovalOutcome, StorageError> {
    let Some(gateway) = state.merchants.gateway(payment.merchant()) else {
        return Ok(payment.into());
    };
    let confirmation = gateway.confirm(payment.provider_order(), callback).await;
    let (note, refused) = match confirmation {
        Confirmation::Paid(standing) => {
            return Ok(record(state, &payment, standing).await?.into());
        }
        Confirmation::AwaitingDeposit(until) => {
            let outcome = LookupOutcome::Awaiting(until);
            return Ok(store(state, payment, outcome).await?.into());
        }
        Confirmation::Refused(note) => (note, true),
        Confirmation::Unclear(note) => (note, false),
    };
    let id = payment.id.get();
    tracing::warn!(payment = id, note, "an approval was not confirmed");
    let Some(payment) = renew(state, &payment).await? else {
        return Ok(payment.into());
    };
    let outcome = look_up(state, &payment).await;
    let refused = refused && matches!(outcome, LookupOutcome::NotCaptured(_));
    let payment = store(state, payment, outcome.with_note(&note)).await?;
    Ok(ApprovalOutcome { payment, refused })
}

/// Records a capture. What the database can't take now is recorded as soon as it can, as long as the lease lasts: the payer
/// need not wait for its end, nor the sweeper ask the provider.
async fn record(
    state: &AppState,
    payment: &StoredPayment,
    standing: Standing,
) -> Result<StoredPayment, StorageError> {
    let (id, until) = (payment.id, payment.lease_until);
    let recorded = record_approval(state, id, standing.clone()).await;
    if recorded.as_ref().is_err_and(StorageError::is_temporary) {
        let state = state.clone();
        tokio::spawn(async move {
            while state.clock.now() < until {
                tokio::time::sleep(RECORD_PAUSE).await;
                match record_approval(&state, id, standing.clone()).await {
                    Err(error) if error.is_temporary() => {}
                    // The sweeper settles it, if this failed for another reason.
                    _ => return,
                }
            }
        });
    }
    recorded
}

/// A capture was requested before: it is repeated only when the provider's record shows that nothing was captured.
async fn resume(
    state: &AppState,
    payment: StoredPayment,
    callback: &Callback,
) -> Result<ApprovalOutcome, StorageError> {
    let outcome = look_up(state, &payment).await;
    if !matches!(outcome, LookupOutcome::NotCaptured(_)) {
        return Ok(store(state, payment, outcome).await?.into());
    }
    let Some(payment) = renew(state, &payment).await? else {
        return Ok(payment.into());
    };
    let own = callback.clone();
    let record = move |conn: &mut Conn| record_callback(conn, payment.clone(), &own);
    charge(state, state.db.write(record).await?, callback).await
}

/// Renews the lease before the provider is called again; `None` when another has taken it.
async fn renew(
    state: &AppState,
    payment: &StoredPayment,
) -> Result<Option<StoredPayment>, StorageError> {
    let (held, cx) = (payment.clone(), StepContext::new(state));
    let renew = move |conn: &mut Conn| held.clone().renew_lease(conn, cx);
    state.db.write(renew).await
}

impl From<StoredPayment> for ApprovalOutcome {
    fn from(payment: StoredPayment) -> Self {
        Self {
            payment,
            refused: false,
        }
    }
}
