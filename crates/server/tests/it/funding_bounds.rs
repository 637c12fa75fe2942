//! Validation of a new funding: bounds of amounts, texts and dates; each error names its field.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, send, seoul_time_in};

/// The fields of a valid funding, with one of them replaced.
pub fn fields(changed: Option<(&'static str, Value)>) -> Value {
    let mut body = json!({
        "title": "새 자전거", "content": "같이 모아 주세요", "goal_amount": 300_000, "public": true,
        "expire_on": seoul_time_in(86_400),
    });
    if let Some((name, value)) = changed {
        body[name] = value;
    }
    body
}

/// Checks for 400 with a detail that starts with the field's name.
pub fn assert_refused(answer: &Answer, field: &str) {
    assert_eq!(
        answer.status,
        StatusCode::BAD_REQUEST,
        "{field}: {answer:?}"
    );
    let body = answer.json();
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.starts_with(field), "{field}: {detail}");
}

#[tokio::test]
async fn a_goal_amount_must_be_whole_won_within_bounds() {
    let app = App::start().await;
    let author = app.member("민지").await;
    for good in [json!(1_000), json!(10_000_000), json!("1000")] {
        let body = fields(Some(("goal_amount", good.clone())));
        let answer = author.json(Method::POST, "/funding/", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{good}: {answer:?}");
    }
    for bad in [
        json!(0),
        json!(-1_000),
        json!(999),
        json!(10_000_001),
        json!(1000.5),
        json!(u64::MAX),
        json!("1e9"),
        json!("9223372036854775808"),
        json!("100,000"),
        json!("１０００"),
        json!("+1000"),
        json!(" 1000"),
        json!("0x1000"),
        json!(""),
        json!(true),
        json!([1000]),
        json!({"won": 1000}),
        json!(null),
    ] {
        let body = fields(Some(("goal_amount", bad)));
        assert_refused(
            &author.json(Method::POST, "/funding/", body).await,
            "goal_amount",
        );
    }
    let raw = fields(None).to_string().replace("300000", "1e9");
    let call = author.call(Method::POST, "/funding/").body(raw);
    let answer = send(call.header("content-type", "application/json")).await;
    assert_refused(&answer, "goal_amount");
}

#[tokio::test]
async fn text_lengths_are_limited_in_characters() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let of = |length: usize| "가".repeat(length);
    for (field, good) in [
        ("title", of(2)),
        ("title", of(50)),
        ("content", of(255)),
        ("content", "두 줄로\n쓴다 🎁".to_owned()),
    ] {
        let body = fields(Some((field, good.into())));
        let answer = author.json(Method::POST, "/funding/", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{field}: {answer:?}");
    }
    for (field, bad) in [
        ("title", of(1)),
        ("title", of(51)),
        ("title", "   ".to_owned()),
        ("title", "두\n줄".to_owned()),
        ("title", "널\0문자".to_owned()),
        ("content", of(1)),
        ("content", of(256)),
        ("content", "\0\0\0".to_owned()),
        ("public", "maybe".to_owned()),
    ] {
        let body = fields(Some((field, bad.into())));
        assert_refused(&author.json(Method::POST, "/funding/", body).await, field);
    }
    for field in ["title", "content", "goal_amount", "public", "expire_on"] {
        let mut body = fields(None);
        body.as_object_mut().unwrap().remove(field);
        assert_refused(&author.json(Method::POST, "/funding/", body).await, field);
    }
}

#[tokio::test]
async fn a_deadline_must_be_in_the_future_and_at_most_367_days_ahead() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let day = 86_400;
    for good in [
        seoul_time_in(120),
        seoul_time_in(366 * day),
        seoul_time_in(day).replace(".000", "+09:00"),
        seoul_time_in(day).replace(".000", "Z"),
    ] {
        let body = fields(Some(("expire_on", good.clone().into())));
        let answer = author.json(Method::POST, "/funding/", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{good}: {answer:?}");
    }
    for bad in [
        seoul_time_in(-60),
        seoul_time_in(368 * day),
        "9999-12-31T00:00:00.000".to_owned(),
        "0001-01-01T00:00:00.000".to_owned(),
        "2027-02-30T00:00:00.000".to_owned(),
        "2027-13-01T00:00:00.000".to_owned(),
        "내일".to_owned(),
        "1790000000".to_owned(),
        String::new(),
    ] {
        let body = fields(Some(("expire_on", bad.clone().into())));
        assert_refused(
            &author.json(Method::POST, "/funding/", body).await,
            "expire_on",
        );
    }
}
