//! The audit on inconsistent data: each kind of difference is found, named and counted.

use reqwest::Method;

use crate::app::{App, Member};
use crate::payer::{Payment, support_body};

/// A stopped server and its payments: a support of 20,000 won, a payment of 5,000 won that no
/// support took, one that was refunded, one that is not paid. Ids count from 1 in this order.
struct Books {
    app: App,
    payments: [Payment; 4],
}

impl Books {
    async fn new() -> Self {
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
    fn change(&self, sql: &str) {
        self.app.change_database(sql);
    }

    /// The differences of an audit: the words of each line.
    async fn differences(&self, arguments: &[&str]) -> Vec<String> {
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

    /// The differences between our records and KakaoPay's.
    async fn provider_differences(&self) -> Vec<String> {
        let mut found = self.differences(&[]).await;
        found.retain(|line| line.contains("provider"));
        found
    }

    /// Makes the change, expects these differences, and undoes the change.
    async fn assert_found(&self, change: &str, undo: &str, expected: &[&str]) {
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
fn count(text: &str, words: &str) -> String {
    let line = text.lines().find(|line| line.trim().starts_with(words));
    let line = line.unwrap_or_else(|| panic!("{words}: {text}"));
    line.split_whitespace().last().unwrap().to_owned()
}

#[tokio::test]
async fn an_audit_counts_what_it_looked_at() {
    let books = Books::new().await;
    books.change("UPDATE payments SET state = 'approving' WHERE id = 4");
    let (code, text) = books.app.command(&["audit"]).await;
    assert_eq!(code, 0, "{text}");
    for (words, number) in [
        ("payments", "4"),
        ("compared with KakaoPay", "4"),
        ("invented", "0"),
        ("not certain yet", "1"),
        ("held by KakaoPay", "25000"),
        ("differences", "0"),
    ] {
        assert_eq!(count(&text, words), number, "{words}: {text}");
    }
    books.change("UPDATE payments SET tid = 'demo-' || id WHERE id < 4");
    let (_, text) = books.app.command(&["audit"]).await;
    assert_eq!(count(&text, "compared with KakaoPay"), "1", "{text}");
    assert_eq!(count(&text, "invented"), "3", "{text}");
    books.change("UPDATE payments SET tid = NULL WHERE id = 4");
    let (_, text) = books.app.command(&["audit"]).await;
    assert_eq!(count(&text, "compared with KakaoPay"), "0", "{text}");
}

#[tokio::test]
async fn an_audit_finds_rows_that_differ_from_the_ledger() {
    let books = Books::new().await;
    books
        .assert_found(
            "UPDATE fundings SET collected_amount = 20001 WHERE id = 1",
            "UPDATE fundings SET collected_amount = 20000 WHERE id = 1",
            &["funding:1 collected total 20000 20001"],
        )
        .await;
    books
        .assert_found(
            "UPDATE payments SET refunded_amount = 6000 WHERE id = 4",
            "UPDATE payments SET refunded_amount = 0 WHERE id = 4",
            &["payment 4 refunded 6000 0"],
        )
        .await;
    books
        .assert_found(
            "UPDATE payments SET state = 'ready', funding_id = NULL WHERE id = 1",
            "UPDATE payments SET state = 'attached', funding_id = 1 WHERE id = 1",
            &[
                "payment 1 approved 0 20000",
                "payment 1 attached 0 20000",
                "support 1 payment fits 1",
            ],
        )
        .await;
    for state in ["approved", "refunding", "partly_refunded", "refunded"] {
        let change = format!("UPDATE payments SET state = '{state}' WHERE id = 4");
        let undo = "UPDATE payments SET state = 'ready' WHERE id = 4";
        let expected = ["payment 4 approved 7000 0"];
        books.assert_found(&change, undo, &expected).await;
    }
}

#[tokio::test]
async fn an_audit_finds_supports_that_differ_from_their_payments() {
    let books = Books::new().await;
    for (column, wrong, right) in [
        ("amount", "20001", "20000"),
        ("author_id", "1", "2"),
        ("funding_id", "2", "1"),
    ] {
        let set = |value| format!("UPDATE supports SET {column} = {value} WHERE id = 1");
        let expected = ["support 1 payment fits 1"];
        books
            .assert_found(&set(wrong), &set(right), &expected)
            .await;
    }
}

#[tokio::test]
async fn an_audit_finds_ledger_entries_that_no_payment_explains() {
    let books = Books::new().await;
    books.change("DROP TRIGGER ledger_entries_keep");
    let entry = |from: &str, to: &str| {
        format!(
            "INSERT INTO ledger_entries \
             (payment_id, kind, refunded_before, from_account, to_account, amount, created_at) \
             VALUES (4, 'invented', 0, '{from}', '{to}', 300, 0)"
        )
    };
    let undo = "DELETE FROM ledger_entries WHERE kind = 'invented'";
    books
        .assert_found(
            &entry("kakaopay", "funding:999"),
            undo,
            &["funding:999 account of no funding 0 300"],
        )
        .await;
    books
        .assert_found(
            &entry("kakaopay", "unattached"),
            undo,
            &["ledger payments without a support 5000 5300"],
        )
        .await;
    books
        .assert_found(
            &entry("kakaopay", "funding:1"),
            undo,
            &["funding:1 collected total 20300 20000"],
        )
        .await;
}

#[tokio::test]
async fn an_audit_finds_refunds_in_kakaopays_console() {
    let books = Books::new().await;
    let unattached = &books.payments[1];
    let found = async || books.differences(&[]).await;
    assert_eq!(found().await, [""; 0]);
    unattached
        .refund_at_kakaopay(&books.app, 2_000, 5_000)
        .await;
    let partly = "payment 2 held by the provider 5,000원 3,000원";
    assert_eq!(found().await, [partly]);
    unattached
        .refund_at_kakaopay(&books.app, 3_000, 3_000)
        .await;
    let whole = "payment 2 held by the provider 5,000원 0원";
    assert_eq!(found().await, [whole]);
    // A refund in progress may have reached KakaoPay or not.
    books.change("UPDATE payments SET state = 'refunding', refunding_amount = 5000 WHERE id = 2");
    assert_eq!(found().await, [""; 0]);
    books.change("UPDATE payments SET refunding_amount = 4000 WHERE id = 2");
    assert_eq!(found().await, [whole]);
    // While an approval is in progress, nothing is known.
    books.change("UPDATE payments SET state = 'approving' WHERE id = 2");
    assert_eq!(books.provider_differences().await, [""; 0]);
}

#[tokio::test]
async fn an_audit_finds_states_that_kakaopay_does_not_confirm() {
    let books = Books::new().await;
    let found = async || books.provider_differences().await;
    books.change("UPDATE payments SET state = 'failed' WHERE id = 1");
    let held = "payment 1 held by the provider 0원 20,000원";
    assert_eq!(found().await, [held]);
    books.change("UPDATE payments SET state = 'attached' WHERE id = 1");
    books.change("UPDATE payments SET refunded_amount = 0, state = 'attached' WHERE id = 3");
    let held = "payment 3 held by the provider 6,000원 0원";
    assert_eq!(found().await, [held]);
    books.change("UPDATE payments SET refunded_amount = 6000, state = 'refunded' WHERE id = 3");

    books.change("UPDATE payments SET state = 'attached' WHERE id = 4");
    let held = "payment 4 held by the provider 7,000원 0원";
    assert_eq!(found().await, [held]);
    // KakaoPay holds nothing for an order that its payer cancelled, either.
    let unpaid = &books.payments[3];
    unpaid.press_button(&books.app, "cancel").await;
    assert_eq!(found().await, [held]);
    books.change("UPDATE payments SET state = 'cancelled' WHERE id = 4");
    assert_eq!(found().await, [""; 0]);
}

#[tokio::test]
async fn an_audit_finds_records_of_another_order() {
    let books = Books::new().await;
    for (column, wrong, differs) in [
        ("tid", "'T0000000000000000000'", "KakaoPay"),
        (
            "order_ref",
            "'ffffffffffffffffffffffffffffffff'",
            "another order or amount",
        ),
        ("account_id", "1", "another order or amount"),
        ("amount", "20001", "another order or amount"),
    ] {
        books.change(&format!(
            "CREATE TABLE kept AS SELECT {column} AS it FROM payments WHERE id = 1; \
             UPDATE payments SET {column} = {wrong} WHERE id = 1"
        ));
        let found = books.provider_differences().await;
        assert_eq!(found.len(), 1, "{column}: {found:?}");
        assert!(
            found[0].starts_with("payment 1 provider's book an entry"),
            "{column}: {found:?}"
        );
        assert!(found[0].contains(differs), "{column}: {found:?}");
        books.change(&format!(
            "UPDATE payments SET {column} = (SELECT it FROM kept) WHERE id = 1; DROP TABLE kept"
        ));
    }
    assert_eq!(books.provider_differences().await, [""; 0]);
}
