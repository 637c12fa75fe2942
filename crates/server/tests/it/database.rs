//! The database of a program under test: a file in its data folder or, where `TEST_MYSQL_URL` names a server, a
//! database of its own on that server (`scripts/with-mariadb`).

use std::path::Path;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;

#[cfg(not(feature = "mysql"))]
pub type Conn = SqliteConnection;

#[cfg(feature = "mysql")]
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Mysql(diesel::mysql::MysqlConnection),
}

const SQLITE: &str = "sqlite://";

/// The server's URL, without a database.
fn server() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "which engine to test is no setting of the program"
    )]
    std::env::var("TEST_MYSQL_URL").ok()
}

/// The URL of the database of the program with this data folder; on a server, it is created if it is missing.
pub fn url_for(dir: &Path) -> String {
    match server() {
        Some(server) => on_server(&server, dir),
        None => sqlite_url_for(dir),
    }
}

#[cfg(not(feature = "mysql"))]
fn on_server(_: &str, _: &Path) -> String {
    panic!("TEST_MYSQL_URL is set, but these tests are built without the feature mysql")
}

#[cfg(feature = "mysql")]
fn on_server(server: &str, dir: &Path) -> String {
    let folder = dir.file_name().unwrap().to_str().unwrap();
    let name: String = folder.chars().filter(char::is_ascii_alphanumeric).collect();
    let create = format!("CREATE DATABASE IF NOT EXISTS `{name}`");
    let mut conn = diesel::mysql::MysqlConnection::establish(server).unwrap();
    conn.batch_execute(&create).unwrap();
    format!("{server}/{name}")
}

/// The URL of an SQLite database in this folder, whichever engine is tested.
pub fn sqlite_url_for(dir: &Path) -> String {
    format!("{SQLITE}{}", dir.join("funsun.db").display())
}

/// Connects to the database at this URL.
pub fn connect(url: &str) -> Conn {
    let Some(file) = url.strip_prefix(SQLITE) else {
        return connect_to_server(url);
    };
    let mut database = SqliteConnection::establish(file).unwrap();
    database
        .batch_execute("PRAGMA busy_timeout = 10000;")
        .unwrap();
    #[cfg(feature = "mysql")]
    let database = Conn::Sqlite(database);
    database
}

#[cfg(not(feature = "mysql"))]
fn connect_to_server(url: &str) -> Conn {
    panic!("{url}: these tests are built without the feature mysql")
}

/// Crowds are made by recursion, which the server would silently end after a thousand rows; `||` joins texts, as in
/// SQLite.
#[cfg(feature = "mysql")]
fn connect_to_server(url: &str) -> Conn {
    let mut database = diesel::mysql::MysqlConnection::establish(url).unwrap();
    database
        .batch_execute(
            "SET max_recursive_iterations = 4294967295, sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')",
        )
        .unwrap();
    Conn::Mysql(database)
}

/// SQL: the connection no longer checks foreign keys.
pub fn without_foreign_keys() -> &'static str {
    match server() {
        None => "PRAGMA foreign_keys = OFF",
        Some(_) => "SET foreign_key_checks = 0",
    }
}

/// SQL: new refunds of this amount get the state `odd`.
pub fn make_refunds_odd(amount: i64) -> String {
    match server() {
        None => format!(
            "CREATE TRIGGER odd AFTER INSERT ON refunds WHEN NEW.amount = {amount} \
             BEGIN UPDATE refunds SET state = 'odd' WHERE id = NEW.id; END"
        ),
        Some(_) => format!(
            "CREATE TRIGGER odd BEFORE INSERT ON refunds FOR EACH ROW \
             SET NEW.state = IF(NEW.amount = {amount}, 'odd', NEW.state)"
        ),
    }
}

/// SQL: the next row of this table gets an id above `last`.
pub fn number_after(table: &str, last: i64) -> String {
    match server() {
        None => format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', 0 WHERE NOT EXISTS \
             (SELECT 1 FROM sqlite_sequence WHERE name = '{table}'); \
             UPDATE sqlite_sequence SET seq = {last} WHERE name = '{table}'"
        ),
        Some(_) => format!("ALTER TABLE {table} AUTO_INCREMENT = {}", last + 1),
    }
}

/// SQL: an integer with leading zeros, as a text of this many characters.
pub fn padded(integer: &str, length: usize) -> String {
    format!("substr('{:0length$}' || {integer}, -{length})", 0)
}
