//! The change from the schema with `ledger_entries` to the one with postings and refunds: payments in every state come
//! through it with balanced books.

use crate::app::App;

/// What made the schema before migration 0006.
const BEFORE: [(&str, &str); 5] = [
    (
        "0001",
        include_str!("../../migrations/sqlite/0001_initial/up.sql"),
    ),
    (
        "0002",
        include_str!("../../migrations/sqlite/0002_web/up.sql"),
    ),
    (
        "0003",
        include_str!("../../migrations/sqlite/0003_notifications/up.sql"),
    ),
    (
        "0004",
        include_str!("../../migrations/sqlite/0004_attempts/up.sql"),
    ),
    (
        "0005",
        include_str!("../../migrations/sqlite/0005_job_payloads/up.sql"),
    ),
];

/// A payment of 1,000 won before the migration.
struct Old {
    state: &'static str,
    /// The provider's id; those of demo payments begin with `demo-`.
    tid: Option<&'static str>,
    attached: bool,
    /// Complete refunds, in won.
    refunds: &'static [i64],
    /// The refund in progress, in won, and how often the provider was asked for it.
    refunding: (i64, i64),
}

/// A payment that is neither attached nor refunded.
const fn plain(state: &'static str, tid: Option<&'static str>) -> Old {
    Old {
        state,
        tid,
        attached: false,
        refunds: &[],
        refunding: (0, 0),
    }
}

/// A payment that a support had attached.
const fn attached(
    state: &'static str,
    tid: &'static str,
    refunds: &'static [i64],
    refunding: (i64, i64),
) -> Old {
    Old {
        attached: true,
        refunds,
        refunding,
        ..plain(state, Some(tid))
    }
}

/// Ids count from 1 in this order.
const PAYMENTS: [Old; 18] = [
    plain("created", None),
    plain("ready", Some("T2")),
    plain("approving", Some("T3")),
    plain("approved", Some("T4")),
    plain("failed", None),
    plain("failed", Some("T6")),
    plain("expired", Some("T7")),
    plain("cancelled", Some("T8")),
    attached("attached", "T9", &[], (0, 0)),
    attached("attached", "demo-10", &[], (0, 0)),
    attached("refunding", "T11", &[], (1_000, 0)),
    attached("refunding", "T12", &[], (1_000, 3)),
    attached("refunding", "T13", &[300, 200], (500, 1)),
    attached("partly_refunded", "T14", &[400], (0, 0)),
    attached("refunded", "T15", &[1_000], (0, 0)),
    attached("refunded", "T16", &[250, 750], (0, 0)),
    Old {
        refunding: (1_000, 1),
        ..plain("refunding", Some("T17"))
    },
    Old {
        refunds: &[1_000],
        ..plain("refunded", Some("T18"))
    },
];

/// The rows of a payment, as the program wrote them before the migration.
fn insert(id: i64, old: &Old) -> String {
    let (refunding, attempts) = old.refunding;
    let refunded: i64 = old.refunds.iter().sum();
    let tid = old.tid.map_or("NULL".into(), |tid| format!("'{tid}'"));
    let (funding, holder) = match old.attached {
        true => ("1", "funding:1"),
        false => ("NULL", "unattached"),
    };
    let reason = match refunding + refunded {
        0 => "NULL",
        _ => "'taken_back'",
    };
    let mut sql = format!(
        "INSERT INTO payments (id, order_ref, account_id, amount, state, tid, funding_id, refunded_amount, \
         refunding_amount, refund_reason, attempts, created_at) VALUES \
         ({id}, printf('%032x', {id}), 2, 1000, '{}', {tid}, {funding}, {refunded}, {refunding}, {reason}, {attempts}, {id});",
        old.state
    );
    let mut entry = |kind: &str, before: i64, from: &str, to: &str, amount: i64| {
        sql += &format!(
            "INSERT INTO ledger_entries (payment_id, kind, refunded_before, from_account, to_account, amount, created_at) \
             VALUES ({id}, '{kind}', {before}, '{from}', '{to}', {amount}, {id});"
        );
    };
    let charged = [
        "approved",
        "attached",
        "refunding",
        "partly_refunded",
        "refunded",
    ];
    if charged.contains(&old.state) {
        entry("approval", 0, "kakaopay", "unattached", 1_000);
    }
    if old.attached {
        entry("attachment", 0, "unattached", holder, 1_000);
    }
    let mut before = 0;
    for refund in old.refunds {
        entry("refund", before, holder, "kakaopay", *refund);
        before += refund;
    }
    if old.attached {
        let taken_back = if reason == "NULL" { "NULL" } else { "9" };
        sql += &format!(
            "INSERT INTO supports (funding_id, author_id, payment_id, amount, message, created_at, taken_back_at) \
             VALUES (1, 2, {id}, 1000, '축하해', 1, {taken_back});"
        );
    }
    sql
}

/// A stopped program with a database of before the migration.
async fn before_migration() -> App {
    let mut app = App::on_sqlite().await;
    app.kill().await;
    for name in ["funsun.db", "funsun.db-wal", "funsun.db-shm"] {
        drop(std::fs::remove_file(app.dir.path().join(name)));
    }
    app.change_database(
        "PRAGMA journal_mode = WAL; CREATE TABLE __diesel_schema_migrations \
         (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    for (version, sql) in BEFORE {
        app.change_database(sql);
        app.change_database(&format!(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"
        ));
    }
    let held = |old: &&Old| old.attached;
    let left = |old: &Old| 1_000 - old.refunds.iter().sum::<i64>();
    let total: i64 = PAYMENTS.iter().filter(held).map(left).sum();
    app.change_database(&format!(
        "INSERT INTO accounts (id, username, username_folded, created_at) VALUES (1, 'a', 'a', 1), (2, 'b', 'b', 1), \
         (3, 'c', 'c', 1); \
         INSERT INTO follows (follower_id, followee_id, created_at) VALUES (1, 2, 1), (2, 1, 1), (3, 1, 1), (1, 3, 1), (2, 3, 1); \
         INSERT INTO fundings (id, author_id, title, content, goal_amount, collected_amount, is_public, visible_to, \
         deadline_at, created_at) VALUES (1, 1, 't', 'c', 9000, {total}, 1, 2, 1, 1)"
    ));
    for (id, old) in (1..).zip(&PAYMENTS) {
        app.change_database(&insert(id, old));
    }
    app
}

#[tokio::test]
async fn payments_in_every_state_come_through_the_migration_in_balance() {
    let app = before_migration().await;
    let (code, text) = app.command(&["migrate"]).await;
    assert_eq!(code, 0, "{text}");
    let (code, text) = app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 0, "{text}");
    for line in ["payments 18", "invented (demo data) 1", "differences 0"] {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.lines().any(|it| words(it) == line), "{line}: {text}");
    }
    // What is being refunded has left the funding, and not yet the provider.
    let total = app.count("SELECT collected_amount FROM fundings");
    assert_eq!(total, 1_000 + 1_000 + 600);
    let due = app.count("SELECT sum(refunding_amount) FROM payments");
    assert_eq!(due, 1_000 + 1_000 + 500 + 1_000);
    let held = text.lines().find(|line| line.starts_with("held")).unwrap();
    let held = held.split_whitespace().last();
    assert_eq!(held, Some((total + due + 1_000).to_string().as_str()));
}

#[tokio::test]
async fn refunds_that_the_provider_was_asked_for_are_looked_up_first() {
    let app = before_migration().await;
    assert_eq!(app.command(&["migrate"]).await.0, 0);
    for (payment, state) in [
        (11, "requested"),
        (12, "unclear"),
        (13, "unclear"),
        (17, "unclear"),
    ] {
        let open = app.count(&format!(
            "SELECT count(*) FROM refunds WHERE payment_id = {payment} AND state = '{state}' \
             AND next_check_at = 0 AND finished_at IS NULL"
        ));
        assert_eq!(open, 1, "payment {payment}");
    }
    let ended = app.count("SELECT count(*) FROM refunds WHERE state = 'done'");
    assert_eq!(ended, 2 + 1 + 1 + 2 + 1);
    let told = app.count("SELECT count(*) FROM refund_events");
    assert_eq!(told, ended + 4);
}

#[tokio::test]
async fn friendships_and_public_fundings_of_before_are_counted() {
    let app = before_migration().await;
    assert_eq!(app.command(&["migrate"]).await.0, 0);
    let mutual = "SELECT sum(is_mutual * (10 * follower_id + followee_id)) FROM follows";
    assert_eq!(app.count(mutual), 12 + 21 + 31 + 13);
    let public = "SELECT count(*) FROM public_blocks WHERE block = 0 AND fundings = 1";
    assert_eq!(app.count(public), 1);
}

#[tokio::test]
async fn an_audit_refuses_a_database_of_before_the_migration_and_leaves_it_alone() {
    let app = before_migration().await;
    let database = app.dir.path().join("funsun.db");
    let before = std::fs::read(&database).unwrap();
    let (code, text) = app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("funsun migrate"), "{text}");
    assert!(std::fs::read(&database).unwrap() == before);
}
