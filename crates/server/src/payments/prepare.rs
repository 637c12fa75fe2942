//! The first payment call: creating a payment and registering it with the provider.

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::{AccountKey, OrderRef, PaymentId};
use funsun_domain::money::SupportAmount;
use funsun_domain::payments::Step;
use funsun_domain::supports::SupportTerms;
use thiserror::Error;

use super::attach::check_open;
use super::context::StepContext;
use super::gateway::{GatewayError, NewOrder, Prepared, ReturnUrls};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::identity::{LoginEnded, Member, write_as};
use crate::state::AppState;

/// The item name on the provider's payment page.
const ITEM_NAME: &str = "FunSun 펀딩 후원";

/// A payment to create.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// The purpose of the money.
    pub purpose: Purpose,
    /// The idempotency key of the form: the same key returns the same payment.
    pub form_key: Option<String>,
}

/// The purpose of a payment's money.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// A support: the approval attaches the payment, on these terms.
    Support(SupportTerms),
    /// Decided by the client after the approval (`POST /remit/`); the amount.
    Unattached(SupportAmount),
}

impl Purpose {
    /// The amount to pay.
    pub fn amount(&self) -> SupportAmount {
        match self {
            Self::Support(terms) => terms.amount,
            Self::Unattached(amount) => *amount,
        }
    }

    /// The support's terms, if known in advance.
    pub fn terms(&self) -> Option<&SupportTerms> {
        match self {
            Self::Support(terms) => Some(terms),
            Self::Unattached(_) => None,
        }
    }
}

/// A payment that waits for its payer.
pub struct ReadyPayment {
    /// Our order reference, also part of its return page's URL.
    pub order: OrderRef,
    /// Where to redirect the payer.
    pub prepared: Prepared,
}

/// The outcome of preparing a payment.
pub enum PrepareOutcome {
    /// The payment waits for its payer.
    Ready(ReadyPayment),
    /// The same form has already created the payment of this order.
    Repeated(OrderRef),
}

/// Why no payment is prepared.
#[derive(Debug, Error)]
pub enum PrepareRefusal {
    /// No funding with this id is visible to the payer.
    #[error("funding: there is no such funding")]
    NoSuchFunding,
    /// The funding accepts no support from this payer.
    #[error("funding: {0}")]
    NotAccepted(#[from] SupportRefusal),
    /// The payer logged out, left or was suspended meanwhile.
    #[error(transparent)]
    LoginEnded(#[from] LoginEnded),
    /// The provider did not accept the order; nobody was charged.
    #[error("the payment could not be prepared, nothing was charged: try again in a moment")]
    Provider(#[source] GatewayError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Prepares a payment: creates it, registers it with the provider, stores the provider's id.
///
/// A crash after the first write leaves a payment whose provider id was never stored: nothing can be captured
/// without that id, and the sweeper fails the payment.
///
/// # Errors
/// [`PrepareRefusal`]; nothing was charged then.
pub async fn prepare(
    state: &AppState,
    payer: Member,
    payment: NewPayment,
) -> Result<PrepareOutcome, PrepareRefusal> {
    let amount = payment.purpose.amount();
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system gives random bytes");
    let order = OrderRef::from_random(random);
    let (own, cx) = (order.clone(), StepContext::new(state));
    let create = move |conn: &mut Conn| create_payment(conn, payer.key, &own, &payment, cx);
    let id = match write_as(state, payer, create).await?? {
        CreateOutcome::Created(id) => id,
        CreateOutcome::Existing(order) => return Ok(PrepareOutcome::Repeated(order)),
    };
    let return_urls = return_urls(state, &order);
    let payer_name = super::payer_name(payer.key.get());
    let registered = state.gateway.prepare(NewOrder {
        order: order.as_str(),
        payer: &payer_name,
        amount: amount.won(),
        item_name: ITEM_NAME,
        return_urls: &return_urls,
    });
    match registered.await {
        Ok(prepared) => {
            let (stored, cx) = (prepared.clone(), StepContext::new(state));
            let store = move |conn: &mut Conn| store_prepared(conn, id, &stored, cx);
            state.db.write(store).await?;
            Ok(PrepareOutcome::Ready(ReadyPayment { order, prepared }))
        }
        Err(error) => {
            tracing::warn!(payment = id.get(), %error, "the provider did not accept an order");
            store_failure(state, id, error.to_string()).await?;
            Err(PrepareRefusal::Provider(error))
        }
    }
}

fn return_urls(state: &AppState, order: &OrderRef) -> ReturnUrls {
    let (base, order) = (&state.public_url, order.as_str());
    let page = |name: &str| format!("{base}/remit/kakaopay/{name}/{order}");
    ReturnUrls {
        approved: page("return"),
        cancelled: page("cancelled"),
        failed: page("failed"),
    }
}

/// The outcome of creating a payment.
pub enum CreateOutcome {
    /// This payment was created.
    Created(PaymentId),
    /// The same form had already created the payment of this order.
    Existing(OrderRef),
}

/// Creates a payment, provided that its funding accepts the support; it is not registered with the provider yet.
///
/// # Errors
/// [`PrepareRefusal::NoSuchFunding`], [`PrepareRefusal::NotAccepted`] or [`PrepareRefusal::Storage`].
pub fn create_payment(
    conn: &mut Conn,
    payer: AccountKey,
    order: &OrderRef,
    payment: &NewPayment,
    cx: StepContext,
) -> Result<CreateOutcome, PrepareRefusal> {
    if let Some(form_key) = &payment.form_key
        && let Some(existing) = sql::find_by_form_key(conn, payer, form_key)?
    {
        return Ok(CreateOutcome::Existing(existing));
    }
    if let Some(terms) = payment.purpose.terms() {
        let open = check_open(conn, terms.funding, payer, cx.now)?;
        open.ok_or(PrepareRefusal::NoSuchFunding)??;
    }
    Ok(CreateOutcome::Created(sql::create(
        conn, payer, order, payment, cx,
    )?))
}

/// Stores that the provider has accepted an order: the payment waits for its payer.
///
/// # Errors
/// When the payment is not new, or the database fails.
pub fn store_prepared(
    conn: &mut Conn,
    id: PaymentId,
    prepared: &Prepared,
    cx: StepContext,
) -> Result<(), StorageError> {
    sql::set_tid(conn, id, &prepared.reference)?;
    sql::set_urls(conn, id, prepared)?;
    sql::get(conn, id)?
        .step(conn, Step::Prepare, cx)
        .map(|_| ())
}

async fn store_failure(state: &AppState, id: PaymentId, note: String) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let failed = move |conn: &mut Conn| {
        sql::set_note(conn, id, &note)?;
        sql::get(conn, id)?.step(conn, Step::Fail, cx).map(|_| ())
    };
    state.db.write(failed).await
}
