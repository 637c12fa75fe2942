//! Every statement about the browsers that want to be woken.

use diesel::prelude::*;
use funsun_domain::ids::AccountKey;

use crate::db::schema::push_subscriptions;
use crate::db::{Conn, StorageError};

/// The subscriptions of a member, by their rows.
pub fn list_ids_of(conn: &mut Conn, key: AccountKey) -> Result<Vec<i64>, StorageError> {
    Ok(push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(key.get()))
        .select(push_subscriptions::id)
        .load(conn)?)
}

/// Removes every subscription of a member.
pub fn delete_all_of(conn: &mut Conn, key: AccountKey) -> Result<(), StorageError> {
    let theirs = push_subscriptions::table.filter(push_subscriptions::account_id.eq(key.get()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}
