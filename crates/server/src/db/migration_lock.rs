//! One program migrates a server's database at a time. The lock is a row, since locks of a Galera cluster are those of
//! one node; it lapses when its holder dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::mysql::MysqlConnection;
use diesel::prelude::*;

use super::failure::Failure;
use super::{StorageError, mysql};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration_lock \
    (id BIGINT PRIMARY KEY NOT NULL, holder BIGINT NOT NULL, lapses_at BIGINT NOT NULL) ENGINE=InnoDB";

/// Seconds after which a lock that is not renewed lapses, and between two renewals.
const LIFE_SECONDS: u64 = 60;
const RENEW_SECONDS: u64 = 15;
const POLL: Duration = Duration::from_millis(500);

pub(super) struct MigrationLock {
    holder: u64,
    released: Arc<AtomicBool>,
    renewing: JoinHandle<()>,
}

impl MigrationLock {
    /// Waits for the lock.
    pub(super) fn take(url: &str, conn: &mut MysqlConnection) -> Result<Self, StorageError> {
        conn.batch_execute(TABLE)?;
        let random = getrandom::u64()
            .map_err(|error| StorageError::Interrupted(format!("no random number: {error}")))?;
        let holder = random >> 1;
        let mut is_waiting = false;
        while !try_take(conn, holder)? {
            if !is_waiting {
                tracing::info!("another program is migrating the database: waiting");
                is_waiting = true;
            }
            thread::sleep(POLL);
        }
        let released = Arc::new(AtomicBool::new(false));
        let renewing = thread::spawn({
            let (url, released) = (url.to_owned(), Arc::clone(&released));
            move || renew_until(&released, &url, holder)
        });
        Ok(Self {
            holder,
            released,
            renewing,
        })
    }

    pub(super) fn release(self, conn: &mut MysqlConnection) -> Result<(), StorageError> {
        self.released.store(true, Ordering::Relaxed);
        self.renewing.thread().unpark();
        let holder = self.holder;
        conn.batch_execute(&format!(
            "DELETE FROM migration_lock WHERE id = 1 AND holder = {holder}"
        ))?;
        Ok(())
    }
}

fn try_take(conn: &mut MysqlConnection, holder: u64) -> Result<bool, StorageError> {
    let take = format!(
        "INSERT INTO migration_lock (id, holder, lapses_at) VALUES (1, {holder}, UNIX_TIMESTAMP() + {LIFE_SECONDS}) \
         ON DUPLICATE KEY UPDATE holder = IF(lapses_at < UNIX_TIMESTAMP(), VALUES(holder), holder), \
         lapses_at = IF(holder = {holder}, VALUES(lapses_at), lapses_at)"
    );
    match diesel::sql_query(take).execute(conn) {
        Ok(_) => {}
        // On a cluster, another node was first.
        Err(error) if Failure::of(&error) == Some(Failure::Conflict) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let found: Holder =
        diesel::sql_query("SELECT holder FROM migration_lock WHERE id = 1").get_result(conn)?;
    Ok(u64::try_from(found.holder) == Ok(holder))
}

fn renew_until(released: &AtomicBool, url: &str, holder: u64) {
    loop {
        thread::park_timeout(Duration::from_secs(RENEW_SECONDS));
        if released.load(Ordering::Relaxed) {
            return;
        }
        let renew = format!(
            "UPDATE migration_lock SET lapses_at = UNIX_TIMESTAMP() + {LIFE_SECONDS} WHERE holder = {holder}"
        );
        let renewed = mysql::connect(url).and_then(|mut conn| Ok(conn.batch_execute(&renew)?));
        if let Err(error) = renewed {
            tracing::warn!(%error, "the lock of the migration can't be renewed");
        }
    }
}

#[derive(QueryableByName)]
struct Holder {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    holder: i64,
}
