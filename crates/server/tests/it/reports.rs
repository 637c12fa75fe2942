//! Reports of fundings, members and supports.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, Member};

async fn report(member: &Member, kind: &str, target: Value) -> Answer {
    let body = json!({"type": kind, "target": target, "message": "이상해요"});
    member.json(Method::POST, "/report/", body).await
}

#[tokio::test]
async fn fundings_members_and_supports_can_be_reported() {
    let app = App::start().await;
    let (author, reporter) = (app.member("민지").await, app.member("지우").await);
    let funding = author.opens("수상한 소원", true).await;
    let support = reporter.supports(&funding, 1_000, "힘내").await;
    for (kind, target) in [
        ("funding", funding["id"].clone()),
        ("account", json!(author.id)),
        ("remit", json!(support["id"].to_string())),
    ] {
        let answer = report(&reporter, kind, target.clone()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{kind}: {answer:?}");
        let report = answer.json();
        assert!(report["id"].is_i64());
        assert_eq!(report["type"], kind);
        assert_eq!(report["message"], "이상해요");
        assert_eq!(report["author"]["id"], reporter.id);
        assert_eq!(report["is_solved"], false);
        assert!(report["created_on"].as_str().unwrap().ends_with("+09:00"));
        let shown = report["target"].to_string().replace('"', "");
        assert_eq!(shown, target.to_string().replace('"', ""));
    }
    let id = funding["id"].to_string();
    let texts = [
        ("type", "funding"),
        ("target", id.as_str()),
        ("message", "또요"),
    ];
    let form = reporter.form(Method::POST, "/report", &texts).await;
    assert_eq!(form.status, StatusCode::CREATED);
    let multipart = reporter
        .multipart(Method::POST, "/report/", &texts, &[])
        .await;
    assert_eq!(multipart.status, StatusCode::CREATED);
}

#[tokio::test]
async fn reporting_an_unknown_or_invisible_target_is_204() {
    let app = App::start().await;
    let (author, friend) = (app.member("민지").await, app.member("친구").await);
    let stranger = app.member("남").await;
    author.befriends(&friend).await;
    let hidden = author.opens("친구만 보는 소원", false).await;
    let support = friend.supports(&hidden, 1_000, "힘내").await;
    for (kind, target) in [
        ("funding", &hidden["id"]),
        ("remit", &support["id"]),
        ("funding", &json!(4242)),
        ("account", &json!("4242")),
        ("remit", &json!("4242")),
        ("funding", &json!("abc")),
        ("account", &json!("9".repeat(10_000))),
        ("remit", &json!(-1)),
    ] {
        let answer = report(&stranger, kind, target.clone()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{kind} {target:.20}");
        assert_eq!(answer.text, "");
    }
    let seen = report(&friend, "funding", hidden["id"].clone()).await;
    assert_eq!(seen.status, StatusCode::CREATED);
    let seen = report(&author, "remit", support["id"].clone()).await;
    assert_eq!(seen.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_invalid_report_names_the_field() {
    let app = App::start().await;
    let reporter = app.member("지우").await;
    let good = json!({"type": "account", "target": reporter.id, "message": "이상해요"});
    for (field, value) in [
        ("type", json!("planet")),
        ("type", json!("Funding")),
        ("type", json!("")),
        ("type", Value::Null),
        ("target", Value::Null),
        ("target", json!([1])),
        ("message", json!("!")),
        ("message", json!("가".repeat(256))),
        ("message", Value::Null),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = reporter.json(Method::POST, "/report/", body).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{field}={value:.20}"
        );
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(field), "{detail}");
    }
}
