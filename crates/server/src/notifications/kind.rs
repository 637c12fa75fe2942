//! The kinds of notifications.

use super::sql::NotificationRow;
use crate::db::StorageError;

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the author: a support was given.
    Supported,
    /// To the author: the goal is reached. Once a funding.
    GoalReached,
    /// To the author and the supporters: one day is left.
    EndingSoon,
    /// To the author and the supporters: the funding has ended.
    Ended,
    /// To the payer: a refund is complete.
    Refunded,
    /// To the supporters: the author has written the review.
    Reviewed,
    /// To the member who is followed.
    Followed,
    /// To the supporter: the author has thanked for the support.
    Thanked,
    /// To the friends: tomorrow is a member's birthday.
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

    /// Parses the word of [`Kind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a member may mute it. Members are always notified of refunds.
    pub const fn can_be_muted(self) -> bool {
        !matches!(self, Self::Refunded)
    }

    pub(super) fn of(row: &NotificationRow) -> Result<Self, StorageError> {
        Self::parse(&row.kind).ok_or_else(|| StorageError::corrupt(&row.kind))
    }
}
