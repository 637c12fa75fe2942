//! The audit's comparison with KakaoPay's records: what it finds, and what it leaves out.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{Books, count};
use crate::database;

impl Books {
    /// The differences between our records and KakaoPay's, for all payments.
    async fn provider_differences(&self) -> Vec<String> {
        let mut found = self.differences(&["--all"]).await;
        found.retain(|line| line.contains("provider"));
        found
    }
}

#[tokio::test]
async fn an_audit_finds_refunds_in_kakaopays_console() {
    let books = Books::new().await;
    let unattached = &books.payments[1];
    let found = async || books.provider_differences().await;
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
    // While an approval or a transfer is in progress, nothing is known.
    for state in ["approving", "awaiting_deposit"] {
        books.change(&format!(
            "UPDATE payments SET state = '{state}' WHERE id IN (1, 2)"
        ));
        assert_eq!(found().await, [""; 0], "{state}");
    }
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
        ("reference", "'T0000000000000000000'", "KakaoPay"),
        (
            "order_ref",
            "'ffffffffffffffffffffffffffffffff'",
            "another order or amount",
        ),
        ("payer_ref", "'somebody'", "another order or amount"),
        ("amount", "20001", "another order or amount"),
    ] {
        books.change(&format!(
            "CREATE TABLE kept AS SELECT {column} AS it FROM payments WHERE id = 1; \
             UPDATE payments SET {column} = {wrong} WHERE id = 1"
        ));
        let found = books.provider_differences().await;
        assert_eq!(found.len(), 1, "{column}: {found:?}");
        assert!(
            found[0].starts_with("payment 1 provider's record an entry"),
            "{column}: {found:?}"
        );
        assert!(found[0].contains(differs), "{column}: {found:?}");
        books.change(&format!(
            "UPDATE payments SET {column} = (SELECT it FROM kept) WHERE id = 1; DROP TABLE kept"
        ));
    }
    assert_eq!(books.provider_differences().await, [""; 0]);
}

#[tokio::test]
async fn an_audit_compares_what_changed_since_the_last_clean_run() {
    let books = Books::new().await;
    let compared = async |arguments: &[&str]| {
        let (_, text) = books.app.command(&[&["audit"], arguments].concat()).await;
        count(&text, "compared with provider")
    };
    // As if the payments were a week old.
    let age = "UPDATE payments SET changed_at = changed_at - 604800000000";
    books.change(age);
    books.change("DELETE FROM audit_runs");
    assert_eq!(compared(&[]).await, "4", "never compared");
    assert_eq!(compared(&[]).await, "0", "nothing has changed");
    assert_eq!(compared(&["--all"]).await, "4");
    books.change("UPDATE payments SET changed_at = changed_at + 604800000000 WHERE id = 2");
    assert_eq!(compared(&[]).await, "1");
    // A run with a difference is not a clean one.
    books.change(age);
    books.change("DELETE FROM audit_runs; UPDATE payments SET state = 'failed' WHERE id = 2");
    assert_eq!(compared(&[]).await, "4");
    assert_eq!(compared(&[]).await, "4");
}

#[tokio::test]
async fn an_audit_says_what_it_could_not_compare() {
    let books = Books::new().await;
    books.change("DELETE FROM audit_runs");
    let down = json!({"call": "order", "fault": "http_500", "times": 3});
    books
        .app
        .sandbox(Method::PUT, "/sandbox/faults", down)
        .await;
    let (code, text) = books.app.command(&["audit"]).await;
    assert_eq!(code, 2, "{text}");
    assert_eq!(count(&text, "not compared"), "3", "{text}");
    assert!(text.contains("some payments were not compared"), "{text}");
    books
        .app
        .sandbox(Method::DELETE, "/sandbox/faults", Value::Null)
        .await;
    let (code, text) = books.app.command(&["audit"]).await;
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        count(&text, "compared with provider"),
        "4",
        "not a clean run before"
    );
}

#[tokio::test]
async fn an_audit_expects_an_id_of_the_provider_where_money_was_taken() {
    let books = Books::new().await;
    books.change("UPDATE payments SET reference = NULL WHERE id IN (1, 4)");
    let found = books.provider_differences().await;
    assert_eq!(found, ["payment 1 provider's id one none"]);
    let (_, text) = books.app.command(&["audit", "--all"]).await;
    assert_eq!(count(&text, "compared with provider"), "3", "{text}");
    assert_eq!(count(&text, "not compared"), "0", "KakaoPay has no 4");
}

#[tokio::test]
async fn an_audit_names_each_payment_that_cannot_be_read() {
    let books = Books::new().await;
    books.change("UPDATE payments SET order_ref = 'odd-' || id WHERE id IN (2, 3)");
    let row = |id| format!("payment {id} row readable stored value: ");
    let found = books.differences(&["--all"]).await;
    assert_eq!(found.len(), 2, "{found:?}");
    for (line, id) in found.iter().zip([2, 3]) {
        assert!(line.starts_with(&row(id)), "{found:?}");
    }
    books.change("UPDATE payments SET state = 'odd' WHERE id = 1");
    let found = books.differences(&["--all"]).await;
    assert!(found.contains(&"payment 1 state a known state odd".into()));
    assert_eq!(found.len(), 4, "the rest is compared: {found:?}");
}

#[tokio::test]
async fn an_audit_does_not_ask_on_when_the_provider_never_answers() {
    let books = Books::new().await;
    books.change(&format!(
        "INSERT INTO payments (id, order_ref, account_id, merchant_account_id, payer_ref, reference, amount, state, lane, \
         expires_at, created_at, changed_at) \
         WITH RECURSIVE numbers (n) AS (SELECT 101 UNION ALL SELECT n + 1 FROM numbers WHERE n < 300) \
         SELECT n, {}, 2, 1, 'somebody', 'T' || n, 1000, 'cancelled', 0, \
         0, changed_at, changed_at FROM numbers JOIN payments ON payments.id = 1; \
         DELETE FROM audit_runs",
        database::padded("n", 32)
    ));
    let down = json!({"call": "order", "fault": "http_500", "times": 1_000});
    let faults = "/sandbox/faults";
    books.app.sandbox(Method::PUT, faults, down).await;
    let (code, text) = books.app.command(&["audit"]).await;
    assert_eq!(code, 2, "{text}");
    assert_eq!(count(&text, "not compared"), "204", "{text}");
    assert_eq!(count(&text, "compared with provider"), "0", "{text}");
    let rules = books.app.sandbox(Method::GET, faults, Value::Null).await;
    let asked = 1_000 - rules["faults"][0]["times"].as_u64().unwrap();
    assert!((1..100).contains(&asked), "{asked} look-ups");
    assert_eq!(books.app.count("SELECT count(*) FROM audit_runs"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_raises_no_alarm_while_money_moves() {
    let app = App::start().await;
    let author = app.member("하늘").await;
    let funding = author.opens("자전거", true).await;
    let friends = join_all((0..4).map(|_| app.member("친구"))).await;
    let clean = AtomicU32::new(0);
    let money_moves = join_all(friends.iter().map(async |friend| {
        while clean.load(Ordering::Relaxed) < 3 {
            let given = friend.supports(&funding, 3_000, "축하해").await;
            let id = given["id"].to_string();
            friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
        }
    }));
    let audits = async {
        loop {
            for scope in ["--all", "--offline"] {
                let (code, text) = app.command(&["audit", scope]).await;
                assert_eq!(code, 0, "{scope}: {text}");
                clean.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    tokio::select! { _ = money_moves => {}, () = audits => {} }
    app.assert_books_balance().await;
}
