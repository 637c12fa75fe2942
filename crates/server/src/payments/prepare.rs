//! The first payment call: creating a payment and registering it with the provider.

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::{AccountKey, MerchantAccountId, OrderRef, PaymentId};
use funsun_domain::money::{SupportAmount, Won};
use funsun_domain::payments::{PaymentState, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::attach::check_new;
use super::context::StepContext;
use super::gateway::{GatewayError, NewOrder, PaymentUrls, Prepared, ReturnUrls};
use super::merchants::NOT_CONFIGURED;
use super::stored::StoredPayment;
use super::write_sql::Change;
use super::{sql, write_sql};
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
    /// Our account at the provider.
    pub merchant: MerchantAccountId,
    /// Our opaque id for the payer at the provider: no personal data.
    pub payer_ref: String,
    /// The part of the amount that is not taxed.
    pub tax_free: Won,
    /// The idempotency key of the form: the same key with the same purpose returns the same payment.
    pub form_key: Option<String>,
}

impl NewPayment {
    /// A payment at the account that takes new ones, with the configured tax-free part.
    ///
    /// # Errors
    /// When the amounts are out of range.
    pub fn new(
        state: &AppState,
        purpose: Purpose,
        form_key: Option<String>,
    ) -> Result<Self, StorageError> {
        let percent = i64::from(state.config.payments.tax_free_percent);
        let tax_free = purpose.amount().won().get() * percent / 100;
        Ok(Self {
            purpose,
            merchant: state.merchants.active(),
            payer_ref: random_order()?.as_str().to_owned(),
            tax_free: Won::new(tax_free).map_err(StorageError::corrupt)?,
            form_key,
        })
    }
}

/// A random order reference, unguessable.
///
/// # Errors
/// When the system gives no random bytes.
pub fn random_order() -> Result<OrderRef, StorageError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StorageError::corrupt)?;
    Ok(OrderRef::from_random(random))
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
    pub urls: PaymentUrls,
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
/// A crash after the first write leaves a payment without the provider's id. Where nothing can be captured without
/// it, the sweeper fails the payment; else it asks the provider by our order reference.
///
/// # Errors
/// [`PrepareRefusal`]; nothing was charged then.
pub async fn prepare(
    state: &AppState,
    payer: Member,
    payment: NewPayment,
) -> Result<PrepareOutcome, PrepareRefusal> {
    let amount = payment.purpose.amount();
    let order = random_order()?;
    let gateway = state.merchants.gateway(payment.merchant);
    let gateway = gateway.ok_or_else(|| StorageError::corrupt(NOT_CONFIGURED))?;
    let (payer_ref, tax_free) = (payment.payer_ref.clone(), payment.tax_free);
    let (own, cx) = (order.clone(), StepContext::new(state));
    let create = move |conn: &mut Conn| create_payment(conn, payer.key, &own, &payment, cx);
    let id = match write_as(state, payer, create).await?? {
        CreateOutcome::Created(id) => id,
        CreateOutcome::Existing(order) => return Ok(PrepareOutcome::Repeated(order)),
    };
    let return_urls = return_urls(state, gateway.provider(), &order);
    let registered = gateway.prepare(NewOrder {
        order: order.as_str(),
        payer: &payer_ref,
        amount: amount.won(),
        tax_free,
        item_name: ITEM_NAME,
        return_urls: &return_urls,
        now: state.clock.now(),
    });
    match registered.await {
        Ok(prepared) => {
            let (stored, cx) = (prepared.clone(), StepContext::new(state));
            let store = move |conn: &mut Conn| store_prepared(conn, id, &stored, cx);
            state.db.write(store).await?;
            let urls = prepared.checkout.urls(&state.public_url);
            Ok(PrepareOutcome::Ready(ReadyPayment { order, urls }))
        }
        Err(error) => {
            tracing::warn!(payment = id.get(), %error, "the provider did not accept an order");
            store_failure(state, id, error.to_string()).await?;
            Err(PrepareRefusal::Provider(error))
        }
    }
}

/// The pages of each provider: only KakaoPay's have the paths that the mobile app knows.
fn return_urls(state: &AppState, provider: &str, order: &OrderRef) -> ReturnUrls {
    let (base, order) = (&state.public_url, order.as_str());
    let page = |name: &str| format!("{base}/remit/{provider}/{name}/{order}");
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
        if is_same_order(&existing, &payment.purpose, cx.now) {
            return Ok(CreateOutcome::Existing(existing.order));
        }
        write_sql::release_form_key(conn, existing.id)?;
    }
    if let Some(terms) = payment.purpose.terms() {
        let check = check_new(conn, terms, payer, cx)?;
        check.ok_or(PrepareRefusal::NoSuchFunding)??;
    }
    Ok(CreateOutcome::Created(write_sql::create(
        conn, payer, order, payment, cx,
    )?))
}

/// Whether a form that is sent again means the payment that it created: it has the same content, and the payment is
/// alive.
fn is_same_order(existing: &StoredPayment, purpose: &Purpose, now: Timestamp) -> bool {
    let wanted = existing.wanted.as_ref();
    let wanted = wanted.map(|wanted| (wanted.funding, wanted.message.as_str()));
    let terms = purpose.terms();
    let terms = terms.map(|terms| (terms.funding, terms.message.as_str()));
    let same = existing.rules.amount == purpose.amount().won() && wanted == terms;
    same && match existing.state() {
        PaymentState::Created | PaymentState::Ready => existing.expires_at > now,
        PaymentState::Approving
        | PaymentState::AwaitingDeposit
        | PaymentState::Approved
        | PaymentState::Attached => true,
        PaymentState::Refunding
        | PaymentState::PartlyRefunded
        | PaymentState::Refunded
        | PaymentState::Failed
        | PaymentState::Expired
        | PaymentState::Cancelled => false,
    }
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
    let mut payment = sql::get(conn, id)?;
    payment.expires_at = prepared.expires_at;
    let urls = prepared.checkout.urls("");
    let change = Change {
        reference: prepared.reference.as_deref(),
        mobile_url: Some(&urls.mobile),
        desktop_url: Some(&urls.desktop),
        expires_at: Some(prepared.expires_at.micros()),
        ..Change::default()
    };
    payment
        .step_with(conn, &[Step::Prepare], change, cx)
        .map(|_| ())
}

async fn store_failure(state: &AppState, id: PaymentId, note: String) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let failed = move |conn: &mut Conn| {
        write_sql::set_note(conn, id, &note)?;
        sql::get(conn, id)?.step(conn, Step::Fail, cx).map(|_| ())
    };
    state.db.write(failed).await
}
