//! Substring search over members' names, with an index of single characters and bigrams.

use diesel::prelude::*;
use funsun_domain::ids::AccountKey;
use funsun_domain::text::fold;

use super::sql::{PersonRow, ProfileRow};
use crate::db::schema::{accounts, follows, username_grams};
use crate::db::{Conn, StorageError, dialect};

/// At most `limit` members whose name contains `text`: friends of `viewer` first, each part by age of the account.
///
/// The cost is that of `viewer`'s friends and of `limit` members. A text of three or more characters adds that of
/// older members whose names share its last two.
pub fn search(
    conn: &mut Conn,
    text: &str,
    viewer: AccountKey,
    limit: usize,
) -> Result<Vec<PersonRow>, StorageError> {
    let folded = fold(text.trim());
    let Some(gram) = rarest_gram(&folded) else {
        return Ok(Vec::new());
    };
    let friends = find_friends(conn, &folded, &gram, viewer, limit)?;
    let mut found: Vec<PersonRow> = friends.into_iter().map(|row| person(row, true)).collect();
    if found.len() < limit {
        // All friends are found: whoever else matches is none.
        let friends: Vec<i64> = found.iter().map(|friend| friend.profile.id).collect();
        let anybody = find_anybody(conn, &folded, &gram, limit)?.into_iter();
        let others = anybody.filter(|row| !friends.contains(&row.id));
        found.extend(others.map(|row| person(row, false)));
        found.truncate(limit);
    }
    Ok(found)
}

fn person(profile: ProfileRow, is_friend: bool) -> PersonRow {
    PersonRow { profile, is_friend }
}

fn find_friends(
    conn: &mut Conn,
    folded: &str,
    gram: &str,
    viewer: AccountKey,
    limit: usize,
) -> Result<Vec<ProfileRow>, StorageError> {
    let in_index = username_grams::account_id.eq(follows::followee_id);
    Ok(follows::table
        .inner_join(username_grams::table.on(in_index))
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(viewer.get()))
        .filter(follows::is_mutual)
        .filter(username_grams::gram.eq(gram))
        .filter(dialect::contains(
            accounts::username_folded,
            folded.to_owned(),
        ))
        .order(follows::followee_id)
        .select(ProfileRow::as_select())
        .limit(rows(limit))
        .load(conn)?)
}

fn find_anybody(
    conn: &mut Conn,
    folded: &str,
    gram: &str,
    limit: usize,
) -> Result<Vec<ProfileRow>, StorageError> {
    Ok(username_grams::table
        .inner_join(accounts::table.on(accounts::id.eq(username_grams::account_id)))
        .filter(username_grams::gram.eq(gram))
        .filter(dialect::contains(
            accounts::username_folded,
            folded.to_owned(),
        ))
        .order(username_grams::account_id)
        .select(ProfileRow::as_select())
        .limit(rows(limit))
        .load(conn)?)
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
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
