//! Every statement about supports and who took part in what.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use crate::db::schema::{accounts, fundings, participations, payments, supports};
use crate::db::{Conn, StorageError, dialect};
use crate::visibility::{Viewer, is_visible_to};

/// A support and its author.
#[derive(Queryable)]
pub struct SupportRow {
    pub id: i64,
    pub funding_id: i64,
    pub amount: i64,
    pub message: String,
    pub created_at: i64,
    pub author_kakao_id: Option<i64>,
    pub author_username: String,
    pub author_image: Option<String>,
}

/// The payment of a support, and whether it still stands.
#[derive(Clone, Copy, Debug)]
pub struct OwnSupport {
    pub payment: PaymentId,
    pub taken_back: bool,
}

type Columns = (
    supports::id,
    supports::funding_id,
    supports::amount,
    supports::message,
    supports::created_at,
    accounts::kakao_id,
    accounts::username,
    accounts::image,
);

const COLUMNS: Columns = (
    supports::id,
    supports::funding_id,
    supports::amount,
    supports::message,
    supports::created_at,
    accounts::kakao_id,
    accounts::username,
    accounts::image,
);

/// Writes a support.
pub fn create(
    conn: &mut Conn,
    (funding, author): (FundingId, AccountKey),
    payment: PaymentId,
    amount: i64,
    message: &str,
    now: Timestamp,
) -> Result<SupportId, StorageError> {
    diesel::insert_into(supports::table)
        .values((
            supports::funding_id.eq(funding.get()),
            supports::author_id.eq(author.get()),
            supports::payment_id.eq(payment.get()),
            supports::amount.eq(amount),
            supports::message.eq(message),
            supports::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    SupportId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)
}

/// A support as its author's page shows it.
pub fn get(conn: &mut Conn, id: SupportId) -> Result<SupportRow, StorageError> {
    Ok(supports::table
        .inner_join(accounts::table)
        .filter(supports::id.eq(id.get()))
        .select(COLUMNS)
        .first(conn)?)
}

/// A funding's supports, oldest first, those with an id above `after`.
pub fn list(
    conn: &mut Conn,
    funding: FundingId,
    after: i64,
    offset: i64,
    limit: i64,
) -> Result<Vec<SupportRow>, StorageError> {
    Ok(supports::table
        .inner_join(accounts::table)
        .filter(supports::funding_id.eq(funding.get()))
        .filter(supports::taken_back_at.is_null())
        .filter(supports::id.gt(after))
        .order(supports::id)
        .select(COLUMNS)
        .limit(limit)
        .offset(offset)
        .load(conn)?)
}

/// A support that `author` gave.
pub fn find_own(
    conn: &mut Conn,
    author: AccountKey,
    id: SupportId,
) -> Result<Option<OwnSupport>, StorageError> {
    let row: Option<(i64, Option<i64>)> = supports::table
        .filter(supports::author_id.eq(author.get()))
        .filter(supports::id.eq(id.get()))
        .select((supports::payment_id, supports::taken_back_at))
        .first(conn)
        .optional()?;
    row.map(|(payment, taken_back_at)| {
        Ok(OwnSupport {
            payment: PaymentId::new(payment).map_err(StorageError::corrupt)?,
            taken_back: taken_back_at.is_some(),
        })
    })
    .transpose()
}

/// The latest support that an approval itself created on exactly these terms.
pub fn find_created_by_approval(
    conn: &mut Conn,
    author: AccountKey,
    terms: &SupportTerms,
) -> Result<Option<SupportId>, StorageError> {
    let funding = terms.funding.get();
    let id: Option<i64> = supports::table
        .inner_join(payments::table.on(payments::id.eq(supports::payment_id)))
        .filter(supports::author_id.eq(author.get()))
        .filter(supports::funding_id.eq(funding))
        .filter(supports::taken_back_at.is_null())
        .filter(supports::amount.eq(terms.amount.won().get()))
        .filter(payments::wanted_funding_id.eq(funding))
        .filter(payments::wanted_message.eq(terms.message.as_str()))
        .order(supports::id.desc())
        .select(supports::id)
        .first(conn)
        .optional()?;
    id.map(|id| SupportId::new(id).map_err(StorageError::corrupt))
        .transpose()
}

/// Changes a support's message.
pub fn set_message(conn: &mut Conn, id: SupportId, message: &str) -> Result<(), StorageError> {
    diesel::update(supports::table.find(id.get()))
        .set(supports::message.eq(message))
        .execute(conn)?;
    Ok(())
}

/// What decides whether the supporter may be thanked.
#[derive(Clone, Copy, Debug)]
pub struct ThankFacts {
    pub funding: FundingId,
    pub supporter: AccountKey,
    pub taken_back: bool,
    pub thanked: bool,
}

/// A support, for the author of its funding.
pub fn find_to_thank(conn: &mut Conn, id: SupportId) -> Result<Option<ThankFacts>, StorageError> {
    let row: Option<(i64, i64, Option<i64>, Option<i64>)> = supports::table
        .find(id.get())
        .select((
            supports::funding_id,
            supports::author_id,
            supports::taken_back_at,
            supports::thanked_at,
        ))
        .first(conn)
        .optional()?;
    row.map(|(funding, supporter, taken_back_at, thanked_at)| {
        Ok(ThankFacts {
            funding: FundingId::new(funding).map_err(StorageError::corrupt)?,
            supporter: AccountKey::new(supporter).map_err(StorageError::corrupt)?,
            taken_back: taken_back_at.is_some(),
            thanked: thanked_at.is_some(),
        })
    })
    .transpose()
}

/// Writes the answer to a support; the moment of the first one stays.
pub fn set_thanks(
    conn: &mut Conn,
    id: SupportId,
    text: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    diesel::update(supports::table.find(id.get()))
        .set(supports::thanks.eq(text))
        .execute(conn)?;
    let first = supports::table
        .find(id.get())
        .filter(supports::thanked_at.is_null());
    diesel::update(first)
        .set(supports::thanked_at.eq(now.micros()))
        .execute(conn)?;
    Ok(())
}

/// Removes what a member wrote with their supports, what they were answered, and what they answered others.
pub fn forget_messages_of(conn: &mut Conn, author: AccountKey) -> Result<(), StorageError> {
    let nothing = None::<String>;
    diesel::update(supports::table.filter(supports::author_id.eq(author.get())))
        .set((supports::message.eq(""), supports::thanks.eq(&nothing)))
        .execute(conn)?;
    let theirs = fundings::table
        .filter(fundings::author_id.eq(author.get()))
        .select(fundings::id);
    diesel::update(supports::table.filter(supports::funding_id.eq_any(theirs)))
        .set(supports::thanks.eq(&nothing))
        .execute(conn)?;
    diesel::update(payments::table.filter(payments::account_id.eq(author.get())))
        .set(payments::wanted_message.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Notes that a support's refund was asked for; gives back whose and where it was, if there is one.
pub fn take_back(
    conn: &mut Conn,
    payment: PaymentId,
    now: Timestamp,
) -> Result<Option<(i64, i64)>, StorageError> {
    let support = supports::table
        .filter(supports::payment_id.eq(payment.get()))
        .filter(supports::taken_back_at.is_null());
    let found = support.select((supports::author_id, supports::funding_id));
    let found = found.first::<(i64, i64)>(conn).optional()?;
    diesel::update(support)
        .set(supports::taken_back_at.eq(now.micros()))
        .execute(conn)?;
    Ok(found)
}

/// Notes that a member's latest support in a funding is `support`.
pub fn note_participation(
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

/// After a support was taken back: the member's latest one left in the funding counts, or none does.
pub fn renew_participation(conn: &mut Conn, member: i64, funding: i64) -> Result<(), StorageError> {
    let latest: Option<i64> = supports::table
        .filter(supports::author_id.eq(member))
        .filter(supports::funding_id.eq(funding))
        .filter(supports::taken_back_at.is_null())
        .order(supports::id.desc())
        .select(supports::id)
        .first(conn)
        .optional()?;
    let participation = participations::table.find((member, funding));
    match latest {
        Some(latest) => diesel::update(participation)
            .set(participations::last_support_id.eq(latest))
            .execute(conn)?,
        None => diesel::delete(participation).execute(conn)?,
    };
    Ok(())
}

/// Whether `viewer` may see the support: it is listed, and so is its funding.
pub fn is_visible(conn: &mut Conn, id: SupportId, viewer: Viewer) -> Result<bool, StorageError> {
    let visible = supports::table
        .inner_join(fundings::table.on(fundings::id.eq(supports::funding_id)))
        .filter(supports::id.eq(id.get()))
        .filter(supports::taken_back_at.is_null())
        .filter(is_visible_to(viewer))
        .select(supports::id);
    Ok(diesel::select(diesel::dsl::exists(visible)).get_result(conn)?)
}
