//! Approving: the provider captures the money, exactly once, even with concurrent requests and when the
//! provider's response is lost.

use std::time::Duration;

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, Step};
use sha2::{Digest, Sha256};

use super::attach::attach_on_approval;
use super::context::StepContext;
use super::gateway::{Confirmation, GatewayError, Lookup, ProviderState};
use super::stored::StoredPayment;
use super::{refund, sql};
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use web::AppError;

/// Polling interval for a payment that another request is approving.
const WAIT_STEP: Duration = Duration::from_millis(40);
/// Polls before giving up: together longer than the provider may take to respond, with one retry.
const WAIT_STEPS_MAX: u32 = 800;

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
    /// Another request holds the lease.
    Busy,
    /// The payment is neither ready nor approving.
    Settled(StoredPayment),
}

/// The provider's record of a payment that is `ready` or `approving`.
enum LookupOutcome {
    /// The money was captured.
    Captured,
    /// Nothing was captured, and it still can be.
    NotCaptured,
    /// Nothing was captured and nothing will be; the step to take.
    Ended(Step),
    /// The record can't be read.
    Unknown,
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
    proof: Proof,
) -> Result<ApprovalOutcome, AppError> {
    let own = state.clone();
    state
        .background
        .finish(async move { Ok(run(&own, id, proof).await?) })
        .await
}

async fn run(
    state: &AppState,
    id: PaymentId,
    proof: Proof,
) -> Result<ApprovalOutcome, StorageError> {
    for _ in 0..WAIT_STEPS_MAX {
        match claim(state, id, &proof).await? {
            Claim::First(payment) => return charge(state, payment, &proof).await,
            Claim::Again(payment) => return resume(state, payment, &proof).await,
            Claim::Settled(payment) => return Ok(payment.into()),
            Claim::Busy => tokio::time::sleep(WAIT_STEP).await,
        }
    }
    let payment = state.db.read(move |conn| sql::get(conn, id)).await?;
    Ok(payment.into())
}

async fn claim(state: &AppState, id: PaymentId, proof: &Proof) -> Result<Claim, StorageError> {
    let seen = state.db.read(move |conn| sql::get(conn, id)).await?;
    if !matches!(seen.state(), PaymentState::Ready | PaymentState::Approving) {
        return Ok(Claim::Settled(seen));
    }
    let cx = StepContext::new(state);
    if seen.lease_until > cx.now {
        return Ok(Claim::Busy);
    }
    let digest = proof.digest();
    let claim = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Ready | PaymentState::Approving if payment.lease_until > cx.now => {
                Ok(Claim::Busy)
            }
            PaymentState::Ready => start_approval(conn, payment, &digest, cx).map(Claim::First),
            PaymentState::Approving => payment
                .step(conn, Step::StartApproval, cx)
                .map(Claim::Again),
            _ => Ok(Claim::Settled(payment)),
        }
    };
    state.db.write(claim).await
}

/// Stores that the capture of a ready payment is about to be requested, with this proof.
///
/// # Errors
/// When the payment is not ready, or the database fails.
pub fn start_approval(
    conn: &mut Conn,
    payment: StoredPayment,
    digest: &str,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let payment = payment.step(conn, Step::StartApproval, cx)?;
    payment.record_proof(conn, digest)
}

async fn charge(
    state: &AppState,
    payment: StoredPayment,
    proof: &Proof,
) -> Result<ApprovalOutcome, StorageError> {
    let Some(order) = payment.provider_order() else {
        return Ok(payment.into());
    };
    let (note, refused) = match state.gateway.confirm(order, &proof.0).await {
        Confirmation::Approved => return Ok(record_approval(state, payment.id).await?.into()),
        Confirmation::Refused(note) => (note, true),
        Confirmation::Unclear(note) => (note, false),
    };
    let id = payment.id.get();
    tracing::warn!(payment = id, note, "an approval was not confirmed");
    let outcome = look_up(state, &payment).await;
    let refused = refused && matches!(outcome, LookupOutcome::NotCaptured);
    let payment = store(state, payment, outcome, note).await?;
    Ok(ApprovalOutcome { payment, refused })
}

/// A capture was requested before: it is repeated only when the provider's record shows that nothing was captured.
async fn resume(
    state: &AppState,
    payment: StoredPayment,
    proof: &Proof,
) -> Result<ApprovalOutcome, StorageError> {
    match look_up(state, &payment).await {
        LookupOutcome::NotCaptured => {
            let digest = proof.digest();
            let record = move |conn: &mut Conn| payment.clone().record_proof(conn, &digest);
            charge(state, state.db.write(record).await?, proof).await
        }
        outcome => {
            let note = "approval repeated".to_owned();
            Ok(store(state, payment, outcome, note).await?.into())
        }
    }
}

/// Reads the provider's record of a payment that is `ready` or `approving`, and stores the outcome.
///
/// # Errors
/// When the database fails.
pub async fn settle_by_look_up(
    state: &AppState,
    payment: StoredPayment,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let outcome = look_up(state, &payment).await;
    store(state, payment, outcome, note).await
}

async fn look_up(state: &AppState, payment: &StoredPayment) -> LookupOutcome {
    let Some(order) = payment.provider_order() else {
        return LookupOutcome::Unknown;
    };
    let found: Result<Lookup, GatewayError> = state.gateway.look_up(order).await;
    let provider_state = match found {
        Ok(lookup) => lookup.state,
        Err(error) => {
            tracing::warn!(payment = payment.id.get(), %error, "a look-up failed");
            return LookupOutcome::Unknown;
        }
    };
    match provider_state {
        ProviderState::Paid => LookupOutcome::Captured,
        ProviderState::Cancelled => LookupOutcome::Ended(Step::Cancel),
        ProviderState::Failed => LookupOutcome::Ended(Step::Fail),
        ProviderState::Pending if state.clock.now() >= payment.expires_at() => {
            LookupOutcome::Ended(Step::Expire)
        }
        ProviderState::Pending => LookupOutcome::NotCaptured,
    }
}

/// Stores the outcome of a look-up, unless the payment has changed since `seen` was read: the look-up says
/// nothing about an approval that began later.
async fn store(
    state: &AppState,
    seen: StoredPayment,
    outcome: LookupOutcome,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let id = seen.id;
    let step = match outcome {
        LookupOutcome::Captured => return record_approval(state, id).await,
        LookupOutcome::Ended(step) => Some(step),
        LookupOutcome::NotCaptured | LookupOutcome::Unknown => None,
    };
    let cx = StepContext::new(state);
    let store = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        if payment.rules != seen.rules || payment.lease_until != seen.lease_until {
            return Ok(payment);
        }
        match step {
            Some(step) => payment.step(conn, step, cx),
            None => payment.postpone(conn, cx.now, &note),
        }
    };
    state.db.write(store).await
}

async fn record_approval(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let cx = StepContext::new(state);
    let record = move |conn: &mut Conn| store_approval(conn, id, cx);
    let payment = state.db.write(record).await?;
    match payment.state() {
        PaymentState::Refunding => refund::carry_out(state, id).await,
        PaymentState::Failed | PaymentState::Expired | PaymentState::Cancelled => {
            let closed_as = payment.state().as_str();
            tracing::error!(
                payment = id.get(),
                closed_as,
                "captured after the payment was closed: an operator must decide"
            );
            Ok(payment)
        }
        _ => Ok(payment),
    }
}

/// Stores that the money was captured; in the same transaction the support it is for is created or, when that
/// is no longer possible, the refund begins. A settled payment does not change.
///
/// # Errors
/// When the database fails.
pub fn store_approval(
    conn: &mut Conn,
    id: PaymentId,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let payment = sql::get(conn, id)?;
    let payment = match payment.state() {
        PaymentState::Approving => payment,
        // We never requested a capture: this database was restored from a backup made before we did.
        PaymentState::Ready => payment.step(conn, Step::StartApproval, cx)?,
        _ => return Ok(payment),
    };
    let payment = payment.step(conn, Step::Approve, cx)?;
    attach_on_approval(conn, payment, cx)
}

impl From<StoredPayment> for ApprovalOutcome {
    fn from(payment: StoredPayment) -> Self {
        Self {
            payment,
            refused: false,
        }
    }
}
