//! Friends with an upcoming birthday.

use funsun_domain::ids::AccountKey;
use funsun_domain::text::Birthday;
use funsun_domain::time::Timestamp;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::people::ProfileRow;

/// Days ahead within which a birthday is upcoming.
const DAYS_AHEAD: i64 = 30;

/// A friend with an upcoming birthday.
pub struct UpcomingBirthday {
    /// Days until then; 0 on the day itself.
    pub days: i64,
    /// The friend.
    pub friend: ProfileRow,
}

/// Friends of the member whose birthday is within 30 days, the next one first.
///
/// # Errors
/// When the database fails.
pub fn list_birthdays(
    conn: &mut Conn,
    key: AccountKey,
    now: Timestamp,
) -> Result<Vec<UpcomingBirthday>, StorageError> {
    let friends = sql::list_friends_with_birthday(conn, key)?;
    let mut soon: Vec<_> = friends
        .into_iter()
        .filter_map(|friend| {
            let birthday: Birthday = friend.birthday.as_deref()?.parse().ok()?;
            let (month, day) = birthday.month_and_day();
            let days = now.days_until(month, day)?;
            (days <= DAYS_AHEAD).then_some(UpcomingBirthday { days, friend })
        })
        .collect();
    soon.sort_by_key(|birthday| birthday.days);
    Ok(soon)
}
