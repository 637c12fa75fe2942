//! Statements about our accounts at payment providers.

use diesel::prelude::*;
use funsun_domain::ids::MerchantAccountId;
use funsun_domain::time::Timestamp;

use crate::db::schema::merchant_accounts;
use crate::db::{Conn, StorageError, dialect};

/// The provider of invented payments, which no provider has.
pub const DEMO: &str = "demo";

/// The account of invented payments.
///
/// # Errors
/// When the database fails.
pub fn demo_account(conn: &mut Conn, now: Timestamp) -> Result<MerchantAccountId, StorageError> {
    register(conn, DEMO, DEMO, now)
}

/// The account of invented payments, if there is one.
///
/// # Errors
/// When the database fails.
pub fn find_demo_account(conn: &mut Conn) -> Result<Option<MerchantAccountId>, StorageError> {
    find(conn, DEMO, DEMO)
}

/// The account's row, created if there is none. The account that was configured before accounts had rows has a row
/// without a code: it is the first one that is registered.
///
/// # Errors
/// When the database fails.
pub fn register(
    conn: &mut Conn,
    provider: &str,
    code: &str,
    now: Timestamp,
) -> Result<MerchantAccountId, StorageError> {
    if let Some(known) = find(conn, provider, code)? {
        return Ok(known);
    }
    if let Some(unnamed) = find(conn, provider, "")? {
        diesel::update(merchant_accounts::table.find(unnamed.get()))
            .set(merchant_accounts::code.eq(code))
            .execute(conn)?;
        return Ok(unnamed);
    }
    diesel::insert_into(merchant_accounts::table)
        .values((
            merchant_accounts::provider.eq(provider),
            merchant_accounts::code.eq(code),
            merchant_accounts::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    MerchantAccountId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)
}

/// The account's row.
///
/// # Errors
/// When the database fails.
pub fn find(
    conn: &mut Conn,
    provider: &str,
    code: &str,
) -> Result<Option<MerchantAccountId>, StorageError> {
    let id: Option<i64> = merchant_accounts::table
        .filter(merchant_accounts::provider.eq(provider))
        .filter(merchant_accounts::code.eq(code))
        .select(merchant_accounts::id)
        .first(conn)
        .optional()?;
    id.map(|id| MerchantAccountId::new(id).map_err(StorageError::corrupt))
        .transpose()
}
