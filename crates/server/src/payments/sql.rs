//! Statements about single payments; the lists are in `list_sql.rs`.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, OrderRef, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState, RefundReason};
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::Prepared;
use super::prepare::NewPayment;
use super::stored::{StoredPayment, WantedSupport, created_check};
use crate::db::schema::payments;
use crate::db::{Conn, StorageError, dialect};

/// Longest note, in characters; a longer one is cut.
const NOTE_CHARACTERS_MAX: usize = 200;

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
pub(super) struct PaymentRow {
    id: i64,
    order_ref: String,
    account_id: i64,
    amount: i64,
    state: String,
    tid: Option<String>,
    wanted_funding_id: Option<i64>,
    wanted_message: Option<String>,
    funding_id: Option<i64>,
    refunded_amount: i64,
    refunding_amount: i64,
    refund_reason: Option<String>,
    pg_token_digest: Option<String>,
    lease_until: i64,
    attempts: i64,
    created_at: i64,
}

/// Creates a payment.
pub fn create(
    conn: &mut Conn,
    payer: AccountKey,
    order: &OrderRef,
    payment: &NewPayment,
    cx: StepContext,
) -> Result<PaymentId, StorageError> {
    let terms = payment.purpose.terms();
    diesel::insert_into(payments::table)
        .values((
            payments::order_ref.eq(order.as_str()),
            payments::account_id.eq(payer.get()),
            payments::amount.eq(payment.purpose.amount().won().get()),
            payments::form_key.eq(payment.form_key.as_deref()),
            payments::state.eq(PaymentState::Created.as_str()),
            payments::wanted_funding_id.eq(terms.map(|terms| terms.funding.get())),
            payments::wanted_message.eq(terms.map(|terms| terms.message.as_str())),
            payments::created_at.eq(cx.now.micros()),
            payments::next_check_at.eq(created_check(cx).micros()),
        ))
        .execute(conn)?;
    PaymentId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)
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

/// The payment of this member whose money was captured with this proof. One for which the proof was refused does
/// not count: a proof is tried with each open payment of the member.
pub fn find_paid_by(
    conn: &mut Conn,
    payer: AccountKey,
    digest: &str,
) -> Result<Option<StoredPayment>, StorageError> {
    let taken = [
        PaymentState::Approved,
        PaymentState::Attached,
        PaymentState::Refunding,
        PaymentState::PartlyRefunded,
        PaymentState::Refunded,
    ]
    .map(PaymentState::as_str);
    let row = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::pg_token_digest.eq(digest))
        .filter(payments::state.eq_any(taken))
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

/// A payment as it was before a step.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// State and amounts.
    pub rules: Payment,
    /// The lease.
    pub lease_until: Timestamp,
}

/// Stores a step, provided that the stored state and lease are still those from before it.
pub fn update_state(
    conn: &mut Conn,
    payment: &StoredPayment,
    before: Before,
    next_check: Option<Timestamp>,
) -> Result<(), StorageError> {
    let rules = &payment.rules;
    let unchanged = payments::table
        .filter(payments::id.eq(payment.id.get()))
        .filter(payments::state.eq(before.rules.state.as_str()))
        .filter(payments::refunded_amount.eq(before.rules.refunded.get()))
        .filter(payments::lease_until.eq(before.lease_until.micros()));
    let updated = diesel::update(unchanged)
        .set((
            payments::state.eq(rules.state.as_str()),
            payments::funding_id.eq(rules.funding.map(FundingId::get)),
            payments::refunded_amount.eq(rules.refunded.get()),
            payments::refunding_amount.eq(rules.refunding.get()),
            payments::lease_until.eq(payment.lease_until.micros()),
            payments::attempts.eq(payment.attempts),
            payments::next_check_at.eq(next_check.map(Timestamp::micros)),
        ))
        .execute(conn)?;
    if updated == 1 {
        Ok(())
    } else {
        Err(StorageError::corrupt("the payment has changed meanwhile"))
    }
}

/// Stores the lease and the time of the next check; `false` when the lease was taken or released meanwhile.
pub fn update_lease(
    conn: &mut Conn,
    payment: &StoredPayment,
    lease_before: Timestamp,
    next_check: Option<Timestamp>,
) -> Result<bool, StorageError> {
    let unchanged = payments::table
        .filter(payments::id.eq(payment.id.get()))
        .filter(payments::state.eq(payment.state().as_str()))
        .filter(payments::lease_until.eq(lease_before.micros()));
    let updated = diesel::update(unchanged)
        .set((
            payments::lease_until.eq(payment.lease_until.micros()),
            payments::attempts.eq(payment.attempts),
            payments::next_check_at.eq(next_check.map(Timestamp::micros)),
        ))
        .execute(conn)?;
    Ok(updated == 1)
}

/// Stores the provider's id, before the payer is redirected.
pub fn set_tid(conn: &mut Conn, id: PaymentId, tid: &str) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::tid.eq(tid))
        .execute(conn)?;
    Ok(())
}

/// Stores the URLs of the provider's payment page.
pub fn set_urls(conn: &mut Conn, id: PaymentId, prepared: &Prepared) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set((
            payments::mobile_url.eq(&prepared.mobile_url),
            payments::desktop_url.eq(&prepared.desktop_url),
        ))
        .execute(conn)?;
    Ok(())
}

/// The URLs of the provider's payment page: for mobile, for desktop.
pub fn find_urls(
    conn: &mut Conn,
    id: PaymentId,
) -> Result<(Option<String>, Option<String>), StorageError> {
    Ok(payments::table
        .find(id.get())
        .select((payments::mobile_url, payments::desktop_url))
        .first(conn)?)
}

/// The order that this member's form has already created.
pub fn find_by_form_key(
    conn: &mut Conn,
    payer: AccountKey,
    form_key: &str,
) -> Result<Option<OrderRef>, StorageError> {
    let order: Option<String> = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::form_key.eq(form_key))
        .select(payments::order_ref)
        .first(conn)
        .optional()?;
    order
        .map(|order| order.parse().map_err(StorageError::corrupt))
        .transpose()
}

/// Stores the digest of the proof with which the payer's browser returned.
pub fn set_proof(conn: &mut Conn, id: PaymentId, digest: &str) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::pg_token_digest.eq(digest))
        .execute(conn)?;
    Ok(())
}

/// Stores the reason of a refund.
pub fn set_refund_reason(
    conn: &mut Conn,
    id: PaymentId,
    reason: RefundReason,
) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::refund_reason.eq(reason.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Clears the support messages stored with a member's payments.
///
/// # Errors
/// When the database fails.
pub fn clear_messages_of(conn: &mut Conn, payer: AccountKey) -> Result<(), StorageError> {
    diesel::update(payments::table.filter(payments::account_id.eq(payer.get())))
        .set(payments::wanted_message.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Stores the latest note about the provider's responses, for the operator.
pub fn set_note(conn: &mut Conn, id: PaymentId, note: &str) -> Result<(), StorageError> {
    let short: String = note.chars().take(NOTE_CHARACTERS_MAX).collect();
    diesel::update(payments::table.find(id.get()))
        .set(payments::provider_note.eq(short))
        .execute(conn)?;
    Ok(())
}

impl TryFrom<PaymentRow> for StoredPayment {
    type Error = StorageError;

    fn try_from(row: PaymentRow) -> Result<Self, StorageError> {
        let won = |amount| Won::new(amount).map_err(StorageError::corrupt);
        let funding = |id: Option<i64>| id.map(FundingId::new).transpose();
        let wanted = funding(row.wanted_funding_id).map_err(StorageError::corrupt)?;
        let rules = Payment {
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
            payer_name: super::payer_name(row.account_id),
            rules,
            tid: row.tid,
            proof_digest: row.pg_token_digest,
            wanted: wanted
                .zip(row.wanted_message)
                .map(|(funding, message)| WantedSupport { funding, message }),
            lease_until: Timestamp::from_micros(row.lease_until),
            attempts: row.attempts,
            refund_reason: row.refund_reason,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}
