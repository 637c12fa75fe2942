//! A change of provider: new payments go to the new one, those made before stay with the old one.

use funsun::cli::embedded::{self, Embedded};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::toss::Toss;
use crate::app::{App, Member, eventually, send};
use crate::payer::{Payment, support_body, total};

#[tokio::test]
async fn payments_made_before_are_refunded_where_they_were_made() {
    let mut app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let old = Payment::begin_for(&app, &friend, &support).await;
    old.pay_and_approve(&app).await;
    let open = Payment::begin_for(&app, &friend, &support).await;
    let open_proof = open.pay(&app).await;
    app.kill().await;

    let toss = Toss::default();
    let service = serve(&mut app, &toss).await;
    let [author, friend] = [author, friend].map(|member| app.reconnect(&member));

    let answer = send(app.visitor(Method::GET, &open_proof.path)).await;
    assert!(answer.text.contains("후원이 전해졌어요"), "{answer:?}");
    open.assert_charged_once(&app, 0).await;

    let order = order_of(&friend, support).await;
    let query = toss.authenticate(&order, 5_000);
    let back = format!("/remit/toss/return/{order}?{query}");
    let answer = send(app.visitor(Method::GET, &back)).await;
    assert!(answer.text.contains("후원이 전해졌어요"), "{answer:?}");
    assert_eq!(total(&author, &funding).await, 15_000);

    delete(&author, &funding["id"].to_string()).await;
    eventually("refunded", async || {
        old.kakaopay_record(&app).await["canceled"] == 5_000
            && open.kakaopay_record(&app).await["canceled"] == 5_000
            && toss.record(&order).refunded == 5_000
    })
    .await;
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_notice_of_one_provider_says_nothing_of_the_orders_of_another() {
    let mut app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let old = Payment::begin_for(&app, &friend, &support).await;
    app.kill().await;

    let toss = Toss::default();
    let service = serve(&mut app, &toss).await;
    let friend = app.reconnect(&friend);
    let order = order_of(&friend, support).await;
    old.count_calls(&app, "order").await;
    for (rounds, seconds) in [(1, 10), (2, 20)] {
        for order in [&old.order, &order] {
            let body = json!({"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": order}});
            let call = app.visitor(Method::POST, "/payments/notices/toss");
            let answer = send(call.json(&body)).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        app.move_clock(seconds).await;
        eventually("looked up", async || toss.vain_look_ups(&order) >= rounds).await;
    }
    assert_eq!(old.calls(&app, "order").await, 0);
    service.stop().await.unwrap();
}

/// Starts the service on the app's data, with the new provider first.
async fn serve(app: &mut App, toss: &Toss) -> Embedded {
    let settings = App::settings_for(&app.kakao, app.dir.path());
    let service = embedded::start(&settings, vec![Box::new(toss.clone())])
        .await
        .unwrap();
    app.url.clone_from(&service.url);
    service
}

/// Prepares a support; returns our order reference.
async fn order_of(friend: &Member, support: Value) -> String {
    let ready = friend
        .json(Method::POST, "/remit/kakaopay/ready", support)
        .await;
    assert_eq!(ready.status, StatusCode::OK, "{ready:?}");
    ready.json()["order"].as_str().unwrap().to_owned()
}

async fn delete(author: &Member, funding: &str) {
    let fields = [("id", funding)];
    let answer = author.form(Method::DELETE, "/funding/", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}
