//! What a member has chosen: language, colours, and of what they are not told.

use funsun_domain::ids::AccountKey;

use super::kind::Kind;
use super::sql;
use crate::db::{Conn, StorageError};
use crate::site::{Lang, Theme};

/// A member's choices; Korean, the device's colours and everything told until they choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// In which language notifications are pushed.
    pub lang: Lang,
    /// Colours.
    pub theme: Theme,
    /// What they are not told of.
    pub muted: Vec<Kind>,
}

impl Preferences {
    /// Whether this kind is told.
    pub fn hears_of(&self, kind: Kind) -> bool {
        !kind.can_be_muted() || !self.muted.contains(&kind)
    }
}

/// What a member has chosen.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, key: AccountKey) -> Result<Preferences, StorageError> {
    let row = sql::find_preferences(conn, key)?;
    Ok(
        row.map_or_else(Preferences::default, |(lang, theme, muted)| Preferences {
            lang: Lang::parse(&lang).unwrap_or_default(),
            theme: Theme::parse(&theme).unwrap_or_default(),
            muted: muted.split(',').filter_map(Kind::parse).collect(),
        }),
    )
}

/// Keeps what a member chooses.
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
    let look = (chosen.lang.as_str(), chosen.theme.as_str());
    sql::save_preferences(conn, key, look, &muted.join(","))
}

/// Whether the stored list of kinds has this one.
pub(super) fn is_muted(stored: &str, kind: Kind) -> bool {
    kind.can_be_muted() && stored.split(',').any(|muted| muted == kind.as_str())
}
