//! Proof of a commit: the first statement of each transaction writes its number to a row of its connection. When the
//! connection is lost during the commit, the row tells whether it was done; before the commit, whether the transaction
//! is still the one that began.

use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::pool::Cluster;
use crate::db::StorageError;
use crate::db::connection::Conn;
use crate::db::schema::write_markers;

/// The row of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marker {
    id: i64,
    /// The number of the last transaction.
    number: i64,
}

/// What became of a transaction whose commit was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Committed,
    RolledBack,
}

/// The rows of connections that were lost are removed after a day, some of them by each new connection. A connection is not
/// used for that long. Found without locks: rows of open transactions are among those that are looked through.
const OBSOLETE: &str = "SELECT id FROM write_markers WHERE id > 0 AND written_at < \
    CAST((UNIX_TIMESTAMP(NOW(6)) - 86400) * 1000000 AS SIGNED) LIMIT 20";

/// The number in the row of a connection whose transaction must not be committed any more.
const FENCE: i64 = -1;

const NOW: &str = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";

impl Marker {
    /// Makes the row of a new connection, which no transaction is open on.
    pub(super) fn create(conn: &mut Conn) -> Result<Self, StorageError> {
        let random = getrandom::u64()
            .map_err(|error| StorageError::Interrupted(format!("no random number: {error}")))?;
        // 62 bits.
        let id = i64::try_from(random >> 2).map_err(StorageError::corrupt)? + 1;
        if let Err(error) = remove_obsolete(conn) {
            tracing::debug!(%error, "old markers are removed another time");
        }
        let insert =
            format!("INSERT INTO write_markers (id, number, written_at) VALUES ({id}, 0, {NOW})");
        diesel::sql_query(insert).execute(conn)?;
        Ok(Self { id, number: 0 })
    }

    /// Writes the number of the transaction that has just begun. `false` when the row is gone: the connection must not be
    /// used again.
    pub(super) fn write(&mut self, conn: &mut Conn) -> QueryResult<bool> {
        self.number += 1;
        let row = write_markers::table.find(self.id);
        let changed = diesel::update(row)
            .set(write_markers::number.eq(self.number))
            .execute(conn)?;
        Ok(changed == 1)
    }

    /// Whether the transaction that is open is the one that wrote this number. A node of a Galera cluster rolls back a
    /// transaction to apply another's, and its error is lost if the next command is one without an answer, as the closing
    /// of a statement: what follows is part of a new transaction. A statement that is kept, so that none is closed
    /// between this and the commit.
    pub(super) fn is_of_transaction(self, conn: &mut Conn) -> QueryResult<bool> {
        let number = write_markers::table
            .find(self.id)
            .select(write_markers::number);
        let found: Option<i64> = number.first(conn).optional()?;
        Ok(found == Some(self.number))
    }

    /// What became of the last transaction, seen over another connection. If it was not committed, another number in the row
    /// makes sure that it stays so: a transaction that is still on its way conflicts with it. The row lock waits for one on
    /// the same server.
    pub(super) fn look_up(
        self,
        cluster: &Cluster,
        deadline: Instant,
    ) -> Result<Fate, StorageError> {
        let mut session = cluster.connect()?;
        session.run(deadline, |session| self.look_up_on(&mut session.conn))
    }

    fn look_up_on(self, conn: &mut Conn) -> Result<Fate, StorageError> {
        // A node of a Galera cluster first applies what others have committed; other servers don't know the variable.
        if let Err(error) = diesel::sql_query("SET SESSION wsrep_sync_wait = 7").execute(conn) {
            tracing::debug!(%error, "not a cluster");
        }
        conn.transaction(|conn| {
            let row = diesel::sql_query("SELECT number FROM write_markers WHERE id = ? FOR UPDATE");
            // A row that is missing is not known here yet: an error.
            let found: Number = row.bind::<BigInt, _>(self.id).get_result(conn)?;
            if found.number == self.number {
                return Ok(Fate::Committed);
            }
            diesel::update(write_markers::table.find(self.id))
                .set(write_markers::number.eq(FENCE))
                .execute(conn)?;
            Ok(Fate::RolledBack)
        })
    }
}

fn remove_obsolete(conn: &mut Conn) -> QueryResult<()> {
    for Id { id } in diesel::sql_query(OBSOLETE).load::<Id>(conn)? {
        diesel::delete(write_markers::table.find(id)).execute(conn)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}
