//! Friends are notified of a birthday on the day before, from 09:00 in Seoul.

use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::notify::{NewNotification, notify};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// The hour in Seoul from which friends are notified: none are notified at night.
const FIRST_HOUR: &str = "09";
/// Most members loaded at once; the friends of each are notified in a transaction of their own.
const BATCH: i64 = 200;
const DAY_SECONDS: i64 = 86_400;

/// Notifies of tomorrow's birthdays, unless `done` is that date already or it is too early. Returns the
/// next `done`. Idempotent after a restart and across nodes: each friend is notified once.
///
/// # Errors
/// When the database fails.
pub async fn notify_of_birthdays(
    state: &AppState,
    done: Option<String>,
) -> Result<Option<String>, StorageError> {
    let now = state.clock.now();
    let today = DayBefore::of(now);
    if today.hour.as_str() < FIRST_HOUR || done.as_ref() == Some(&today.tomorrow) {
        return Ok(done);
    }
    let mut after = 0;
    loop {
        let days = today.birthdays.clone();
        let list = move |conn: &mut Conn| sql::list_born_on(conn, &days, after, BATCH);
        let born = state.db.read_slow(list).await?;
        for member in &born {
            let member = AccountKey::new(*member).map_err(StorageError::corrupt)?;
            let year = today.tomorrow[..4].to_owned();
            let notify = move |conn: &mut Conn| notify_friends(conn, member, &year, now);
            state.db.write(notify).await?;
        }
        match born.last() {
            Some(last) if i64::try_from(born.len()).unwrap_or(BATCH) == BATCH => after = *last,
            _ => return Ok(Some(today.tomorrow)),
        }
    }
}

fn notify_friends(
    conn: &mut Conn,
    member: AccountKey,
    year: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let notification = NewNotification {
        actor: Some(member),
        ..NewNotification::new(Kind::FriendBirthday, &format!("{member} {year}"))
    };
    for friend in sql::list_friends(conn, member)? {
        let friend = AccountKey::new(friend).map_err(StorageError::corrupt)?;
        notify(conn, friend, &notification, now)?;
    }
    Ok(())
}

/// The current time in Seoul, relative to tomorrow's birthdays.
struct DayBefore {
    /// `00` to `23`.
    hour: String,
    /// `2026-12-24`.
    tomorrow: String,
    /// The birthdays, as `MMDD`, that are celebrated tomorrow.
    birthdays: Vec<String>,
}

impl DayBefore {
    fn of(now: Timestamp) -> Self {
        let [tomorrow, day_after] =
            [1, 2].map(|days| now.plus_seconds(days * DAY_SECONDS).to_seoul());
        let month_and_day = |shown: &str| format!("{}{}", &shown[5..7], &shown[8..10]);
        let mut birthdays = vec![month_and_day(&tomorrow)];
        // In a year without a 29 February, that birthday is celebrated on the 28th.
        if birthdays[0] == "0228" && month_and_day(&day_after) == "0301" {
            birthdays.push("0229".to_owned());
        }
        Self {
            hour: now.to_seoul()[11..13].to_owned(),
            tomorrow: tomorrow[..10].to_owned(),
            birthdays,
        }
    }
}
