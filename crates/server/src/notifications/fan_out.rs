//! What is told to a funding's author and all its supporters: by a job, some hundred members a transaction.
//!
//! A job that is begun again tells nobody twice: each member is told of each event once.

use anyhow::Context;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::notify::{News, tell};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::jobs::{self, JobKind};
use crate::state::AppState;
use crate::visibility;

/// Members told in one transaction.
const BATCH: i64 = 200;

/// What many are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    EndingSoon,
    Ended,
    Reviewed,
}

impl Occasion {
    const fn kind(self) -> Kind {
        match self {
            Self::EndingSoon => Kind::EndingSoon,
            Self::Ended => Kind::Ended,
            Self::Reviewed => Kind::Reviewed,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::EndingSoon, Self::Ended, Self::Reviewed]
            .into_iter()
            .find(|occasion| occasion.kind().as_str() == text)
    }
}

/// Plans that everybody be told at `run_at`. Part of the caller's transaction.
pub(super) fn plan(
    conn: &mut Conn,
    occasion: Occasion,
    funding: FundingId,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    let subject = format!("{} {funding}", occasion.kind().as_str());
    jobs::enqueue(conn, JobKind::Tell, &subject, run_at)
}

/// Does such a job. A warning that comes after the deadline is not told.
///
/// # Errors
/// When the database fails; the job is tried again.
pub async fn tell_everybody(state: &AppState, subject: &str) -> anyhow::Result<()> {
    let parts = subject.split_once(' ');
    let parsed =
        parts.and_then(|(kind, id)| Some((Occasion::parse(kind)?, id.parse::<FundingId>().ok()?)));
    let (occasion, funding) = parsed.context("not an occasion to tell of")?;
    let mut after = Some(0);
    while let Some(last) = after {
        let now = state.clock.now();
        let batch = move |conn: &mut Conn| tell_batch(conn, occasion, funding, last, now);
        after = state.db.write(batch).await?;
    }
    Ok(())
}

/// Tells the members above `last`; gives back the last one told when there may be more.
fn tell_batch(
    conn: &mut Conn,
    occasion: Occasion,
    funding: FundingId,
    last: i64,
    now: Timestamp,
) -> Result<Option<i64>, StorageError> {
    let Some((author, deadline)) = sql::find_author(conn, funding.get())? else {
        return Ok(None);
    };
    if occasion == Occasion::EndingSoon && now >= Timestamp::from_micros(deadline) {
        return Ok(None);
    }
    let mut told = sql::list_supporters(conn, funding.get(), last, BATCH)?;
    let found = i64::try_from(told.len()).unwrap_or(BATCH);
    let next = told.last().copied().filter(|_| found == BATCH);
    if last == 0 && occasion != Occasion::Reviewed {
        told.push(author);
    }
    let author = AccountKey::new(author).map_err(StorageError::corrupt)?;
    let news = News {
        actor: (occasion == Occasion::Reviewed).then_some(author),
        funding: Some(funding),
        ..News::new(occasion.kind(), &funding)
    };
    for member in told {
        let member = AccountKey::new(member).map_err(StorageError::corrupt)?;
        if visibility::can_see(conn, funding, member.into())? {
            tell(conn, member, &news, now)?;
        }
    }
    Ok(next)
}
