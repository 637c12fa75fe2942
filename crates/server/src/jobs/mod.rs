//! Work after a transaction: written in it, done at least once, tried again until it succeeds.

mod runner;
mod sql;

use funsun_domain::time::Timestamp;

pub use runner::run_due;

use crate::db::{Conn, StorageError};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Remove the files of the picture named by the subject, unless a row names it.
    RemovePicture,
    /// Tell Kakao that the member with this Kakao id has left us.
    UnlinkAtKakao,
    /// Kakao told us that a member has unlinked: withdraw them. The subject is the notice.
    UnlinkedByKakao,
    /// Tell a funding's author and supporters what the subject says.
    Tell,
    /// Wake a browser: the subject is the notification and the subscription.
    Push,
}

/// What comes after a job was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is done.
    Done,
    /// It is tried again: in so many seconds, or when its pause is over.
    Later(Option<i64>),
}

/// Jobs that are done one after the other; what one lane waits for holds up no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Everything of our own, and Kakao.
    Work,
    /// The push services of browsers, which anybody may run.
    Push,
}

impl Lane {
    const fn kinds(self) -> &'static [JobKind] {
        match self {
            Self::Work => &[
                JobKind::RemovePicture,
                JobKind::UnlinkAtKakao,
                JobKind::UnlinkedByKakao,
                JobKind::Tell,
            ],
            Self::Push => &[JobKind::Push],
        }
    }

    /// How many are done at the same time.
    const fn at_once(self) -> usize {
        match self {
            Self::Work => 1,
            Self::Push => 16,
        }
    }
}

impl JobKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::RemovePicture => "remove_picture",
            Self::UnlinkAtKakao => "unlink_at_kakao",
            Self::UnlinkedByKakao => "unlinked_by_kakao",
            Self::Tell => "tell",
            Self::Push => "push",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::RemovePicture,
            Self::UnlinkAtKakao,
            Self::UnlinkedByKakao,
            Self::Tell,
            Self::Push,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}

/// Writes a job down, to be done at `run_at` or soon after. Part of the caller's transaction.
pub fn enqueue(
    conn: &mut Conn,
    kind: JobKind,
    subject: &str,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    sql::insert(conn, kind.as_str(), subject, run_at)
}

/// Whether another job than `id` will do the same later.
pub fn is_planned_again(
    conn: &mut Conn,
    id: i64,
    kind: JobKind,
    subject: &str,
) -> Result<bool, StorageError> {
    sql::is_planned_again(conn, id, kind.as_str(), subject)
}
