//! Statements about what a funding has collected, and what is in flight for it.

use std::collections::HashMap;

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId};

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

/// The sum of the payments for this funding that may still be attached to it, in won. Of the orders that a member has
/// open and has not paid, only the largest counts, unless the member is `payer`: nobody reserves much by ordering much.
pub fn sum_in_flight(
    conn: &mut Conn,
    funding: FundingId,
    payer: Option<AccountKey>,
) -> Result<i64, StorageError> {
    let rows: Vec<(i64, i16, i64)> = payments::table
        .filter(payments::wanted_funding_id.eq(funding.get()))
        .filter(payments::lane.eq_any(Lane::IN_FLIGHT))
        .select((payments::account_id, payments::lane, payments::amount))
        .load(conn)?;
    let (mut sum, mut largest) = (0, HashMap::new());
    for (member, lane, amount) in rows {
        if lane == Lane::Payer.number() && payer.map(AccountKey::get) != Some(member) {
            let largest = largest.entry(member).or_insert(0);
            *largest = amount.max(*largest);
        } else {
            sum += amount;
        }
    }
    Ok(sum + largest.values().sum::<i64>())
}
