//! Statements about what a funding has collected, and what is in flight for it.

use diesel::prelude::*;
use funsun_domain::ids::FundingId;

use super::lanes::Lane;
use crate::db::schema::{fundings, payments};
use crate::db::{Conn, StorageError};

/// What a funding has collected.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Collected {
    /// Whether every member may see it.
    pub public: bool,
    /// In won.
    pub won: i64,
}

/// What this funding has collected; `None` when there is no such funding.
pub fn find_collected(
    conn: &mut Conn,
    funding: FundingId,
) -> Result<Option<Collected>, StorageError> {
    Ok(fundings::table
        .find(funding.get())
        .select((fundings::is_public, fundings::collected_amount))
        .first(conn)
        .optional()?)
}

/// The sum of the payments for this funding that may still be attached to it, in won.
pub fn sum_in_flight(conn: &mut Conn, funding: FundingId) -> Result<i64, StorageError> {
    let amounts: Vec<i64> = payments::table
        .filter(payments::wanted_funding_id.eq(funding.get()))
        .filter(payments::lane.eq_any(Lane::IN_FLIGHT))
        .select(payments::amount)
        .load(conn)?;
    Ok(amounts.into_iter().sum())
}
