//! Statements that find single payments; the lists are in `list_sql.rs`, changes in `write_sql.rs`.

use diesel::dsl::exists;
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, MerchantAccountId, OrderRef, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState};
use funsun_domain::time::Timestamp;

use super::stored::{StoredPayment, WantedSupport};
use crate::db::schema::payments;
use crate::db::{Conn, StorageError, dialect};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
pub(super) struct PaymentRow {
    id: i64,
    order_ref: String,
    account_id: i64,
    merchant_account_id: i64,
    payer_ref: String,
    reference: Option<String>,
    amount: i64,
    tax_free_amount: i64,
    state: String,
    wanted_funding_id: Option<i64>,
    wanted_message: Option<String>,
    funding_id: Option<i64>,
    refunded_amount: i64,
    refunding_amount: i64,
    method: Option<String>,
    proof_digest: Option<String>,
    lease_until: i64,
    attempts: i64,
    expires_at: i64,
    refundable_until: Option<i64>,
    created_at: i64,
    changed_at: i64,
}

/// The payment with this id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn get(conn: &mut Conn, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let row = payments::table
        .find(id.get())
        .select(PaymentRow::as_select())
        .first(conn)?;
    StoredPayment::try_from(row)
}

/// Locks a payment and its funding, where transactions run in parallel: before the first read of one that moves its
/// money.
///
/// # Errors
/// When there is none, or the database fails.
pub fn lock(conn: &mut Conn, id: PaymentId) -> Result<(), StorageError> {
    Ok(dialect::lock_payment(conn, id.get())?)
}

/// As [`get`], after [`lock`].
///
/// # Errors
/// As [`get`].
pub fn get_locked(conn: &mut Conn, id: PaymentId) -> Result<StoredPayment, StorageError> {
    lock(conn, id)?;
    get(conn, id)
}

/// The payment with this order reference.
pub fn find_by_order(
    conn: &mut Conn,
    order: &OrderRef,
) -> Result<Option<StoredPayment>, StorageError> {
    let row = payments::table
        .filter(payments::order_ref.eq(order.as_str()))
        .select(PaymentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(StoredPayment::try_from).transpose()
}

/// Whether the provider's id belongs to another payment of the same account.
pub fn is_of_another(
    conn: &mut Conn,
    payment: &StoredPayment,
    reference: &str,
) -> Result<bool, StorageError> {
    let other = payments::table
        .filter(payments::merchant_account_id.eq(payment.merchant().get()))
        .filter(payments::reference.eq(reference))
        .filter(payments::id.ne(payment.id.get()));
    Ok(diesel::select(exists(other)).get_result(conn)?)
}

/// The payment of this member whose money was captured with this proof. One for which the proof was refused does
/// not count: a proof is tried with each open payment of the member.
pub fn find_paid_by(
    conn: &mut Conn,
    payer: AccountKey,
    digest: &str,
) -> Result<Option<StoredPayment>, StorageError> {
    let charged = PaymentState::ALL
        .into_iter()
        .filter(|state| state.is_charged())
        .map(PaymentState::as_str);
    let row = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::proof_digest.eq(digest))
        .filter(payments::state.eq_any(charged))
        .order(payments::id.desc())
        .select(PaymentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(StoredPayment::try_from).transpose()
}

/// The oldest approved payment of this member and amount that waits for its support.
///
/// # Errors
/// When the database fails.
pub fn find_unattached(
    conn: &mut Conn,
    payer: AccountKey,
    amount: Won,
) -> Result<Option<StoredPayment>, StorageError> {
    let row = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::state.eq(PaymentState::Approved.as_str()))
        .filter(payments::amount.eq(amount.get()))
        .order(payments::id)
        .select(PaymentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(StoredPayment::try_from).transpose()
}

/// The payment that this member's form has created.
pub fn find_by_form_key(
    conn: &mut Conn,
    payer: AccountKey,
    form_key: &str,
) -> Result<Option<StoredPayment>, StorageError> {
    let row = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::form_key.eq(form_key))
        .select(PaymentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(StoredPayment::try_from).transpose()
}

/// The URLs of the payment page: for mobile, for desktop.
pub fn find_urls(
    conn: &mut Conn,
    id: PaymentId,
) -> Result<(Option<String>, Option<String>), StorageError> {
    Ok(payments::table
        .find(id.get())
        .select((payments::mobile_url, payments::desktop_url))
        .first(conn)?)
}

/// The latest note about the provider's responses.
pub fn find_note(conn: &mut Conn, id: PaymentId) -> Result<Option<String>, StorageError> {
    Ok(payments::table
        .find(id.get())
        .select(payments::note)
        .first(conn)?)
}

impl TryFrom<PaymentRow> for StoredPayment {
    type Error = StorageError;

    fn try_from(row: PaymentRow) -> Result<Self, StorageError> {
        let won = |amount| Won::new(amount).map_err(StorageError::corrupt);
        let funding = |id: Option<i64>| id.map(FundingId::new).transpose();
        let wanted = funding(row.wanted_funding_id).map_err(StorageError::corrupt)?;
        let rules = Payment {
            merchant: MerchantAccountId::new(row.merchant_account_id)
                .map_err(StorageError::corrupt)?,
            state: row.state.parse().map_err(StorageError::corrupt)?,
            amount: won(row.amount)?,
            refunded: won(row.refunded_amount)?,
            refunding: won(row.refunding_amount)?,
            funding: funding(row.funding_id).map_err(StorageError::corrupt)?,
        };
        Ok(Self {
            id: PaymentId::new(row.id).map_err(StorageError::corrupt)?,
            order: row.order_ref.parse().map_err(StorageError::corrupt)?,
            payer: AccountKey::new(row.account_id).map_err(StorageError::corrupt)?,
            payer_ref: row.payer_ref,
            rules,
            tax_free: won(row.tax_free_amount)?,
            reference: row.reference,
            method: row.method,
            proof_digest: row.proof_digest,
            wanted: wanted
                .zip(row.wanted_message)
                .map(|(funding, message)| WantedSupport { funding, message }),
            lease_until: Timestamp::from_micros(row.lease_until),
            attempts: row.attempts,
            expires_at: Timestamp::from_micros(row.expires_at),
            refundable_until: row.refundable_until.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
            changed_at: Timestamp::from_micros(row.changed_at),
        })
    }
}
