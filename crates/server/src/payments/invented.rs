//! Payments that no provider has: for demo data and measurements. They take the same steps as real ones.

use funsun_domain::ids::{AccountKey, MerchantAccountId, OrderRef, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::supports::SupportTerms;

use super::approve::{Proof, start_approval};
use super::context::StepContext;
use super::gateway::{Callback, Checkout, PaymentUrls, Prepared, Standing};
use super::look_up::store_approval;
use super::prepare::{
    CreateOutcome, NewPayment, Purpose, create_payment, random_order, store_prepared,
};
use super::sql;
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};

/// Seconds until an invented payment expires.
const LIFETIME_SECONDS: i64 = 900;
/// For how long an invented payment can be refunded, in days.
const REFUND_DAYS: i64 = 365;

/// Creates a payment of `payer` for a support, at the account of invented payments.
///
/// # Errors
/// When the funding does not accept it, or the database fails.
pub fn create(
    conn: &mut Conn,
    merchant: MerchantAccountId,
    payer: AccountKey,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<PaymentId, StorageError> {
    let payment = NewPayment {
        purpose: Purpose::Support(terms.clone()),
        merchant,
        payer_ref: random_order()?.as_str().to_owned(),
        tax_free: Won::ZERO,
        form_key: None,
    };
    let order: OrderRef = random_order()?;
    match create_payment(conn, payer, &order, &payment, cx).map_err(StorageError::corrupt)? {
        CreateOutcome::Created(id) => Ok(id),
        CreateOutcome::Existing(_) => Err(StorageError::corrupt("a payment without a form key")),
    }
}

/// Stores what a provider would have said to the order.
///
/// # Errors
/// When the database fails.
pub fn prepare(conn: &mut Conn, id: PaymentId, cx: StepContext) -> Result<(), StorageError> {
    let prepared = Prepared {
        reference: Some(format!("demo-{id}")),
        checkout: Checkout::Redirect(PaymentUrls::default()),
        expires_at: cx.now.plus_seconds(LIFETIME_SECONDS),
    };
    store_prepared(conn, id, &prepared, cx)
}

/// Stores that the approval begins.
///
/// # Errors
/// When the database fails.
pub fn begin_approval(conn: &mut Conn, id: PaymentId, cx: StepContext) -> Result<(), StorageError> {
    let payment = sql::get(conn, id)?;
    let proof = Proof::parse(payment.order.as_str());
    let callback = Callback {
        proof: proof.ok_or_else(|| StorageError::corrupt("an order is a proof"))?,
        reference: None,
        order: None,
        amount: None,
    };
    start_approval(conn, payment, &callback, cx).map(|_| ())
}

/// Stores that the money was captured.
///
/// # Errors
/// When the database fails.
pub fn approve(
    conn: &mut Conn,
    id: PaymentId,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let standing = Standing {
        reference: None,
        refunded: Won::ZERO,
        refunding: Won::ZERO,
        method: None,
        refund_days: REFUND_DAYS,
    };
    store_approval(conn, id, &standing, cx)
}
