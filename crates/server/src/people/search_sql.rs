//! Substring search over members' names, with an index of single characters and bigrams.

use diesel::prelude::*;
use funsun_domain::ids::AccountKey;
use funsun_domain::text::fold;

use super::sql::{PersonRow, ProfileRow, is_friend_of};
use crate::db::schema::{accounts, username_grams};
use crate::db::{Conn, StorageError, dialect};

/// Most profiles that a search returns.
const SEARCH_MAX: i64 = 100;

/// Members whose name contains `text`, by age of the account; at most [`SEARCH_MAX`].
pub fn search(
    conn: &mut Conn,
    text: &str,
    viewer: AccountKey,
) -> Result<Vec<PersonRow>, StorageError> {
    let folded = fold(text.trim());
    let Some(gram) = rarest_gram(&folded) else {
        return Ok(Vec::new());
    };
    Ok(username_grams::table
        .inner_join(accounts::table.on(accounts::id.eq(username_grams::account_id)))
        .filter(username_grams::gram.eq(gram))
        .filter(dialect::contains(accounts::username_folded, folded))
        .order(username_grams::account_id)
        .select((ProfileRow::as_select(), is_friend_of(viewer)))
        .limit(SEARCH_MAX)
        .load(conn)?)
}

/// Adds a name to the index.
pub fn index_name(conn: &mut Conn, key: AccountKey, username: &str) -> Result<(), StorageError> {
    for gram in grams(&fold(username)) {
        diesel::insert_into(username_grams::table)
            .values((
                username_grams::gram.eq(gram),
                username_grams::account_id.eq(key.get()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Removes a member from the index.
pub fn unindex_name(conn: &mut Conn, key: AccountKey) -> Result<(), StorageError> {
    let own = username_grams::table.filter(username_grams::account_id.eq(key.get()));
    diesel::delete(own).execute(conn)?;
    Ok(())
}

/// The distinct characters and bigrams of a text.
pub fn grams(folded: &str) -> Vec<String> {
    let characters: Vec<char> = folded.chars().collect();
    let singles = characters.iter().map(char::to_string);
    let pairs = characters.windows(2).map(|pair| pair.iter().collect());
    let mut all: Vec<String> = singles.chain(pairs).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The last bigram, as the most selective: Korean names begin with one of few surnames and differ at the end.
fn rarest_gram(folded: &str) -> Option<String> {
    let characters: Vec<char> = folded.chars().collect();
    let start = characters.len().saturating_sub(2);
    let gram: String = characters.get(start..)?.iter().collect();
    (!gram.is_empty()).then_some(gram)
}
