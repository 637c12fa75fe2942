//! A support form that is sent again: after the payer comes back from KakaoPay, cancels, or has paid.

use reqwest::StatusCode;
use serde_json::Value;

use crate::app::{Answer, App, Member, eventually, send};
use crate::payer::{move_clocks, total};
use crate::visitor::{Visitor, value_of};

/// A supporter with an open support form.
struct Supporter {
    browser: Visitor,
    author: Member,
    funding: Value,
    other: Value,
    key: String,
}

impl Supporter {
    async fn with_form(app: &App) -> Self {
        let (author, friend) = (app.member("하늘").await, app.member("지우").await);
        let funding = author.opens("자전거", true).await;
        let other = author.opens("기타", true).await;
        let browser = Visitor::of(&friend);
        let form = browser.get(&path(&funding)).await.text;
        let key = value_of(&form, "attempt");
        Self {
            browser,
            author,
            funding,
            other,
            key,
        }
    }

    async fn send(&self, funding: &Value, amount: &str, message: &str) -> Answer {
        let fields = [
            ("amount", amount),
            ("message", message),
            ("attempt", &self.key),
        ];
        let answer = self.browser.post(&path(funding), &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        answer
    }

    /// Sends the form; returns KakaoPay's record of the order that its payer is led to.
    async fn order(&self, app: &App, funding: &Value, amount: &str, message: &str) -> Value {
        let answer = self.send(funding, amount, message).await;
        let go = answer.headers["location"].to_str().unwrap().to_owned();
        let order = go.split('/').nth(2).unwrap().to_owned();
        let orders = app.kakaopay_payments().await;
        let found = orders
            .into_iter()
            .find(|entry| entry["partner_order_id"] == *order);
        found.unwrap()
    }
}

fn path(funding: &Value) -> String {
    format!("/fundings/{}/support", funding["id"])
}

/// Presses a button on KakaoPay's page, and opens the page that it leads to.
async fn press(app: &App, entry: &Value, button: &str) -> Answer {
    let tid = entry["tid"].as_str().unwrap();
    let path = format!("/sandbox/payments/{tid}/{button}");
    let pressed = app.sandbox(reqwest::Method::POST, &path, Value::Null).await;
    send(app.http.get(pressed["location"].as_str().unwrap())).await
}

#[tokio::test]
async fn the_same_content_is_the_same_order_and_any_other_a_new_one() {
    let app = App::start().await;
    let it = Supporter::with_form(&app).await;
    let first = it.order(&app, &it.funding, "10,000", "축하해").await;
    let same = it.order(&app, &it.funding, "10,000", "축하해").await;
    assert_eq!(first["tid"], same["tid"]);
    let more = it.order(&app, &it.funding, "30,000", "축하해").await;
    let worded = it.order(&app, &it.funding, "30,000", "정말 축하해").await;
    let elsewhere = it.order(&app, &it.other, "30,000", "정말 축하해").await;
    assert_eq!(app.kakaopay_payments().await.len(), 4);
    for (entry, amount) in [(&more, 30_000), (&worded, 30_000), (&elsewhere, 30_000)] {
        assert_eq!(entry["total"], amount, "{entry}");
    }
    let back = press(&app, &elsewhere, "pay").await;
    assert!(back.text.contains("후원이 전해졌어요"), "{back:?}");
    assert_eq!(total(&it.author, &it.funding).await, 0);
    assert_eq!(total(&it.author, &it.other).await, 30_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_form_is_alive_after_a_cancelled_or_expired_order() {
    let app = App::with(&[("FUNSUN_ACCESS_TOKEN_SECONDS", "86400")]).await;
    let it = Supporter::with_form(&app).await;
    let cancelled = it.order(&app, &it.funding, "10,000", "축하해").await;
    let page = press(&app, &cancelled, "cancel").await;
    assert!(page.text.contains("결제를 취소했어요"), "{page:?}");
    let expired = it.order(&app, &it.funding, "10,000", "축하해").await;
    assert_ne!(expired["tid"], cancelled["tid"]);
    move_clocks(&app, 1_200).await;
    let again = it.order(&app, &it.funding, "10,000", "축하해").await;
    assert_ne!(again["tid"], expired["tid"]);
    let back = press(&app, &again, "pay").await;
    assert!(back.text.contains("후원이 전해졌어요"), "{back:?}");
    assert_eq!(total(&it.author, &it.funding).await, 10_000);
}

#[tokio::test]
async fn a_form_gives_another_support_after_the_first() {
    let app = App::start().await;
    let it = Supporter::with_form(&app).await;
    let first = it.order(&app, &it.funding, "10,000", "축하해").await;
    press(&app, &first, "pay").await;
    let repeated = it.order(&app, &it.funding, "10,000", "축하해").await;
    assert_eq!(repeated["tid"], first["tid"], "nothing new was asked for");
    let second = it.order(&app, &it.funding, "20,000", "하나 더").await;
    assert_eq!(second["total"], 20_000);
    press(&app, &second, "pay").await;
    eventually("both given", async || {
        total(&it.author, &it.funding).await == 30_000
    })
    .await;
    app.assert_books_balance().await;
}
