//! Faults of the machine: each is answered with a clear refusal, nothing that was acknowledged is lost, and the service
//! recovers by itself. On SQLite; `tests/cluster` does the same to database servers.

use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::app::{Answer, App, Member, eventually, send};
use crate::database;
use crate::payer::{Payment, support_body, total};
use crate::visitor::Visitor;

/// Writes the log into the data folder.
const LOG_TO_FILE: &str = r#"exec 2>>"$FUNSUN_DATA_DIR/log""#;

/// Longest time for the answer to a write, with a margin for a busy machine: a database that is locked refuses after
/// 2.5 seconds.
const ANSWER_MAX: Duration = Duration::from_secs(9);

fn log_of(app: &App) -> String {
    std::fs::read_to_string(app.dir.path().join("log")).unwrap()
}

async fn is_ready(app: &App) -> bool {
    let answer = send(app.visitor(Method::GET, "/readyz")).await;
    answer.status == StatusCode::OK
}

/// A write of this member that succeeds any number of times.
async fn write(member: &Member) -> Answer {
    let fields = [("username", "하늘")];
    member.form(Method::PUT, "/account/", &fields).await
}

async fn assert_refused_soon(writes: impl IntoIterator<Item = &Member>) {
    let begun = Instant::now();
    for answer in join_all(writes.into_iter().map(write)).await {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
        assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    }
    assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let full = "exec 2>/dev/full";
    let app = App::on_sqlite_after(full, &[("FUNSUN_LOG", "trace")]).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 5_000, "축하해").await;
    assert!(is_ready(&app).await);
    assert_eq!(total(&author, &funding).await, 5_000);
}

/// Another program that holds the write lock.
struct Lock(database::Conn);

impl Lock {
    fn of(app: &App) -> Self {
        let mut conn = database::connect(app.setting("FUNSUN_DATABASE_URL"));
        conn.batch_execute("BEGIN IMMEDIATE").unwrap();
        Self(conn)
    }

    fn release(mut self) {
        self.0.batch_execute("COMMIT").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_refuses_writes_together_and_reads_go_on() {
    let app = App::on_sqlite_after(LOG_TO_FILE, &[]).await;
    let members = join_all((0..24).map(|_| app.member("친구"))).await;
    let lock = Lock::of(&app);
    assert_eq!(members[0].status("/funding/public").await / 100, 2);
    assert!(!is_ready(&app).await);
    assert_refused_soon(&members).await;
    lock.release();
    eventually("it can be written again", async || is_ready(&app).await).await;
    assert_eq!(write(&members[0]).await.status, StatusCode::OK);
    let log = log_of(&app);
    assert_eq!(log.matches("database can't be written").count(), 1, "{log}");
    assert_eq!(log.matches("can be written again").count(), 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_access_token_has_expired_is_shown_while_nothing_can_be_written() {
    let app = App::on_sqlite_after(LOG_TO_FILE, &[("FUNSUN_ACCESS_TOKEN_SECONDS", "1")]).await;
    let member = app.member("하늘").await;
    let visitor = Visitor::of(&member);
    eventually("the access token expires", async || {
        member.status("/funding/following").await == 401
    })
    .await;
    let lock = Lock::of(&app);
    let begun = Instant::now();
    let page = visitor.get("/settings").await;
    assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
    let renewed = page.headers["set-cookie"].to_str().unwrap();
    assert!(renewed.starts_with("access="), "{page:?}");
    lock.release();
}

/// Limits the size of the files that the program may write to.
async fn limit_files(app: &App, limit: &str) {
    let (limit, id) = (format!("--fsize={limit}"), app.process_id().to_string());
    let limits = [limit.as_str(), "--pid", id.as_str()];
    let set = Command::new("prlimit").args(limits).status().await.unwrap();
    assert!(set.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    // A limit of the size of files stands for the full disk; without the trap it would end the program.
    let trap = r#"exec 2>>"$FUNSUN_DATA_DIR/log"; trap '' XFSZ"#;
    let app = App::on_sqlite_after(trap, &[]).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 5_000, "축하해").await;
    limit_files(&app, "1024:unlimited").await;
    assert_refused_soon([&author, &friend]).await;
    assert!(!is_ready(&app).await);
    assert_eq!(total(&author, &funding).await, 5_000, "reads go on");
    limit_files(&app, "unlimited").await;
    eventually("there is room again", async || is_ready(&app).await).await;
    friend.supports(&funding, 3_000, "또 축하해").await;
    assert_eq!(total(&author, &funding).await, 8_000);
    app.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_descriptors_are_survived() {
    let app = App::on_sqlite_after("ulimit -n 256", &[]).await;
    let member = app.member("하늘").await;
    let address = app.url.strip_prefix("http://").unwrap();
    let open = join_all((0..400).map(|_| TcpStream::connect(address))).await;
    drop(open);
    eventually("it serves again", async || is_ready(&app).await).await;
    assert_eq!(write(&member).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_by_an_hour_loses_nothing() {
    let app = App::with(&[("FUNSUN_ACCESS_TOKEN_SECONDS", "86400")]).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let mut given = 0;
    for jump in [-3_600, 0, 3_600, 0] {
        let support = support_body(&funding, 1_000, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        let proof = payment.pay(&app).await;
        app.move_clock(jump).await;
        // 400: an hour later the order has expired. What was paid is found, and refunded.
        let approved = payment.approve(&proof.token).await.status.as_u16();
        assert!([200, 400].contains(&approved), "{jump}: {approved}");
        given += i64::from(approved == 200);
    }
    assert!(given >= 2, "the jumps back");
    assert_eq!(total(&author, &funding).await, given * 1_000);
    app.assert_books_balance_soon().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_written_is_named_at_the_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let blocked = folder.path().join("a-file");
    std::fs::write(&blocked, "not a folder").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_funsun"))
        .env("FUNSUN_DATA_DIR", blocked.join("data"))
        .env("FUNSUN_BIND", "127.0.0.1:0")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("setting: data_dir"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_refused_and_the_rest_goes_on() {
    let mut app = App::on_sqlite_after(LOG_TO_FILE, &[]).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 5_000, "축하해").await;
    app.send_sigterm().await;
    app.wait_for_exit().await;
    app.change_database("PRAGMA wal_checkpoint(TRUNCATE)");
    let page = app.count("SELECT rootpage FROM sqlite_master WHERE name = 'notifications'");
    let file = app.dir.path().join("funsun.db");
    let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    let offset = u64::try_from(page - 1).unwrap() * 4_096;
    file.write_all_at(&[0xa5; 4_096], offset).unwrap();
    app.restart().await;

    let (author, friend) = (app.reconnect(&author), app.reconnect(&friend));
    let read = Visitor::of(&author).get("/notifications").await;
    assert!(read.status.is_server_error(), "{read:?}");
    let log = log_of(&app);
    assert!(log.contains("database disk image is malformed"), "{log}");
    assert_eq!(total(&author, &funding).await, 5_000);
    assert_eq!(write(&friend).await.status, StatusCode::OK);
    let (code, text) = app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 0, "{text}");
}
