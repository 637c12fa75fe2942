//! Statements that read the messages of a funding: its supports as the page shows them.

use diesel::prelude::*;
use funsun_domain::ids::FundingId;

use crate::db::schema::{accounts, supports};
use crate::db::{Conn, StorageError};

/// A support as the funding's page shows it.
#[derive(Hash, Queryable)]
pub struct MessageRow {
    pub id: i64,
    pub author_id: i64,
    pub amount: i64,
    pub message: String,
    pub thanks: Option<String>,
    pub created_at: i64,
    pub author_kakao_id: Option<i64>,
    pub author_username: String,
    pub author_image: Option<String>,
}

impl MessageRow {
    /// Without the message of a former member and the thanks for it, which are removed soon.
    fn without_former_message(mut self) -> Self {
        if self.author_kakao_id.is_none() {
            self.message.clear();
            self.thanks = None;
        }
        self
    }
}

/// A funding's supports, newest first, those with an id below `before`.
pub fn list_latest(
    conn: &mut Conn,
    funding: FundingId,
    before: i64,
    limit: i64,
) -> Result<Vec<MessageRow>, StorageError> {
    let rows: Vec<MessageRow> = supports::table
        .inner_join(accounts::table)
        .filter(supports::funding_id.eq(funding.get()))
        .filter(supports::taken_back_at.is_null())
        .filter(supports::id.lt(before))
        .order(supports::id.desc())
        .select((
            supports::id,
            supports::author_id,
            supports::amount,
            supports::message,
            supports::thanks,
            supports::created_at,
            accounts::kakao_id,
            accounts::username,
            accounts::image,
        ))
        .limit(limit)
        .load(conn)?;
    let hidden = rows.into_iter().map(MessageRow::without_former_message);
    Ok(hidden.collect())
}

/// How many supports a funding has.
pub fn count(conn: &mut Conn, funding: FundingId) -> Result<i64, StorageError> {
    Ok(supports::table
        .filter(supports::funding_id.eq(funding.get()))
        .filter(supports::taken_back_at.is_null())
        .count()
        .get_result(conn)?)
}
