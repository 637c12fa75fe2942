//! Statements about the supports that payments create, and about the fundings that a member supports.

use diesel::dsl::exists;
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::stored::StoredPayment;
use crate::db::schema::{participations, supports};
use crate::db::{Conn, StorageError, dialect};

/// Creates the support of a payment.
pub fn create(
    conn: &mut Conn,
    payment: &StoredPayment,
    terms: &SupportTerms,
    now: Timestamp,
) -> Result<SupportId, StorageError> {
    diesel::insert_into(supports::table)
        .values((
            supports::funding_id.eq(terms.funding.get()),
            supports::author_id.eq(payment.payer.get()),
            supports::payment_id.eq(payment.id.get()),
            supports::amount.eq(payment.rules.amount.get()),
            supports::message.eq(terms.message.as_str()),
            supports::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    SupportId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)
}

/// A support that was taken back.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct TakenBack {
    id: i64,
    member: i64,
    funding: i64,
}

/// Marks the support of a payment as taken back; `None` when there is none, or it was taken back before.
pub fn take_back(
    conn: &mut Conn,
    payment: PaymentId,
    now: Timestamp,
) -> Result<Option<TakenBack>, StorageError> {
    let support = supports::table
        .filter(supports::payment_id.eq(payment.get()))
        .filter(supports::taken_back_at.is_null());
    let found = support
        .select((supports::id, supports::author_id, supports::funding_id))
        .first::<TakenBack>(conn)
        .optional()?;
    diesel::update(support)
        .set(supports::taken_back_at.eq(now.micros()))
        .execute(conn)?;
    Ok(found)
}

/// Stores that a member's latest support in a funding is `support`.
pub fn set_participation(
    conn: &mut Conn,
    member: AccountKey,
    funding: FundingId,
    support: SupportId,
) -> Result<(), StorageError> {
    let participation = participations::table.find((member.get(), funding.get()));
    let updated = diesel::update(participation)
        .set(participations::last_support_id.eq(support.get()))
        .execute(conn)?;
    if updated == 0 {
        diesel::insert_into(participations::table)
            .values((
                participations::account_id.eq(member.get()),
                participations::funding_id.eq(funding.get()),
                participations::last_support_id.eq(support.get()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Updates the participation after a support was taken back, if that was the latest: to the member's latest remaining
/// support in the funding, or removes it.
///
/// `+ 0` keeps SQLite from the index by funding: it would read the supports of all members, and so a deleted funding
/// as often as it has supports.
pub fn renew_participation(conn: &mut Conn, taken: TakenBack) -> Result<(), StorageError> {
    let participation = participations::table
        .find((taken.member, taken.funding))
        .filter(participations::last_support_id.eq(taken.id));
    if !diesel::select(exists(participation)).get_result::<bool>(conn)? {
        return Ok(());
    }
    let latest: Option<i64> = supports::table
        .filter(supports::author_id.eq(taken.member))
        .filter((supports::funding_id + 0).eq(taken.funding))
        .filter(supports::taken_back_at.is_null())
        .order(supports::id.desc())
        .select(supports::id)
        .first(conn)
        .optional()?;
    match latest {
        Some(latest) => diesel::update(participation)
            .set(participations::last_support_id.eq(latest))
            .execute(conn)?,
        None => diesel::delete(participation).execute(conn)?,
    };
    Ok(())
}
