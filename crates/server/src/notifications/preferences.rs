//! A member's preferences: language, colour theme, muted kinds of notifications.

use funsun_domain::ids::AccountKey;

use super::kind::Kind;
use super::sql::{self, PreferencesRow};
use crate::db::{Conn, StorageError};
use crate::site::{Lang, Theme};

/// A member's preferences; by default Korean, the device's colours and nothing muted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The language of push messages.
    pub lang: Lang,
    /// The colour theme.
    pub theme: Theme,
    /// Kinds of which the member is not notified.
    pub muted: Vec<Kind>,
}

impl Preferences {
    /// Whether the member is notified of this kind.
    pub fn includes(&self, kind: Kind) -> bool {
        !kind.can_be_muted() || !self.muted.contains(&kind)
    }
}

/// The preferences of a member.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, key: AccountKey) -> Result<Preferences, StorageError> {
    let row = sql::find_preferences(conn, key)?;
    Ok(row.map_or_else(Preferences::default, |row| Preferences {
        lang: Lang::parse(&row.language).unwrap_or_default(),
        theme: Theme::parse(&row.theme).unwrap_or_default(),
        muted: row.muted.split(',').filter_map(Kind::parse).collect(),
    }))
}

/// Stores the preferences of a member.
///
/// # Errors
/// When the database fails.
pub fn save(conn: &mut Conn, key: AccountKey, chosen: &Preferences) -> Result<(), StorageError> {
    let muted: Vec<&str> = chosen
        .muted
        .iter()
        .filter(|kind| kind.can_be_muted())
        .map(|kind| kind.as_str())
        .collect();
    let row = PreferencesRow {
        language: chosen.lang.as_str().to_owned(),
        theme: chosen.theme.as_str().to_owned(),
        muted: muted.join(","),
    };
    sql::save_preferences(conn, key, &row)
}

/// Whether the stored list of kinds has this one.
pub(super) fn is_muted(stored: &str, kind: Kind) -> bool {
    kind.can_be_muted() && stored.split(',').any(|muted| muted == kind.as_str())
}
