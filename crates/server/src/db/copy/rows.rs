//! Rows of any table: read in batches by primary key, and written.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::row::{Field, NamedRow};
use diesel::sql_types::{BigInt, Nullable, Text};

use super::tables::{Kind, Table};
use crate::db::Conn;

/// Most bytes of the texts that one statement writes: servers limit the size of a message, from 16 MiB on.
const INSERT_BYTES_MAX: usize = 1 << 20;

/// Most values that one statement writes: SQLite's limit is 32,766.
const INSERT_VALUES_MAX: usize = 30_000;

/// Names of result columns begin with the kind of their values.
const INTEGER: &str = "integer_";
const TEXT: &str = "text_";

type Query = BoxedSqlQuery<'static, <Conn as Connection>::Backend, SqlQuery>;

pub(super) enum Cell {
    Integer(Option<i64>),
    Text(Option<String>),
}

pub(super) struct Row(Vec<Cell>);

impl Row {
    pub(super) fn cells(&self) -> &[Cell] {
        &self.0
    }

    fn bytes(&self) -> usize {
        let bytes = |cell: &Cell| match cell {
            Cell::Text(Some(text)) => text.len(),
            _ => size_of::<i64>(),
        };
        self.0.iter().map(bytes).sum()
    }
}

impl<DB: Backend> QueryableByName<DB> for Row
where
    Option<i64>: FromSql<Nullable<BigInt>, DB>,
    Option<String>: FromSql<Nullable<Text>, DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let cell = |place: usize| {
            let field = diesel::row::Row::get(row, place).ok_or("a value is missing")?;
            let is_integer = field
                .field_name()
                .is_some_and(|name| name.starts_with(INTEGER));
            Ok(if is_integer {
                Cell::Integer(FromSql::from_nullable_sql(field.value())?)
            } else {
                Cell::Text(FromSql::from_nullable_sql(field.value())?)
            })
        };
        let cells: deserialize::Result<_> = (0..row.field_count()).map(cell).collect();
        Ok(Self(cells?))
    }
}

/// Rows that follow each other in the order of the primary key.
pub(super) struct Batch(Vec<Row>);

impl Batch {
    pub(super) fn first(conn: &mut Conn, table: &Table, limit: usize) -> QueryResult<Self> {
        Ok(Self(read_after(conn, table, &[], limit)?))
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.0
    }

    /// The rows behind these; `None` when these were the last.
    pub(super) fn next(
        &self,
        conn: &mut Conn,
        table: &Table,
        limit: usize,
    ) -> QueryResult<Option<Self>> {
        let Some(last) = self.0.last().filter(|_| self.0.len() >= limit) else {
            return Ok(None);
        };
        let key: Vec<&Cell> = table
            .key
            .iter()
            .filter_map(|place| last.0.get(*place))
            .collect();
        let mut rows = Vec::new();
        // First those that differ in the last part of the key only: each query is one range of the primary key.
        for parts in (1..=key.len()).rev() {
            let missing = limit - rows.len();
            if missing > 0 {
                let bounds = key.get(..parts).unwrap_or_default();
                rows.extend(read_after(conn, table, bounds, missing)?);
            }
        }
        Ok((!rows.is_empty()).then_some(Self(rows)))
    }
}

/// Rows whose key has the values of `bounds` but for the last, and a greater one than that.
fn read_after(
    conn: &mut Conn,
    table: &Table,
    bounds: &[&Cell],
    limit: usize,
) -> QueryResult<Vec<Row>> {
    let selected = table.columns.iter().enumerate().map(|(place, column)| {
        let prefix = match column.kind {
            Kind::Integer => INTEGER,
            Kind::Text => TEXT,
        };
        format!("{} AS {prefix}{place}", column.name)
    });
    let key: Vec<&str> = table
        .key
        .iter()
        .filter_map(|place| Some(table.columns.get(*place)?.name))
        .collect();
    let mut sql = format!("SELECT {} FROM {}", join(selected), table.name);
    for (part, name) in key.iter().take(bounds.len()).enumerate() {
        let word = if part == 0 { "WHERE" } else { "AND" };
        let sign = if part + 1 == bounds.len() { '>' } else { '=' };
        sql += &format!(" {word} {name} {sign} ?");
    }
    sql += &format!(" ORDER BY {} LIMIT {limit}", key.join(", "));
    let mut query: Query = diesel::sql_query(sql).into_boxed();
    for bound in bounds {
        query = bind(query, bound);
    }
    query.load(conn)
}

fn bind(query: Query, cell: &Cell) -> Query {
    match cell {
        Cell::Integer(number) => query.bind::<Nullable<BigInt>, _>(*number),
        Cell::Text(text) => query.bind::<Nullable<Text>, _>(text.clone()),
    }
}

/// Writes rows, in statements of bounded size.
pub(super) fn insert(conn: &mut Conn, table: &Table, rows: &[Row]) -> QueryResult<()> {
    let rows_max = INSERT_VALUES_MAX / table.columns.len().max(1);
    let (mut begin, mut bytes) = (0, 0);
    for (place, row) in rows.iter().enumerate() {
        if place - begin == rows_max || bytes + row.bytes() > INSERT_BYTES_MAX {
            insert_at_once(conn, table, rows.get(begin..place).unwrap_or_default())?;
            (begin, bytes) = (place, 0);
        }
        bytes += row.bytes();
    }
    insert_at_once(conn, table, rows.get(begin..).unwrap_or_default())
}

fn insert_at_once(conn: &mut Conn, table: &Table, rows: &[Row]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let names = join(table.columns.iter().map(|column| column.name.to_owned()));
    let one = format!("({})", join(table.columns.iter().map(|_| "?".to_owned())));
    let all = join(rows.iter().map(|_| one.clone()));
    let sql = format!("INSERT INTO {} ({names}) VALUES {all}", table.name);
    let mut query: Query = diesel::sql_query(sql).into_boxed();
    for cell in rows.iter().flat_map(Row::cells) {
        query = bind(query, cell);
    }
    query.execute(conn)?;
    Ok(())
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

pub(super) fn delete_all(conn: &mut Conn, table: &Table) -> QueryResult<()> {
    diesel::sql_query(format!("DELETE FROM {}", table.name)).execute(conn)?;
    Ok(())
}

pub(super) fn count(conn: &mut Conn, table: &Table) -> QueryResult<u64> {
    let sql = format!("SELECT count(*) AS count FROM {}", table.name);
    let found: Count = diesel::sql_query(sql).get_result(conn)?;
    Ok(u64::try_from(found.count).unwrap_or_default())
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}
