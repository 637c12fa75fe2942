//! Statements about single payments; the lists are in `list_sql.rs`.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, MerchantAccountId, OrderRef, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState};
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::Prepared;
use super::lanes::{Lane, created_check};
use super::prepare::NewPayment;
use super::stored::{StoredPayment, WantedSupport};
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
    let check = created_check(cx).micros();
    diesel::insert_into(payments::table)
        .values((
            payments::order_ref.eq(order.as_str()),
            payments::account_id.eq(payer.get()),
            payments::merchant_account_id.eq(payment.merchant.get()),
            payments::payer_ref.eq(&payment.payer_ref),
            payments::amount.eq(payment.purpose.amount().won().get()),
            payments::tax_free_amount.eq(payment.tax_free.get()),
            payments::form_key.eq(payment.form_key.as_deref()),
            payments::state.eq(PaymentState::Created.as_str()),
            payments::wanted_funding_id.eq(terms.map(|terms| terms.funding.get())),
            payments::wanted_message.eq(terms.map(|terms| terms.message.as_str())),
            payments::lane.eq(Lane::Payer.number()),
            payments::next_check_at.eq(check),
            payments::expires_at.eq(check),
            payments::created_at.eq(cx.now.micros()),
            payments::changed_at.eq(cx.now.micros()),
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

/// Takes the form key from a payment: the form goes on with another one.
pub fn release_form_key(conn: &mut Conn, id: PaymentId) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::form_key.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// A payment as it was before a step.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// State and amounts.
    pub rules: Payment,
    /// The lease.
    pub lease_until: Timestamp,
}

/// Stores a step, provided that the stored state, amounts and lease are still those from before it.
pub fn update_state(
    conn: &mut Conn,
    payment: &StoredPayment,
    before: Before,
    (lane, next_check): (Lane, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), StorageError> {
    let rules = &payment.rules;
    let unchanged = payments::table
        .filter(payments::id.eq(payment.id.get()))
        .filter(payments::state.eq(before.rules.state.as_str()))
        .filter(payments::refunded_amount.eq(before.rules.refunded.get()))
        .filter(payments::refunding_amount.eq(before.rules.refunding.get()))
        .filter(payments::lease_until.eq(before.lease_until.micros()));
    let updated = diesel::update(unchanged)
        .set((
            payments::state.eq(rules.state.as_str()),
            payments::funding_id.eq(rules.funding.map(FundingId::get)),
            payments::refunded_amount.eq(rules.refunded.get()),
            payments::refunding_amount.eq(rules.refunding.get()),
            payments::method.eq(&payment.method),
            payments::lease_until.eq(payment.lease_until.micros()),
            payments::attempts.eq(payment.attempts),
            payments::lane.eq(lane.number()),
            payments::next_check_at.eq(next_check.map(Timestamp::micros)),
            payments::expires_at.eq(payment.expires_at.micros()),
            payments::refundable_until.eq(payment.refundable_until.map(Timestamp::micros)),
            payments::changed_at.eq(now.micros()),
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

/// Stores the lane and the time of the next check of a payment whose state is still the same.
pub fn set_schedule(
    conn: &mut Conn,
    payment: &StoredPayment,
    lane: Lane,
    next_check: Option<Timestamp>,
) -> Result<(), StorageError> {
    let unchanged = payments::table
        .filter(payments::id.eq(payment.id.get()))
        .filter(payments::state.eq(payment.state().as_str()));
    diesel::update(unchanged)
        .set((
            payments::lane.eq(lane.number()),
            payments::next_check_at.eq(next_check.map(Timestamp::micros)),
            payments::attempts.eq(payment.attempts),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes a payment due at `at`, whatever else its row holds. An unreadable one is put off this way, too.
pub fn set_next_check(
    conn: &mut Conn,
    id: PaymentId,
    at: Option<Timestamp>,
) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::next_check_at.eq(at.map(Timestamp::micros)))
        .execute(conn)?;
    Ok(())
}

/// Makes a payment due in this lane at `at`, unless it is due before.
pub fn hasten(
    conn: &mut Conn,
    id: PaymentId,
    lane: Lane,
    at: Timestamp,
) -> Result<(), StorageError> {
    let due_later = payments::next_check_at.gt(at.micros());
    let later = payments::table
        .filter(payments::id.eq(id.get()))
        .filter(payments::next_check_at.is_null().or(due_later));
    diesel::update(later)
        .set((
            payments::lane.eq(lane.number()),
            payments::next_check_at.eq(at.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what the provider said when it accepted the order, before the payer is redirected.
pub fn set_prepared(
    conn: &mut Conn,
    id: PaymentId,
    prepared: &Prepared,
) -> Result<(), StorageError> {
    let urls = prepared.checkout.urls();
    diesel::update(payments::table.find(id.get()))
        .set((
            payments::reference.eq(prepared.reference.as_deref()),
            payments::mobile_url.eq(urls.mobile),
            payments::desktop_url.eq(urls.desktop),
        ))
        .execute(conn)?;
    Ok(())
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

/// Stores the digest of the proof with which the payer's browser returned, and the provider's id.
pub fn set_proof(
    conn: &mut Conn,
    id: PaymentId,
    digest: &str,
    reference: Option<&str>,
) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set((
            payments::proof_digest.eq(digest),
            payments::reference.eq(reference),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores the latest note about the provider's responses, for the operator.
pub fn set_note(conn: &mut Conn, id: PaymentId, note: &str) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::note.eq(short_note(note)))
        .execute(conn)?;
    Ok(())
}

/// The latest note about the provider's responses.
pub fn find_note(conn: &mut Conn, id: PaymentId) -> Result<Option<String>, StorageError> {
    Ok(payments::table
        .find(id.get())
        .select(payments::note)
        .first(conn)?)
}

/// A note cut to the length that is stored.
pub fn short_note(note: &str) -> String {
    note.chars().take(NOTE_CHARACTERS_MAX).collect()
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
        })
    }
}
