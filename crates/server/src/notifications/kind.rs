//! What members are told about.

use super::sql::NotificationRow;
use crate::db::StorageError;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The author: somebody supported their funding.
    Supported,
    /// The author: the goal is reached. Once a funding.
    GoalReached,
    /// The author and the supporters: one day is left.
    EndingSoon,
    /// The author and the supporters: it is over.
    Ended,
    /// The payer: money is back.
    Refunded,
    /// The supporters: the author has written their thank-you.
    Reviewed,
    /// The one who is followed.
    Followed,
    /// The giver: the author has thanked them.
    Thanked,
    /// The friends: tomorrow is somebody's birthday.
    FriendBirthday,
}

impl Kind {
    /// Every kind, in the order that settings show them.
    pub const ALL: [Self; 9] = [
        Self::Supported,
        Self::GoalReached,
        Self::EndingSoon,
        Self::Ended,
        Self::Refunded,
        Self::Reviewed,
        Self::Followed,
        Self::Thanked,
        Self::FriendBirthday,
    ];

    /// The word in the database, in forms and in keys of texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::GoalReached => "goal_reached",
            Self::EndingSoon => "ending_soon",
            Self::Ended => "ended",
            Self::Refunded => "refunded",
            Self::Reviewed => "reviewed",
            Self::Followed => "followed",
            Self::Thanked => "thanked",
            Self::FriendBirthday => "friend_birthday",
        }
    }

    /// Reads what [`Kind::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a member may choose not to be told. Where one's money went is always told.
    pub const fn can_be_muted(self) -> bool {
        !matches!(self, Self::Refunded)
    }

    pub(super) fn of(row: &NotificationRow) -> Result<Self, StorageError> {
        Self::parse(&row.kind).ok_or_else(|| StorageError::corrupt(&row.kind))
    }
}
