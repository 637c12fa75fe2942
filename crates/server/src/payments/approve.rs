//! Approving: the provider takes the money, once, however many requests ask for it and whatever becomes of the
//! provider's answer.

use std::time::Duration;

use funsun_domain::ids::PaymentId;
use funsun_domain::payments::{PaymentState, Step};
use sha2::{Digest, Sha256};

use super::attach::attach_on_approval;
use super::context::StepContext;
use super::gateway::{Confirmation, GatewayError, Lookup, Standing};
use super::stored::StoredPayment;
use super::{refund, sql};
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use web::AppError;

/// Pause between two looks at a payment that another request is approving.
const WAIT_STEP: Duration = Duration::from_millis(40);
/// Looks before giving up: longer than the provider may take to answer and be asked again.
const WAIT_STEPS_MAX: u32 = 800;

/// The proof with which the payer's browser returns from the provider; a secret until it is used.
#[derive(Clone)]
pub struct Proof(String);

impl Proof {
    /// Takes 1 to 200 visible ASCII characters; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// Its SHA-256, in hexadecimal: what is stored, enough to recognise it.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }
}

/// The outcome of an approval.
pub struct ApprovalOutcome {
    /// The payment as it stands.
    pub payment: StoredPayment,
    /// The provider refused this proof, and its book says that nothing was taken: the payer may still return
    /// with the right one.
    pub refused: bool,
}

enum Claim {
    /// The provider was never asked before.
    First(StoredPayment),
    /// It was asked, and the outcome is unknown.
    Again(StoredPayment),
    /// Another request is asking.
    Busy,
    Settled(StoredPayment),
}

/// What the provider's book says about a payment that is `ready` or `approving`.
enum Finding {
    Taken,
    /// Not taken, and it still can be.
    Untaken,
    Ended(Step),
    Unknown,
}

/// Has the provider take the money of a payment, and creates the support it is for. A concurrent second call
/// waits for the first. Returns the payment as it stands: approved or further, failed, or still `approving`
/// when the proof was refused or the provider's answer is unclear; the sweeper goes on then.
///
/// Dying before the provider was called, or before its answer was stored, leaves `approving`: the sweeper
/// looks the order up in the provider's book and never charges to find out.
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

/// Stores that the provider is about to be asked to take the money of a ready payment, with this proof.
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
    let Some(known) = payment.known() else {
        return Ok(payment.into());
    };
    let (note, refused) = match state.gateway.confirm(known, &proof.0).await {
        Confirmation::Approved => return Ok(record_approval(state, payment.id).await?.into()),
        Confirmation::Refused(note) => (note, true),
        Confirmation::Unclear(note) => (note, false),
    };
    let id = payment.id.get();
    tracing::warn!(payment = id, note, "an approval was not confirmed");
    let finding = look_up(state, &payment).await;
    let refused = refused && matches!(finding, Finding::Untaken);
    let payment = store(state, payment, finding, note).await?;
    Ok(ApprovalOutcome { payment, refused })
}

/// The provider was asked before: it is asked again only when its book says that nothing was taken.
async fn resume(
    state: &AppState,
    payment: StoredPayment,
    proof: &Proof,
) -> Result<ApprovalOutcome, StorageError> {
    match look_up(state, &payment).await {
        Finding::Untaken => {
            let digest = proof.digest();
            let record = move |conn: &mut Conn| payment.clone().record_proof(conn, &digest);
            charge(state, state.db.write(record).await?, proof).await
        }
        finding => {
            let note = "asked again".to_owned();
            Ok(store(state, payment, finding, note).await?.into())
        }
    }
}

/// Looks up in the provider's book what became of a payment that is `ready` or `approving`, and stores it.
///
/// # Errors
/// When the database fails.
pub async fn settle_by_look_up(
    state: &AppState,
    payment: StoredPayment,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let finding = look_up(state, &payment).await;
    store(state, payment, finding, note).await
}

async fn look_up(state: &AppState, payment: &StoredPayment) -> Finding {
    let Some(known) = payment.known() else {
        return Finding::Unknown;
    };
    let found: Result<Lookup, GatewayError> = state.gateway.look_up(known).await;
    let standing = match found {
        Ok(lookup) => lookup.standing,
        Err(error) => {
            tracing::warn!(payment = payment.id.get(), %error, "a look-up failed");
            return Finding::Unknown;
        }
    };
    match standing {
        Standing::Paid => Finding::Taken,
        Standing::Cancelled => Finding::Ended(Step::Cancel),
        Standing::Failed => Finding::Ended(Step::Fail),
        Standing::Pending if state.clock.now() >= payment.expires_at() => {
            Finding::Ended(Step::Expire)
        }
        Standing::Pending => Finding::Untaken,
    }
}

/// Stores what a look-up found, unless the payment has moved on since `seen` was read: it says nothing about
/// an approval that began later.
async fn store(
    state: &AppState,
    seen: StoredPayment,
    finding: Finding,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let id = seen.id;
    let step = match finding {
        Finding::Taken => return record_approval(state, id).await,
        Finding::Ended(step) => Some(step),
        Finding::Untaken | Finding::Unknown => None,
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
                "taken after it was closed: a person must look"
            );
            Ok(payment)
        }
        _ => Ok(payment),
    }
}

/// Stores that the money was taken; in the same transaction the support it is for is created or, when that is
/// not possible any more, the refund begins. A payment that is settled stays as it is.
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
        // We never asked: this database was restored from a backup made before we did.
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
