//! What the copy knows of the tables. Columns and keys are those of `schema.rs`.

use diesel::expression::Expression;
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, SqlType, Text, is_nullable};

use crate::db::schema;

/// Tables that are of one database: not copied.
const OWN: [&str; 3] = [
    "write_markers",
    "migration_lock",
    "__diesel_schema_migrations",
];

pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
    /// The columns of the primary key, in its order, by their place among all.
    pub(super) key: Vec<usize>,
}

pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// How values are read and written: what is stored as an integer stays one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
}

impl Table {
    fn new(name: &'static str, columns: Vec<Column>, key: &[&'static str]) -> Self {
        let places = key
            .iter()
            .filter_map(|name| columns.iter().position(|column| column.name == *name));
        Self {
            name,
            key: places.collect(),
            columns,
        }
    }
}

macro_rules! tables {
    ($($table:ident ($($key:ident),+)),+ $(,)?) => {
        /// All tables that are copied: one that a foreign key refers to comes before those that refer to it.
        pub(super) fn all() -> Vec<Table> {
            vec![$(Table::new(
                stringify!($table),
                columns_of(schema::$table::all_columns),
                &[$(<schema::$table::$key as diesel::Column>::NAME),+],
            )),+]
        }
    };
}

tables! {
    accounts(id),
    username_grams(gram, account_id),
    sessions(id),
    follows(follower_id, followee_id),
    fundings(id),
    public_blocks(block),
    merchant_accounts(id),
    payments(id),
    refunds(id),
    refund_events(id),
    payment_reviews(id),
    supports(id),
    participations(account_id, funding_id),
    ledger_transactions(id),
    ledger_postings(transaction_id, number),
    audit_runs(id),
    reports(id),
    jobs(id),
    notifications(id),
    preferences(account_id),
    push_subscriptions(id),
}

/// Whether a table is copied, or need not be.
pub(super) fn is_known(tables: &[Table], name: &str) -> bool {
    OWN.contains(&name) || tables.iter().any(|table| table.name == name)
}

fn columns_of<C: Columns>(_: C) -> Vec<Column> {
    C::list()
}

/// A tuple of columns.
trait Columns {
    fn list() -> Vec<Column>;
}

macro_rules! tuples {
    ($last:ident) => {};
    ($first:ident $($rest:ident)+) => {
        impl<$first, $($rest),+> Columns for ($first, $($rest),+)
        where
            $first: diesel::Column + Expression<SqlType: Stored>,
            $($rest: diesel::Column + Expression<SqlType: Stored>),+
        {
            fn list() -> Vec<Column> {
                vec![column::<$first>(), $(column::<$rest>()),+]
            }
        }
        tuples!($($rest)+);
    };
}

tuples!(A B C D E F G H I J K L M N O P Q R S T U V W X Y Z A1 B1 C1 D1 E1 F1);

fn column<C: diesel::Column + Expression<SqlType: Stored>>() -> Column {
    Column {
        name: C::NAME,
        kind: <C::SqlType as Stored>::KIND,
    }
}

/// A type of columns.
trait Stored {
    const KIND: Kind;
}

impl Stored for BigInt {
    const KIND: Kind = Kind::Integer;
}

impl Stored for SmallInt {
    const KIND: Kind = Kind::Integer;
}

impl Stored for Bool {
    const KIND: Kind = Kind::Integer;
}

impl Stored for Text {
    const KIND: Kind = Kind::Text;
}

impl<T: Stored + SqlType<IsNull = is_nullable::NotNull>> Stored for Nullable<T> {
    const KIND: Kind = T::KIND;
}
