//! `funsun copy-database`: a copy on the engine under test reads as the original, the service goes on in it, and
//! whatever is not a complete copy is refused.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{App, Member, eventually, send};
use crate::browser::Browser;
use crate::database;
use crate::payer::{Payment, support_body};
use crate::picture_files::jpeg;
use crate::visitor::Visitor;

/// Invented rows, enough for several batches of every kind of key.
const CROWD: [&str; 7] = [
    "demo-data",
    "--accounts",
    "150",
    "--fundings",
    "60",
    "--supports",
    "1200",
];

/// Values that a copy may spoil: the ends of 64 bits, spaces at the end, a NUL, a letter of two code points, a
/// character outside the basic plane, what quoting could mistake, a key that is no longer in use.
const ODD_ROWS: &str = r"
    INSERT INTO reports (id, author_id, kind, target_id, message, created_at, is_solved) VALUES
    (9000000000000000001, 1, 'funding', 9223372036854775807, '', -9223372036854775807, 1),
    (9000000000000000002, 1, 'funding', -1, 'a' || char(0) || '👩‍👧 e' || char(769) || ' %s ? \n '' ` \ ' || char(10) || '  ', 0, 0),
    (9000000000000000003, 1, 'funding', 0, 'gone', 0, 0);
    DELETE FROM reports WHERE id = 9000000000000000003;
    INSERT INTO payment_reviews (payment_id, reason, note, opened_at, resolved_at) VALUES (1, 'unreadable', '', 0, 1);
    INSERT OR IGNORE INTO preferences (account_id, language, theme, muted) VALUES (1, 'en', 'dark', '');
    INSERT INTO audit_runs (started_at, finished_at, differences) VALUES (1, 2, 3);
";

/// A service on SQLite, and what can be read of it.
struct Original {
    app: App,
    author: Member,
    friend: Member,
    funding: Value,
    _browser: Browser,
}

impl Original {
    /// A service that has members, fundings, pictures, supports, refunds and notifications by requests.
    async fn start() -> Self {
        let app = App::on_sqlite().await;
        let (author, friend) = (app.member("하늘 ").await, app.member("지우🎁").await);
        author.befriends(&friend).await;
        let funding = author.opens("자전거 🚲", true).await;
        friend.supports(&funding, 20_000, "생일 축하해 \\ '").await;
        let secret = author.opens("둘만의", false).await;
        friend.supports(&secret, 5_000, "쉿 🤫").await;
        let texts = [("username", "하늘 ")];
        let files = [("image", &jpeg(300)[..])];
        let pictured = author
            .multipart(Method::PUT, "/account/", &texts, &files)
            .await;
        assert_eq!(pictured.status, 200, "{pictured:?}");
        let browser = Browser::new().await;
        browser.subscribes(&friend).await;
        let other = author.opens("헬멧", true).await;
        let support = support_body(&other, 6_000, "힘내");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        payment.pay_and_approve(&app).await;
        let given = friend.json(Method::POST, "/remit/", support).await.json();
        let id = given["id"].to_string();
        friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
        eventually("refunded", async || payment.state(&app).await == "refunded").await;
        let unpaid = Payment::begin(&app, &friend, 7_000).await;
        assert_eq!(unpaid.state(&app).await, "ready");
        app.assert_books_balance().await;
        Self {
            app,
            author,
            friend,
            funding,
            _browser: browser,
        }
    }

    /// What members read.
    async fn readings(&self) -> Vec<String> {
        let mut all = Vec::new();
        let id = &self.funding["id"];
        for member in [&self.author, &self.friend] {
            let member = self.app.reconnect(member);
            for path in [
                "/funding/public".to_owned(),
                "/funding/following".to_owned(),
                format!("/funding/?id={id}"),
                format!("/remit/?id={id}"),
                format!("/follow/?follower={}", self.author.id),
                "/remit/kakaopay/payments".to_owned(),
            ] {
                let answer = send(member.call(Method::GET, &path)).await;
                all.push(format!("{path}: {} {}", answer.status, answer.text));
            }
            let own = send(member.call(Method::POST, "/account/")).await;
            all.push(own.text);
            let page = Visitor::of(&member).get("/notifications").await.text;
            let rows = page.split("list-row").skip(1);
            all.extend(rows.map(|row| row.split("<time").next().unwrap().to_owned()));
        }
        all
    }

    /// Copies the database of the stopped service.
    async fn copy(&self, to: &str) -> (i32, String) {
        self.app.command(&["copy-database", "--to", to]).await
    }
}

/// A new database on the engine under test, as long as the folder exists.
fn new_database() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let url = database::url_for(folder.path());
    (folder, url)
}

#[tokio::test]
async fn the_service_goes_on_in_a_copy_as_in_the_original() {
    let mut original = Original::start().await;
    original.app.kill().await;
    assert_eq!(original.app.command(&CROWD).await.0, 0);
    original.app.change_database(ODD_ROWS);
    original.app.restart().await;
    let before = original.readings().await;
    original.app.kill().await;
    let source = original.app.setting("FUNSUN_DATABASE_URL").to_owned();

    let (_folder, copy) = new_database();
    let (code, text) = original.copy(&copy).await;
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("read back and compared"), "{text}");
    assert!(text.contains("payments: "), "progress: {text}");
    assert!(!text.contains("not copied"), "forgotten: {text}");
    // The way back shows that nothing was lost on the way there.
    let folder = TempDir::new().unwrap();
    let back = database::sqlite_url_for(folder.path());
    let arguments = ["copy-database", "--from", &copy, "--to", &back];
    let (code, text) = original.app.command(&arguments).await;
    assert_eq!(code, 0, "{text}");
    assert_equal(&source, &back);

    let settings = [("FUNSUN_DATABASE_URL", copy.as_str())];
    original.app.restart_with(&settings).await;
    assert_eq!(original.readings().await, before);
    let (code, text) = original.app.command(&["audit"]).await;
    assert_eq!(code, 0, "{text}");
    let app = &original.app;
    let friend = app.reconnect(&original.friend);
    friend.supports(&original.funding, 1_000, "또 축하해").await;
    app.assert_books_balance().await;
    let body = json!({"type": "funding", "target": original.funding["id"], "message": "이상해요"});
    let reported = friend.json(Method::POST, "/report/", body).await.json();
    assert_eq!(
        reported["id"], 9_000_000_000_000_000_004_i64,
        "a key is given once only"
    );
}

/// Compares all tables of two SQLite databases, row by row; each must have rows.
fn assert_equal(one: &str, other: &str) {
    let mut conn = database::connect(one);
    let file = other.strip_prefix("sqlite://").unwrap();
    conn.batch_execute(&format!("ATTACH '{file}' AS other"))
        .unwrap();
    let tables = texts(
        &mut conn,
        "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' \
         AND name NOT IN ('write_markers', '__diesel_schema_migrations')",
    );
    assert!(tables.len() >= 20, "{tables:?}");
    for table in tables {
        let of = |database| format!("SELECT * FROM {database}.{table}");
        let (main, other) = (of("main"), of("other"));
        let counts = texts(
            &mut conn,
            &format!(
                "SELECT (SELECT count(*) FROM ({main})) || ' rows, ' || (SELECT count(*) FROM ({other})) || ', ' || \
                 (SELECT count(*) FROM ({main} EXCEPT {other})) || ' lost, ' || \
                 (SELECT count(*) FROM ({other} EXCEPT {main})) || ' new' AS text"
            ),
        );
        let all = counts[0].split_whitespace().next().unwrap();
        assert_eq!(
            counts,
            [format!("{all} rows, {all}, 0 lost, 0 new")],
            "{table}"
        );
        assert_ne!(all, "0", "{table}: nothing is tried");
    }
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

fn texts(conn: &mut database::Conn, sql: &str) -> Vec<String> {
    let found: Vec<Found> = diesel::sql_query(sql).load(conn).unwrap();
    found.into_iter().map(|row| row.text).collect()
}

#[tokio::test]
async fn a_copy_that_was_not_finished_is_refused_by_every_command() {
    let mut app = App::on_sqlite().await;
    app.member("하늘").await;
    app.kill().await;
    // A row that no engine takes, as the last one.
    app.change_database(
        "PRAGMA foreign_keys = OFF; \
         INSERT INTO reports (author_id, kind, target_id, message, created_at, is_solved) VALUES (99, '', 0, '', 0, 0)",
    );
    let source = app.setting("FUNSUN_DATABASE_URL").to_owned();
    let (_folder, broken) = new_database();
    let copy = ["copy-database", "--from", &source];
    app.set(&[("FUNSUN_DATABASE_URL", &broken)]);
    let (code, text) = app.command(&copy).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("reports can't be copied"), "{text}");
    let audit = ["audit", "--offline"];
    for command in [&copy[..], &audit, &["serve"], &["migrate"]] {
        let (code, text) = app.command(command).await;
        assert_eq!(code, 1, "{command:?}: {text}");
        assert!(text.contains("incomplete copy"), "{command:?}: {text}");
        assert!(text.contains("empty database"), "{command:?}: {text}");
    }
    let onwards = ["copy-database", "--from", &broken, "--to", &source];
    let (code, text) = app.command(&onwards).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the source: "), "{text}");
    assert!(text.contains("incomplete copy"), "{text}");

    app.set(&[("FUNSUN_DATABASE_URL", &source)]);
    app.change_database("DELETE FROM reports");
    let (_folder, empty) = new_database();
    app.set(&[("FUNSUN_DATABASE_URL", &empty)]);
    let (code, text) = app.command(&copy).await;
    assert_eq!(code, 0, "{text}");
    let (code, text) = app.command(&audit).await;
    assert_eq!(code, 0, "{text}");
}

#[tokio::test]
async fn only_a_current_database_of_a_stopped_service_is_copied_to_an_empty_one() {
    let mut app = App::on_sqlite().await;
    app.member("하늘").await;
    let source = app.setting("FUNSUN_DATABASE_URL").to_owned();
    let (_folder, empty) = new_database();
    let refused = async |app: &App, from: &str, to: &str, reason: &str| {
        let (code, text) = app
            .command(&["copy-database", "--from", from, "--to", to])
            .await;
        assert_eq!(code, 1, "{reason}: {text}");
        assert!(text.contains(reason), "{reason}: {text}");
    };
    refused(&app, &source, &empty, "stop the service").await;
    app.kill().await;
    let mut other = App::start().await;
    other.member("지우").await;
    other.kill().await;
    let full = other.setting("FUNSUN_DATABASE_URL");
    refused(&app, &source, full, "not empty: its table accounts").await;
    refused(&app, &source, &source, "to itself").await;
    refused(&app, "sqlite:///nowhere/funsun.db", &empty, "there is no").await;
    #[cfg(not(feature = "mysql"))]
    refused(&app, &source, "mysql://localhost/x", "no MySQL").await;
    app.change_database("DELETE FROM __diesel_schema_migrations WHERE version = '0008'");
    refused(&app, &source, &empty, "funsun migrate").await;
}

#[tokio::test]
async fn a_database_that_served_nobody_can_become_a_copy() {
    let mut app = App::on_sqlite().await;
    let member = app.member("하늘").await;
    app.kill().await;
    let mut unused = App::start().await;
    unused.kill().await;
    let target = unused.setting("FUNSUN_DATABASE_URL");
    let (code, text) = app.command(&["copy-database", "--to", target]).await;
    assert_eq!(code, 0, "{text}");
    app.restart_with(&[("FUNSUN_DATABASE_URL", target)]).await;
    let own = app.reconnect(&member).call(Method::POST, "/account/");
    assert_eq!(send(own).await.json()["username"], "하늘");
}
