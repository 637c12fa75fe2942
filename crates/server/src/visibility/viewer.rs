//! The viewer of a funding.

use funsun_domain::ids::AccountKey;

/// The member or guest that the visibility rule is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody is logged in.
    Guest,
    /// This member.
    Member(AccountKey),
}

impl Viewer {
    /// The key for comparisons in SQL; 0, which no row has, for a guest.
    pub(super) fn row_key(self) -> i64 {
        self.member().map_or(0, AccountKey::get)
    }

    /// Returns the member; `None` for a guest.
    pub fn member(self) -> Option<AccountKey> {
        match self {
            Self::Guest => None,
            Self::Member(key) => Some(key),
        }
    }

    /// Whether the viewer is this member.
    pub fn is(self, key: AccountKey) -> bool {
        self == Self::Member(key)
    }
}

impl From<AccountKey> for Viewer {
    fn from(key: AccountKey) -> Self {
        Self::Member(key)
    }
}

impl From<Option<AccountKey>> for Viewer {
    fn from(key: Option<AccountKey>) -> Self {
        key.map_or(Self::Guest, Self::Member)
    }
}
