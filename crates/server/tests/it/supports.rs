//! Supports: how they are listed, changed and refused. `payments` and `refunds` cover the money.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, eventually, send};
use crate::payer::{Payment, support_body, total};

#[tokio::test]
async fn guests_and_members_can_read_the_supports_of_a_public_funding() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    let given = giver.supports(&funding, 20_000, "생일 축하해 🎂").await;
    for path in [
        format!("/remit/?id={}", funding["id"]),
        format!("//remit?id={}&page=1", funding["id"]),
    ] {
        let answer = send(app.visitor(Method::GET, &path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(
            answer.headers["content-type"],
            "application/json; charset=utf-8"
        );
        let expected = json!([{
            "id": given["id"], "message": "생일 축하해 🎂", "created_on": given["created_on"],
            "author": {"id": giver.id, "username": "지우", "image": null},
        }]);
        assert_eq!(answer.json(), expected);
        let null = app.visitor(Method::GET, &path).bearer_auth("null");
        assert_eq!(send(null).await.json(), expected);
        assert_eq!(author.get(&path).await, expected);
    }
    assert_eq!(given["funding"], funding["id"]);
    assert_eq!(given["amount"], 20_000);
    assert!(given["created_on"].as_str().unwrap().ends_with("+09:00"));
}

#[tokio::test]
async fn a_support_can_be_created_in_every_encoding_of_the_app() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    let id = funding["id"].to_string();
    let texts = [
        ("amount", "1000"),
        ("message", "힘내"),
        ("funding", id.as_str()),
    ];
    for encoding in ["json", "form", "multipart"] {
        Payment::begin(&app, &giver, 1_000)
            .await
            .pay_and_approve(&app)
            .await;
        let answer = match encoding {
            "json" => {
                let body = support_body(&funding, 1_000, "힘내");
                giver.json(Method::POST, "/remit/", body).await
            }
            "form" => giver.form(Method::POST, "/remit", &texts).await,
            _ => giver.multipart(Method::POST, "/remit/", &texts, &[]).await,
        };
        assert_eq!(answer.status, StatusCode::CREATED, "{encoding}: {answer:?}");
    }
    assert_eq!(total(&author, &funding).await, 3_000);
}

#[tokio::test]
async fn a_support_without_a_payment_is_402() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let rich = app.member("서윤").await;
    let funding = author.opens("새 자전거", true).await;
    let give = async |amount: i64| {
        let body = support_body(&funding, amount, "힘내");
        giver
            .json(Method::POST, "/remit/", body)
            .await
            .status
            .as_u16()
    };
    assert_eq!(give(5_000).await, 402);
    Payment::begin(&app, &giver, 5_000).await;
    assert_eq!(give(5_000).await, 402, "made ready is not paid");
    Payment::begin(&app, &rich, 6_000)
        .await
        .pay_and_approve(&app)
        .await;
    assert_eq!(give(6_000).await, 402, "another member's payment");
    Payment::begin(&app, &giver, 7_000)
        .await
        .pay_and_approve(&app)
        .await;
    assert_eq!(give(7_001).await, 402, "another amount");
    assert_eq!(give(7_000).await, 201);
    assert_eq!(give(7_000).await, 402, "once per payment");
    assert_eq!(total(&author, &funding).await, 7_000);
}

#[tokio::test]
async fn invalid_amounts_are_refused_before_payment() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    for bad in [
        json!(0),
        json!(-1_000),
        json!(999),
        json!(1_000_001),
        json!(1000.5),
        json!(u64::MAX),
        json!("1e9"),
        json!("10,000"),
        json!("１０００"),
        json!("99999999999999999999"),
        json!(""),
        json!(null),
        json!([1_000]),
    ] {
        let mut body = support_body(&funding, 1_000, "힘내");
        body["amount"] = bad.clone();
        for path in ["/remit/kakaopay/ready", "/remit/"] {
            let answer = giver.json(Method::POST, path, body.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {bad}");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("amount"), "{detail}");
        }
    }
    for field in ["amount", "message", "funding"] {
        let mut body = support_body(&funding, 1_000, "힘내");
        body.as_object_mut().unwrap().remove(field);
        let answer = giver.json(Method::POST, "/remit/", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}");
    }
    assert_eq!(
        app.kakaopay_payments().await,
        Vec::<Value>::new(),
        "KakaoPay never heard of it"
    );
}

#[tokio::test]
async fn a_message_of_invalid_length_is_400_and_an_unknown_funding_204() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    Payment::begin(&app, &giver, 1_000)
        .await
        .pay_and_approve(&app)
        .await;
    for message in ["", "힘", &"힘".repeat(256), "힘\0내"] {
        let body = support_body(&funding, 1_000, message);
        let answer = giver.json(Method::POST, "/remit/", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{message:.9}");
    }
    for id in [
        json!("4242"),
        json!("abc"),
        json!(-1),
        json!("9".repeat(10_000)),
    ] {
        let mut body = support_body(&funding, 1_000, "힘내");
        body["funding"] = id;
        let answer = giver.json(Method::POST, "/remit/", body).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }
    let longest = support_body(&funding, 1_000, &"힘".repeat(255));
    let answer = giver.json(Method::POST, "/remit/", longest).await;
    assert_eq!(
        answer.status,
        StatusCode::CREATED,
        "the payment was left for it"
    );
}

#[tokio::test]
async fn supporting_an_own_or_ended_funding_is_refused() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    let body = support_body(&funding, 1_000, "나에게");
    for path in ["/remit/kakaopay/ready", "/remit/"] {
        let own = author.json(Method::POST, path, body.clone()).await;
        assert_eq!(own.status, StatusCode::BAD_REQUEST, "{path}: {own:?}");
    }
    let paid = Payment::begin(&app, &giver, 1_000).await;
    paid.pay_and_approve(&app).await;
    app.move_clock(31 * 86_400).await;
    let refresh = [("refresh", giver.refresh.as_str())];
    let renewed = giver
        .form(Method::POST, "/account/token/refresh", &refresh)
        .await;
    let mut giver = giver;
    giver.access = renewed.json()["access"].as_str().unwrap().to_owned();
    let late = giver
        .json(Method::POST, "/remit/kakaopay/ready", body.clone())
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    let late = giver.json(Method::POST, "/remit/", body).await;
    assert!(matches!(late.status.as_u16(), 402 | 409), "{late:?}");
    eventually("the payment is given back", async || {
        paid.kakaopay_record(&app).await["canceled"] == 1_000
    })
    .await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn only_the_supporter_can_change_the_message() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    let given = giver.supports(&funding, 1_000, "힘내").await;
    let id = given["id"].to_string();
    let change = [
        ("id", id.as_str()),
        ("message", "더 힘내"),
        ("amount", "1000000"),
    ];
    let changed = giver.form(Method::PUT, "/remit/", &change).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.json()["message"], "더 힘내");
    assert_eq!(
        changed.json()["amount"],
        1_000,
        "the amount is what was paid"
    );
    let other = author.form(Method::PUT, "/remit", &change).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    for (field, value) in [("message", "힘"), ("id", "4242"), ("id", "abc"), ("id", "")] {
        let mut body = json!({"id": id, "message": "바꿔 본다"});
        body[field] = value.into();
        let answer = giver.json(Method::PUT, "/remit/", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}={value}");
    }
    let list = author.get(&format!("/remit/?id={}", funding["id"])).await;
    assert_eq!(list[0]["message"], "더 힘내");
}

#[tokio::test]
async fn a_support_taken_back_leaves_the_lists_and_then_the_total() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("새 자전거", true).await;
    let kept = giver.supports(&funding, 1_000, "이건 남긴다").await;
    let given = giver.supports(&funding, 2_000, "이건 무른다").await;
    let id = given["id"].to_string();
    for stranger in [&author, &app.member("서윤").await] {
        let answer = stranger
            .form(Method::DELETE, "/remit/", &[("id", &id)])
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    for _ in 0..2 {
        let answer = giver.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    let list = author.get(&format!("/remit/?id={}", funding["id"])).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["id"], kept["id"]);
    eventually("the total follows", async || {
        total(&author, &funding).await == 1_000
    })
    .await;
    let change = [("id", id.as_str()), ("message", "다시 쓴다")];
    let answer = giver.form(Method::PUT, "/remit/", &change).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let none = giver
        .form(Method::DELETE, "/remit/", &[("id", "4242")])
        .await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    app.assert_books_balance().await;
}
