//! The first of the payment calls: writing a payment down and announcing it to the provider.

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::{OrderRef, PaymentId};
use funsun_domain::money::SupportAmount;
use funsun_domain::payments::Step;
use thiserror::Error;

use super::context::StepContext;
use super::gateway::{GatewayError, NewOrder, Prepared, ReturnUrls};
use super::sql;
use super::stored::Wanted;
use crate::db::{Conn, StorageError};
use crate::identity::{LoginEnded, Member, write_as};
use crate::state::AppState;
use crate::supports;

/// What the payer sees on the provider's page.
const ITEM_NAME: &str = "FunSun 펀딩 후원";

/// A payment that waits for its payer.
pub struct ReadyPayment {
    /// Our number for it; also opens its return page.
    pub order: OrderRef,
    /// Where to send the payer.
    pub prepared: Prepared,
}

/// A payment to be made.
pub struct NewPayment {
    /// How much.
    pub amount: SupportAmount,
    /// The support that its approval will create.
    pub wanted: Option<Wanted>,
    /// The key of the form that asks for it: the same key is the same payment.
    pub form_key: Option<String>,
}

/// What came of asking for a payment.
pub enum Asked {
    /// It waits for its payer.
    Ready(ReadyPayment),
    /// The same form has asked before, for the payment of this order.
    Before(OrderRef),
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

/// Makes a payment ready. With `wanted`, its approval itself will create that support; with `form_key`, that
/// happens once.
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
) -> Result<Asked, PrepareRefusal> {
    let amount = payment.amount;
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system gives random bytes");
    let order = OrderRef::from_random(random);
    let id = match write_down(state, payer, order.clone(), payment).await? {
        Written::Now(id) => id,
        Written::Before(order) => return Ok(Asked::Before(order)),
    };
    let base = format!("{}/remit/kakaopay", state.public_url);
    let return_urls = ReturnUrls {
        approved: format!("{base}/return/{}", order.as_str()),
        cancelled: format!("{base}/cancelled/{}", order.as_str()),
        failed: format!("{base}/failed/{}", order.as_str()),
    };
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
            note_ready(state, id, &prepared).await?;
            Ok(Asked::Ready(ReadyPayment { order, prepared }))
        }
        Err(error) => {
            tracing::warn!(payment = id.get(), %error, "the provider did not take an order");
            note_failure(state, id, error.to_string()).await?;
            Err(PrepareRefusal::Provider(error))
        }
    }
}

enum Written {
    Now(PaymentId),
    Before(OrderRef),
}

async fn write_down(
    state: &AppState,
    payer: Member,
    order: OrderRef,
    payment: NewPayment,
) -> Result<Written, PrepareRefusal> {
    let cx = StepContext::new(state);
    let create = move |conn: &mut Conn| {
        if let Some(form_key) = &payment.form_key
            && let Some(before) = sql::find_by_form_key(conn, payer.key, form_key)?
        {
            return Ok(Written::Before(before));
        }
        if let Some(wanted) = &payment.wanted {
            let facts = supports::find_open(conn, wanted.funding, payer.key, cx.now)?;
            facts.ok_or(PrepareRefusal::NoSuchFunding)??;
        }
        let id = sql::create(conn, payer.key, &order, &payment, cx)?;
        Ok(Written::Now(id))
    };
    write_as(state, payer, create).await?
}

async fn note_ready(
    state: &AppState,
    id: PaymentId,
    prepared: &Prepared,
) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let prepared = prepared.clone();
    let ready = move |conn: &mut Conn| {
        sql::set_tid(conn, id, &prepared.reference)?;
        sql::set_urls(conn, id, &prepared)?;
        sql::get(conn, id)?
            .step(conn, Step::Prepare, cx)
            .map(|_| ())
    };
    state.db.write(ready).await
}

async fn note_failure(state: &AppState, id: PaymentId, note: String) -> Result<(), StorageError> {
    let cx = StepContext::new(state);
    let failed = move |conn: &mut Conn| {
        sql::set_note(conn, id, &note)?;
        sql::get(conn, id)?.step(conn, Step::Fail, cx).map(|_| ())
    };
    state.db.write(failed).await
}
