//! The first of the payment calls: creating a payment and announcing it to the provider.

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

/// What the payer sees on the provider's page.
const ITEM_NAME: &str = "FunSun 펀딩 후원";

/// A payment to create.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// What the money is for.
    pub purpose: Purpose,
    /// The key of the form that asks for it: the same key is the same payment.
    pub form_key: Option<String>,
}

/// What the money of a payment is for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// The approval itself attaches it, on these terms.
    Support(SupportTerms),
    /// The client says after the approval (`POST /remit/`); this much is paid.
    Unattached(SupportAmount),
}

impl Purpose {
    /// How much is paid.
    pub fn amount(&self) -> SupportAmount {
        match self {
            Self::Support(terms) => terms.amount,
            Self::Unattached(amount) => *amount,
        }
    }

    /// The terms, where they are known beforehand.
    pub fn terms(&self) -> Option<&SupportTerms> {
        match self {
            Self::Support(terms) => Some(terms),
            Self::Unattached(_) => None,
        }
    }
}

/// A payment that waits for its payer.
pub struct ReadyPayment {
    /// Our number for it; also opens its return page.
    pub order: OrderRef,
    /// Where to redirect the payer.
    pub prepared: Prepared,
}

/// The outcome of asking for a payment.
pub enum PrepareOutcome {
    /// It waits for its payer.
    Ready(ReadyPayment),
    /// The same form has created the payment of this order before.
    Repeated(OrderRef),
}

/// Why no payment is made ready.
#[derive(Debug, Error)]
pub enum PrepareRefusal {
    /// There is no funding by this id that the payer may see.
    #[error("funding: there is no such funding")]
    NoSuchFunding,
    /// The funding takes no support from this payer.
    #[error("funding: {0}")]
    NotAccepted(#[from] SupportRefusal),
    /// The payer logged out, left or was suspended at this moment.
    #[error(transparent)]
    LoginEnded(#[from] LoginEnded),
    /// The provider did not take the order; nobody was charged.
    #[error("the payment could not be prepared, nothing was charged: try again in a moment")]
    Provider(#[source] GatewayError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Makes a payment ready: creates it, announces it to the provider, stores the provider's number.
///
/// Dying after the first write leaves a payment that the provider may know under a number we never
/// learnt: nothing can be taken under it, and the sweeper closes ours.
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
        Created::Now(id) => id,
        Created::Before(order) => return Ok(PrepareOutcome::Repeated(order)),
    };
    let return_urls = return_urls(state, &order);
    let payer_name = super::payer_name(payer.key.get());
    let announced = state.gateway.prepare(NewOrder {
        order: order.as_str(),
        payer: &payer_name,
        amount: amount.won(),
        item_name: ITEM_NAME,
        return_urls: &return_urls,
    });
    match announced.await {
        Ok(prepared) => {
            let (stored, cx) = (prepared.clone(), StepContext::new(state));
            let store = move |conn: &mut Conn| store_prepared(conn, id, &stored, cx);
            state.db.write(store).await?;
            Ok(PrepareOutcome::Ready(ReadyPayment { order, prepared }))
        }
        Err(error) => {
            tracing::warn!(payment = id.get(), %error, "the provider did not take an order");
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

/// Whether a payment was created, or its form had created one before.
pub enum Created {
    /// This payment.
    Now(PaymentId),
    /// The payment of this order.
    Before(OrderRef),
}

/// Creates a payment, provided that its funding takes the support; the provider does not know of it yet.
///
/// # Errors
/// [`PrepareRefusal::NoSuchFunding`], [`PrepareRefusal::NotAccepted`] or [`PrepareRefusal::Storage`].
pub fn create_payment(
    conn: &mut Conn,
    payer: AccountKey,
    order: &OrderRef,
    payment: &NewPayment,
    cx: StepContext,
) -> Result<Created, PrepareRefusal> {
    if let Some(form_key) = &payment.form_key
        && let Some(before) = sql::find_by_form_key(conn, payer, form_key)?
    {
        return Ok(Created::Before(before));
    }
    if let Some(terms) = payment.purpose.terms() {
        let open = check_open(conn, terms.funding, payer, cx.now)?;
        open.ok_or(PrepareRefusal::NoSuchFunding)??;
    }
    Ok(Created::Now(sql::create(conn, payer, order, payment, cx)?))
}

/// Stores that the provider has taken an order: the payment waits for its payer.
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
