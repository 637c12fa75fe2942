//! The audit on inconsistent data: each kind of difference is found, named and counted.

use reqwest::Method;

use crate::app::{App, Member};
use crate::database;
use crate::payer::{Payment, support_body};

/// A stopped server and its payments: a support of 20,000 won, a payment of 5,000 won that no
/// support took, one that was refunded, one that is not paid. Ids count from 1 in this order.
pub struct Books {
    pub app: App,
    pub payments: [Payment; 4],
}

impl Books {
    pub async fn new() -> Self {
        let mut app = App::start().await;
        let (author, friend) = (app.member("하늘").await, app.member("지우").await);
        let funding = author.opens("자전거", true).await;
        let support = support_body(&funding, 20_000, "생일 축하해");
        let supported = Payment::begin_for(&app, &friend, &support).await;
        supported.pay_and_approve(&app).await;
        let unattached = Payment::begin(&app, &friend, 5_000).await;
        unattached.pay_and_approve(&app).await;
        let refunded = refunded_payment(&app, &author, &friend).await;
        let unpaid = Payment::begin(&app, &friend, 7_000).await;
        app.assert_books_balance().await;
        app.kill().await;
        Self {
            app,
            payments: [supported, unattached, refunded, unpaid],
        }
    }

    /// Executes SQL on the stopped program's database.
    pub fn change(&self, sql: &str) {
        self.app.change_database(sql);
    }

    /// The differences of an audit: the words of each line.
    pub async fn differences(&self, arguments: &[&str]) -> Vec<String> {
        let (code, text) = self.app.command(&[&["audit"], arguments].concat()).await;
        let lines = text.lines().skip_while(|line| !line.starts_with("what "));
        let found: Vec<String> = lines
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(code, i32::from(!found.is_empty()), "{text}");
        assert_eq!(count(&text, "differences"), found.len().to_string());
        found
    }

    /// Makes the change, expects these differences, and undoes the change.
    pub async fn assert_found(&self, change: &str, undo: &str, expected: &[&str]) {
        self.change(change);
        assert_eq!(self.differences(&["--offline"]).await, expected, "{change}");
        self.change(undo);
        assert_eq!(self.differences(&["--offline"]).await, [""; 0], "{undo}");
    }
}

/// A payment of 6,000 won whose support was taken back and which was refunded.
async fn refunded_payment(app: &App, author: &Member, friend: &Member) -> Payment {
    let funding = author.opens("헬멧", true).await;
    let support = support_body(&funding, 6_000, "힘내");
    let payment = Payment::begin_for(app, friend, &support).await;
    payment.pay_and_approve(app).await;
    let given = friend.json(Method::POST, "/remit/", support).await.json();
    let id = given["id"].to_string();
    friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    crate::app::eventually("refunded", async || payment.state(app).await == "refunded").await;
    payment
}

/// The number that the audit prints after this label.
pub fn count(text: &str, words: &str) -> String {
    let line = text.lines().find(|line| line.trim().starts_with(words));
    let line = line.unwrap_or_else(|| panic!("{words}: {text}"));
    line.split_whitespace().last().unwrap().to_owned()
}

/// Lets rows of the ledger be changed.
const UNLOCK: &str = "DROP TRIGGER ledger_transactions_keep; DROP TRIGGER ledger_transactions_fixed; \
    DROP TRIGGER ledger_postings_keep; DROP TRIGGER ledger_postings_fixed";

#[tokio::test]
async fn an_audit_counts_what_it_looked_at() {
    let books = Books::new().await;
    books.change("UPDATE payments SET state = 'approving' WHERE id = 4");
    let (code, text) = books.app.command(&["audit", "--all"]).await;
    assert_eq!(code, 0, "{text}");
    for (words, number) in [
        ("payments", "4"),
        ("compared with provider", "4"),
        ("not compared", "0"),
        ("invented", "0"),
        ("not certain yet", "1"),
        ("held by providers", "25000"),
        ("differences", "0"),
    ] {
        assert_eq!(count(&text, words), number, "{words}: {text}");
    }
    books.change(
        "INSERT INTO merchant_accounts (id, provider, code, created_at) VALUES (9, 'demo', 'demo', 0); \
         UPDATE payments SET merchant_account_id = 9 WHERE id = 4",
    );
    let (_, text) = books.app.command(&["audit", "--all"]).await;
    assert_eq!(count(&text, "compared with provider"), "3", "{text}");
    assert_eq!(count(&text, "invented"), "1", "{text}");
    for arguments in [&["audit"][..], &["audit", "--offline"]] {
        let (_, text) = books.app.command(arguments).await;
        assert_eq!(count(&text, "invented"), "1", "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn an_audit_finds_rows_that_differ_from_the_ledger() {
    let books = Books::new().await;
    for (change, undo, expected) in [
        (
            "UPDATE fundings SET collected_amount = 20001 WHERE id = 1",
            "UPDATE fundings SET collected_amount = 20000 WHERE id = 1",
            vec!["funding:1 collected total 20000 20001"],
        ),
        (
            "UPDATE payments SET refunded_amount = 6000 WHERE id = 4",
            "UPDATE payments SET refunded_amount = 0 WHERE id = 4",
            vec!["payment 4 refunded 0 6000"],
        ),
        (
            "UPDATE payments SET refunding_amount = 6000 WHERE id = 4",
            "UPDATE payments SET refunding_amount = 0 WHERE id = 4",
            vec!["payment 4 being refunded 0 6000"],
        ),
        (
            "UPDATE payments SET state = 'ready' WHERE id = 1",
            "UPDATE payments SET state = 'attached' WHERE id = 1",
            vec!["payment 1 entry none approval 1: receivable:1 > unattached 20000"],
        ),
        (
            "UPDATE payments SET state = 'odd' WHERE id = 1",
            "UPDATE payments SET state = 'attached' WHERE id = 1",
            vec!["payment 1 state a known state odd"],
        ),
    ] {
        books.assert_found(change, undo, &expected).await;
    }
    let charge = "payment 4 entry approval 4: receivable:1 > unattached 7000 none";
    for state in ["approved", "refunding", "partly_refunded", "refunded"] {
        let change = format!("UPDATE payments SET state = '{state}' WHERE id = 4");
        let undo = "UPDATE payments SET state = 'ready' WHERE id = 4";
        let unrefunded = format!("payment 4 state approved {state}");
        let expected = [charge, &unrefunded];
        let count = if state == "approved" { 1 } else { 2 };
        books.assert_found(&change, undo, &expected[..count]).await;
    }
}

#[tokio::test]
async fn an_audit_finds_supports_that_differ_from_their_payments() {
    let books = Books::new().await;
    for (column, wrong, right, differs) in [
        ("amount", "20001", "20000", "2 1 20000 2 1 20001"),
        ("author_id", "1", "2", "2 1 20000 1 1 20000"),
        ("funding_id", "2", "1", "2 1 20000 2 2 20000"),
    ] {
        let set = |value| format!("UPDATE supports SET {column} = {value} WHERE id = 1");
        let expected = format!("support 1 author, funding, amount {differs}");
        books
            .assert_found(&set(wrong), &set(right), &[&expected])
            .await;
    }
    books
        .assert_found(
            "UPDATE supports SET taken_back_at = 1 WHERE id = 1",
            "UPDATE supports SET taken_back_at = NULL WHERE id = 1",
            &["support 1 taken back false true"],
        )
        .await;
    // The support of a payment that was refunded is on no list.
    books
        .assert_found(
            "UPDATE supports SET taken_back_at = NULL WHERE id = 2",
            "UPDATE supports SET taken_back_at = 1 WHERE id = 2",
            &["support 2 taken back true false"],
        )
        .await;
    let free = database::without_foreign_keys();
    let pays = |id| format!("{free}; UPDATE supports SET payment_id = {id} WHERE id = 1");
    // An attached payment without a support, and a support of a payment that no funding holds.
    books
        .assert_found(
            &pays(4),
            &pays(1),
            &["payment 1 support one none", "payment 4 support none 1"],
        )
        .await;
}

#[tokio::test]
async fn an_audit_finds_entries_that_no_payment_explains() {
    let books = Books::new().await;
    books.change(UNLOCK);
    let posting = |set: &str| {
        format!(
            "UPDATE ledger_postings SET {set} WHERE transaction_id = \
             (SELECT id FROM ledger_transactions WHERE kind = 'attachment' AND reference = 1)"
        )
    };
    let right = "payment 1 entry attachment 1: unattached > funding:1 20000";
    for (wrong, undo, found) in [
        (
            "to_account = 'funding:2'",
            "to_account = 'funding:1'",
            "attachment 1: unattached > funding:2 20000",
        ),
        (
            "amount = 20001",
            "amount = 20000",
            "attachment 1: unattached > funding:1 20001",
        ),
        (
            "from_account = 'bank'",
            "from_account = 'unattached'",
            "attachment 1: bank > funding:1 20000",
        ),
    ] {
        let expected = format!("{right} {found}");
        books
            .assert_found(&posting(wrong), &posting(undo), &[&expected])
            .await;
    }
    // A refund without its entry.
    let refund = |kind: &str| {
        format!(
            "UPDATE ledger_transactions SET kind = '{kind}' WHERE reference = 1 AND kind IN ('refund', 'odd')"
        )
    };
    let missing = "payment 3 entry refund 1: refunds_due > receivable:1 6000 none";
    let unexplained = "payment or refund one odd 1";
    books.change(&refund("odd"));
    let found = books.differences(&["--offline"]).await;
    assert!(found.iter().any(|line| line == missing), "{found:?}");
    assert!(
        found.iter().any(|line| line.contains(unexplained)),
        "{found:?}"
    );
    books.change(&refund("refund"));
    // A transaction of nothing.
    books.change(
        "INSERT INTO ledger_transactions (kind, reference, created_at) VALUES ('approval', 99, 0)",
    );
    let found = books.differences(&["--offline"]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("payment or refund one approval 99"),
        "{found:?}"
    );
}

#[tokio::test]
async fn an_audit_finds_refunds_that_differ_from_their_payments() {
    let books = Books::new().await;
    let refund = |set: &str| format!("UPDATE refunds SET {set} WHERE id = 1");
    let done = "payment 3 entry none refund 1: refunds_due > receivable:1 6000";
    let stopped = "payment 3 entry refund_stop 1: refunds_due > funding:2 6000 refund 1: refunds_due > receivable:1 6000";
    let no_amount = "payment 3 refunded 0 6000";
    let sent = [
        done,
        no_amount,
        "payment 3 being refunded 6000 0",
        "payment 3 state refunding refunded",
    ];
    let attached = [stopped, no_amount, "payment 3 state attached refunded"];
    let odd = [
        done,
        "refund 1 state a known state odd",
        no_amount,
        "payment 3 state attached refunded",
    ];
    for (state, expected) in [("sent", &sent[..]), ("stopped", &attached), ("odd", &odd)] {
        let change = refund(&format!("state = '{state}'"));
        books
            .assert_found(&change, &refund("state = 'done'"), expected)
            .await;
    }
    books
        .assert_found(
            "UPDATE payments SET state = 'partly_refunded' WHERE id = 3",
            "UPDATE payments SET state = 'refunded' WHERE id = 3",
            &["payment 3 state refunded partly_refunded"],
        )
        .await;
    // A refund without any entry, which its payment does not know of.
    books
        .assert_found(
            "INSERT INTO refunds (id, payment_id, amount, reason, state, created_at) \
             VALUES (9, 2, 1000, 'taken_back', 'requested', 0)",
            "DELETE FROM refunds WHERE id = 9",
            &[
                "payment 2 entry refund_start 9: unattached > refunds_due 1000 none",
                "payment 2 being refunded 1000 0",
                "payment 2 state refunding approved",
            ],
        )
        .await;
}

#[tokio::test]
async fn an_audit_prints_the_first_differences_and_counts_all() {
    let books = Books::new().await;
    books.change(
        "INSERT INTO ledger_transactions (kind, reference, created_at) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250) \
         SELECT 'odd', n, 0 FROM numbers",
    );
    let (code, text) = books.app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 1, "{text}");
    assert_eq!(count(&text, "differences"), "250");
    assert!(text.contains("and 150 more"), "{text}");
    assert_eq!(
        text.lines().filter(|line| line.contains("odd")).count(),
        100
    );
}

#[tokio::test]
async fn an_audit_runs_no_migrations() {
    let books = Books::new().await;
    books.change("DELETE FROM __diesel_schema_migrations WHERE version = '0006'");
    let (code, text) = books.app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("funsun migrate"), "{text}");
    let pending = books
        .app
        .count("SELECT count(*) FROM __diesel_schema_migrations WHERE version = '0006'");
    assert_eq!(pending, 0);
}
