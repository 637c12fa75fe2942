//! Statements about payments that need a person.

use diesel::prelude::*;
use funsun_domain::ids::PaymentId;
use funsun_domain::time::Timestamp;

use super::reviews::ReviewReason;
use super::write_sql::short_note;
use crate::db::schema::{payment_reviews, payments};
use crate::db::{Conn, StorageError};

/// An open review.
#[derive(Clone, Debug)]
pub struct Review {
    /// Our order reference.
    pub order: String,
    /// The word of a [`ReviewReason`].
    pub reason: String,
    /// What the provider said.
    pub note: Option<String>,
    /// Since when.
    pub opened_at: Timestamp,
}

/// Stores that a payment needs a person, unless it is known for the same reason, or a person has decided that it stays
/// as it is.
///
/// # Errors
/// When the database fails.
pub fn open(
    conn: &mut Conn,
    payment: PaymentId,
    reason: ReviewReason,
    note: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let decided = payment_reviews::resolution
        .like("keep%")
        .or(payment_reviews::resolution.like("not_captured%"));
    let known = payment_reviews::table
        .filter(payment_reviews::payment_id.eq(payment.get()))
        .filter(payment_reviews::reason.eq(reason.as_str()))
        .filter(payment_reviews::resolved_at.is_null().or(decided));
    if diesel::select(diesel::dsl::exists(known)).get_result(conn)? {
        return Ok(());
    }
    let reason = reason.as_str();
    tracing::error!(
        payment = payment.get(),
        reason,
        note,
        "a payment needs review"
    );
    diesel::insert_into(payment_reviews::table)
        .values((
            payment_reviews::payment_id.eq(payment.get()),
            payment_reviews::reason.eq(reason),
            payment_reviews::note.eq(short_note(note)),
            payment_reviews::opened_at.eq(now.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Closes every open review of a payment; returns how many there were.
///
/// # Errors
/// When the database fails.
pub fn resolve(
    conn: &mut Conn,
    payment: PaymentId,
    resolution: &str,
    now: Timestamp,
) -> Result<usize, StorageError> {
    Ok(diesel::update(open_of(payment))
        .set((
            payment_reviews::resolved_at.eq(now.micros()),
            payment_reviews::resolution.eq(short_note(resolution)),
        ))
        .execute(conn)?)
}

/// Open reviews, oldest first; those of refund windows, of which there may be very many at once, last.
///
/// # Errors
/// When the database fails.
pub fn list_open(conn: &mut Conn, limit: i64) -> Result<Vec<Review>, StorageError> {
    let rows: Vec<(String, String, Option<String>, i64)> = payment_reviews::table
        .inner_join(payments::table.on(payments::id.eq(payment_reviews::payment_id)))
        .filter(payment_reviews::resolved_at.is_null())
        .order((
            payment_reviews::reason.eq(ReviewReason::WindowEnds.as_str()),
            payment_reviews::id,
        ))
        .select((
            payments::order_ref,
            payment_reviews::reason,
            payment_reviews::note,
            payment_reviews::opened_at,
        ))
        .limit(limit)
        .load(conn)?;
    let review = |(order, reason, note, opened_at)| Review {
        order,
        reason,
        note,
        opened_at: Timestamp::from_micros(opened_at),
    };
    Ok(rows.into_iter().map(review).collect())
}

/// How many reviews are open.
///
/// # Errors
/// When the database fails.
pub fn count_open(conn: &mut Conn) -> Result<i64, StorageError> {
    Ok(payment_reviews::table
        .filter(payment_reviews::resolved_at.is_null())
        .count()
        .get_result(conn)?)
}

#[diesel::dsl::auto_type]
fn open_of(payment: PaymentId) -> _ {
    let id: i64 = payment.get();
    payment_reviews::table
        .filter(payment_reviews::payment_id.eq(id))
        .filter(payment_reviews::resolved_at.is_null())
}
