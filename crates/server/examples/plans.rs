//! Checks that SQLite plans a prepared statement once: times the same query with a constant value and with one that
//! changes at every call, on a database of `funsun demo-data`. When SQLite replans for new values (STAT4 without QPSG),
//! the latter takes about three times as long. `plans DATABASE`

use std::io::Write;
use std::time::Instant;

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use schema::{accounts, fundings};

mod schema {
    diesel::table! {
        accounts (id) {
            id -> BigInt,
            username -> Text,
        }
    }

    diesel::table! {
        fundings (id) {
            id -> BigInt,
            author_id -> BigInt,
            title -> Text,
            goal_amount -> BigInt,
            collected_amount -> BigInt,
            visible_to -> SmallInt,
        }
    }

    diesel::joinable!(fundings -> accounts (author_id));
    diesel::allow_tables_to_appear_in_same_query!(accounts, fundings);
}

/// Queries per measurement.
const CALLS: i64 = 20_000;

#[derive(QueryableByName)]
struct CompileOption {
    #[diesel(sql_type = Text)]
    compile_options: String,
}

type Row = (i64, String, i64, i64, String);

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).context("usage: plans DATABASE")?;
    let mut conn = SqliteConnection::establish(&path)?;
    conn.batch_execute("PRAGMA query_only = ON;")?;
    let mut out = std::io::stdout().lock();
    let options: Vec<CompileOption> =
        diesel::sql_query("PRAGMA compile_options").load(&mut conn)?;
    for name in ["ENABLE_QPSG", "ENABLE_STAT4", "THREADSAFE"] {
        let option = options
            .iter()
            .find(|option| option.compile_options.starts_with(name));
        let shown = option.map_or("off", |option| option.compile_options.as_str());
        writeln!(out, "{name:<16}{shown}")?;
    }
    let last: Option<i64> = fundings::table.select(max(fundings::id)).first(&mut conn)?;
    let last = last.context("there are fundings: funsun demo-data")?;
    // Warm up: prepare the statement, load the pages into the cache.
    time(&mut conn, |call| last - call % 1_000)?;
    for round in 1..=3 {
        let constant = time(&mut conn, |_| last - 500)?;
        let changing = time(&mut conn, |call| last - call % 1_000)?;
        writeln!(
            out,
            "round {round}: constant value {constant} ns per query, changing value {changing} ns"
        )?;
    }
    Ok(())
}

/// Returns nanoseconds per query.
fn time(conn: &mut SqliteConnection, before: impl Fn(i64) -> i64) -> anyhow::Result<u128> {
    let begun = Instant::now();
    for call in 0..CALLS {
        let rows: Vec<Row> = fundings::table
            .inner_join(accounts::table)
            .filter(fundings::visible_to.eq(2))
            .filter(fundings::id.le(before(call)))
            .order(fundings::id.desc())
            .select((
                fundings::id,
                fundings::title,
                fundings::goal_amount,
                fundings::collected_amount,
                accounts::username,
            ))
            .limit(9)
            .load(conn)?;
        std::hint::black_box(rows);
    }
    Ok(begun.elapsed().as_nanos() / u128::try_from(CALLS)?)
}
