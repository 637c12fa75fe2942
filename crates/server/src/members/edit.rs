//! Editing one's own profile.

use funsun_domain::ids::AccountKey;
use funsun_domain::text::{BankAccount, Birthday, Username};
use funsun_domain::time::Timestamp;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::media::{self, PictureEdit};
use crate::people::{self, ProfileRow};

/// The changes to a profile; an absent field is unchanged.
#[derive(Clone, Debug, Default)]
pub struct ProfileEdit {
    /// The new name.
    pub username: Option<Username>,
    /// The new birthday; `Some(None)` removes it.
    pub birthday: Option<Option<Birthday>>,
    /// The new bank account; `Some(None)` removes it.
    pub bank_account: Option<Option<BankAccount>>,
    /// The change to the picture.
    pub picture: PictureEdit,
}

/// Changes one's own profile; `None` when the account no longer exists.
///
/// # Errors
/// When the database fails.
pub fn edit_profile(
    conn: &mut Conn,
    key: AccountKey,
    edit: &ProfileEdit,
    now: Timestamp,
) -> Result<Option<ProfileRow>, StorageError> {
    let Some(before) = people::find_own(conn, key)? else {
        return Ok(None);
    };
    if let Some(username) = &edit.username {
        sql::rename(conn, key, username.as_str())?;
    }
    if let Some(birthday) = &edit.birthday {
        sql::set_birthday(conn, key, birthday.as_ref().map(Birthday::as_str))?;
    }
    if let Some(bank_account) = &edit.bank_account {
        sql::set_bank_account(conn, key, bank_account.as_ref().map(BankAccount::as_str))?;
    }
    if let Some(image) = edit.picture.name() {
        sql::set_image(conn, key, image)?;
        if let Some(old) = before.image.filter(|old| Some(old.as_str()) != image) {
            media::release(conn, &old, now)?;
        }
    }
    people::find_own(conn, key)
}
