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

/// The server's URL, without a database.
fn server() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "which engine to test is no setting of the program"
    )]
    std::env::var("TEST_MYSQL_URL").ok()
}

/// The URL of the database of the program with this data folder, if it is on a server; it is created if it is missing.
pub fn server_url_for(dir: &Path) -> Option<String> {
    server().map(|server| on_server(&server, dir))
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

/// Connects to the database of the program with this data folder.
pub fn connect(dir: &Path) -> Conn {
    #[cfg(feature = "mysql")]
    if let Some(url) = server_url_for(dir) {
        return Conn::Mysql(diesel::mysql::MysqlConnection::establish(&url).unwrap());
    }
    let file = dir.join("funsun.db");
    let mut database = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    database
        .batch_execute("PRAGMA busy_timeout = 10000;")
        .unwrap();
    #[cfg(feature = "mysql")]
    let database = Conn::Sqlite(database);
    database
}
