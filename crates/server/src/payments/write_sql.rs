//! Statements that create and change payments.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, OrderRef, PaymentId};
use funsun_domain::payments::{Payment, PaymentState};
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::lanes::{Lane, created_check};
use super::prepare::NewPayment;
use super::stored::StoredPayment;
use crate::db::schema::payments;
use crate::db::{Conn, StorageError, dialect};

/// Longest note, in characters; a longer one is cut.
const NOTE_CHARACTERS_MAX: usize = 200;

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

/// Takes the form key from a payment: the form goes on with another one.
pub fn release_form_key(conn: &mut Conn, id: PaymentId) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::form_key.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Columns that only some steps change; `None`: unchanged, which keeps their indexes as they are.
#[derive(AsChangeset, Clone, Copy, Debug, Default)]
#[diesel(table_name = payments)]
pub struct Change<'a> {
    /// The provider's id.
    pub reference: Option<&'a str>,
    /// The digest of the proof that is sent to the provider.
    pub proof_digest: Option<&'a str>,
    /// The funding that it is attached to.
    pub funding_id: Option<i64>,
    /// How the payer paid.
    pub method: Option<&'a str>,
    /// The payment page for a mobile browser.
    pub mobile_url: Option<&'a str>,
    /// The payment page for a desktop browser.
    pub desktop_url: Option<&'a str>,
    /// From when the payer can't finish it, in microseconds.
    pub expires_at: Option<i64>,
    /// From when the provider refuses to refund it, in microseconds.
    pub refundable_until: Option<i64>,
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
    change: Change<'_>,
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
            payments::refunded_amount.eq(rules.refunded.get()),
            payments::refunding_amount.eq(rules.refunding.get()),
            payments::lease_until.eq(payment.lease_until.micros()),
            payments::attempts.eq(payment.attempts),
            payments::lane.eq(lane.number()),
            payments::next_check_at.eq(next_check.map(Timestamp::micros)),
            payments::changed_at.eq(now.micros()),
            change,
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

/// Puts off a payment that can't be settled now, whatever else its row holds.
pub fn put_off(conn: &mut Conn, id: PaymentId, until: Timestamp) -> Result<(), StorageError> {
    diesel::update(payments::table.find(id.get()))
        .set(payments::next_check_at.eq(until.micros()))
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

/// A note cut to the length that is stored.
pub fn short_note(note: &str) -> String {
    note.chars().take(NOTE_CHARACTERS_MAX).collect()
}
