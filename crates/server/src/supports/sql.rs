//! Statements about existing supports; `payments` creates them.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use crate::db::schema::{accounts, fundings, payments, supports};
use crate::db::{Batch, Conn, StorageError};
use crate::visibility::{Viewer, is_visible_to};
use web::paging::PAGE_SIZE;

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

impl SupportRow {
    /// Without the message of a former member, which is removed soon.
    fn without_former_message(mut self) -> Self {
        if self.author_kakao_id.is_none() {
            self.message.clear();
        }
        self
    }
}

/// What decides what a supporter may do with a support.
#[derive(Clone, Copy, Debug)]
pub struct OwnSupport {
    pub payment: PaymentId,
    pub taken_back: bool,
    /// The deadline of its funding.
    pub deadline: Timestamp,
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

/// A support with its author.
///
/// # Errors
/// When there is none, or the database fails.
pub fn get(conn: &mut Conn, id: SupportId) -> Result<SupportRow, StorageError> {
    let row: SupportRow = supports::table
        .inner_join(accounts::table)
        .filter(supports::id.eq(id.get()))
        .select(COLUMNS)
        .first(conn)?;
    Ok(row.without_former_message())
}

/// One row more than a page, to detect whether another page follows.
const FETCHED: i64 = PAGE_SIZE + 1;

/// The supports of a funding that `viewer` may see, oldest first, those with an id above `after`.
pub fn list(
    conn: &mut Conn,
    funding: FundingId,
    viewer: Viewer,
    after: i64,
    offset: i64,
) -> Result<Vec<SupportRow>, StorageError> {
    let rows: Vec<SupportRow> = supports::table
        .inner_join(fundings::table.on(fundings::id.eq(supports::funding_id)))
        .inner_join(accounts::table.on(accounts::id.eq(supports::author_id)))
        .filter(fundings::id.eq(funding.get()))
        .filter(is_visible_to(viewer))
        .filter(supports::funding_id.eq(funding.get()))
        .filter(supports::taken_back_at.is_null())
        .filter(supports::id.gt(after))
        .order(supports::id)
        .select(COLUMNS)
        .limit(FETCHED)
        .offset(offset)
        .load(conn)?;
    let hidden = rows.into_iter().map(SupportRow::without_former_message);
    Ok(hidden.collect())
}

/// A support that `author` gave.
pub fn find_own(
    conn: &mut Conn,
    author: AccountKey,
    id: SupportId,
) -> Result<Option<OwnSupport>, StorageError> {
    let row: Option<(i64, Option<i64>, i64)> = supports::table
        .inner_join(fundings::table.on(fundings::id.eq(supports::funding_id)))
        .filter(supports::author_id.eq(author.get()))
        .filter(supports::id.eq(id.get()))
        .select((
            supports::payment_id,
            supports::taken_back_at,
            fundings::deadline_at,
        ))
        .first(conn)
        .optional()?;
    row.map(|(payment, taken_back_at, deadline)| {
        Ok(OwnSupport {
            payment: PaymentId::new(payment).map_err(StorageError::corrupt)?,
            taken_back: taken_back_at.is_some(),
            deadline: Timestamp::from_micros(deadline),
        })
    })
    .transpose()
}

/// The latest support that an approval itself created on exactly these terms, not before `since`.
pub fn find_created_by_approval(
    conn: &mut Conn,
    author: AccountKey,
    terms: &SupportTerms,
    since: Timestamp,
) -> Result<Option<SupportId>, StorageError> {
    let funding = terms.funding.get();
    let id: Option<i64> = supports::table
        .inner_join(payments::table.on(payments::id.eq(supports::payment_id)))
        .filter(supports::author_id.eq(author.get()))
        .filter(supports::funding_id.eq(funding))
        .filter(supports::taken_back_at.is_null())
        .filter(supports::amount.eq(terms.amount.won().get()))
        .filter(supports::created_at.ge(since.micros()))
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

/// The facts that decide whether the supporter may be thanked.
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

/// Stores the thanks for a support; the time of the first thanks is kept.
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

/// Clears the messages of a batch of a former member's supports, and the thanks for them.
///
/// # Errors
/// When the database fails.
pub fn clear_some_messages_of(
    conn: &mut Conn,
    author: AccountKey,
    batch: Batch,
) -> Result<Option<Batch>, StorageError> {
    let ids: Vec<i64> = supports::table
        .filter(supports::author_id.eq(author.get()))
        .filter(supports::id.gt(batch.after))
        .order(supports::id)
        .select(supports::id)
        .limit(batch.limit)
        .load(conn)?;
    diesel::update(supports::table.filter(supports::id.eq_any(&ids)))
        .set((
            supports::message.eq(""),
            supports::thanks.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(batch.next(&ids))
}

/// Clears the thanks for a batch of a funding's supports: those of a batch of its payments, which have an index.
///
/// # Errors
/// When the database fails.
pub fn clear_some_thanks_in(
    conn: &mut Conn,
    funding: FundingId,
    batch: Batch,
) -> Result<Option<Batch>, StorageError> {
    let ids: Vec<i64> = payments::table
        .filter(payments::funding_id.eq(funding.get()))
        .filter(payments::id.gt(batch.after))
        .order(payments::id)
        .select(payments::id)
        .limit(batch.limit)
        .load(conn)?;
    diesel::update(supports::table.filter(supports::payment_id.eq_any(&ids)))
        .set(supports::thanks.eq(None::<String>))
        .execute(conn)?;
    Ok(batch.next(&ids))
}

/// Whether `viewer` may see the support: it was not taken back, and its funding is visible.
///
/// # Errors
/// When the database fails.
pub fn is_visible(conn: &mut Conn, id: SupportId, viewer: Viewer) -> Result<bool, StorageError> {
    let visible = supports::table
        .inner_join(fundings::table.on(fundings::id.eq(supports::funding_id)))
        .filter(supports::id.eq(id.get()))
        .filter(supports::taken_back_at.is_null())
        .filter(is_visible_to(viewer))
        .select(supports::id);
    Ok(diesel::select(diesel::dsl::exists(visible)).get_result(conn)?)
}
