//! Creating, reading, editing, reviewing and deleting a funding.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually, seoul_time_in};
use crate::funding_bounds::{assert_refused, fields};

async fn detail(member: &Member, funding: &Value) -> Value {
    member.get(&format!("/funding/?id={}", funding["id"])).await
}

#[tokio::test]
async fn a_funding_can_be_created_in_every_encoding() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let deadline = seoul_time_in(86_400);
    let texts = [
        ("title", "새 자전거"),
        ("content", "같이 모아 주세요"),
        ("goal_amount", "300000"),
        ("public", "true"),
        ("expire_on", deadline.as_str()),
    ];
    let multipart = author
        .multipart(Method::POST, "/funding/", &texts, &[])
        .await;
    let form = author.form(Method::POST, "/funding", &texts).await;
    // The same deadline, since a later call of `seoul_time_in` may fall into the next second.
    let body = fields(Some(("expire_on", json!(deadline))));
    let json = author.json(Method::POST, "//funding//", body).await;
    for answer in [multipart, form, json] {
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        assert_eq!(
            answer.headers["content-type"],
            "application/json; charset=utf-8"
        );
        let opened = answer.json();
        assert!(opened["id"].is_i64());
        assert_eq!(opened["title"], "새 자전거");
        assert_eq!(opened["content"], "같이 모아 주세요");
        assert_eq!(opened["goal_amount"], 300_000);
        assert_eq!(opened["current_amount"], 0);
        assert_eq!(opened["public"], true);
        assert_eq!(
            opened["author"],
            json!({"id": author.id, "username": "민지", "image": null})
        );
        for empty in ["image", "review", "review_image"] {
            assert_eq!(opened[empty], Value::Null, "{empty}");
        }
        let shown = opened["expire_on"].as_str().unwrap();
        assert_eq!(shown, deadline.replace(".000", "+09:00"));
        assert!(opened["created_on"].as_str().unwrap().ends_with("+09:00"));
        assert_eq!(detail(&author, &opened).await, opened);
    }
}

#[tokio::test]
async fn an_unknown_funding_is_204_and_a_missing_id_400() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let long = format!("/funding/?id={}", "7".repeat(10_000));
    for path in [
        "/funding/?id=4242",
        "/funding/?id=0",
        "/funding/?id=-1",
        "/funding/?id=abc",
        "/funding/?id=1%20OR%201=1",
        "/funding?id=%EF%BC%91",
        "/funding/?id=",
        &long,
    ] {
        assert_eq!(member.status(path).await, 204, "{path:.40}");
    }
    assert_eq!(member.status("/funding/").await, 400);
}

#[tokio::test]
async fn fields_that_members_may_not_set_are_ignored() {
    let app = App::start().await;
    let (author, other) = (app.member("민지").await, app.member("지우").await);
    let mut body = fields(None);
    for (name, value) in [
        ("id", json!(4242)),
        ("author", json!(other.id)),
        ("author_id", json!(other.id)),
        ("current_amount", json!(300_000)),
        ("is_transmitted", json!(true)),
        ("created_on", json!("2020-01-01T00:00:00")),
        ("review", json!("미리 쓴 후기")),
        ("image", json!("/etc/passwd")),
    ] {
        body[name] = value;
    }
    let opened = author.json(Method::POST, "/funding/", body.clone()).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{opened:?}");
    let opened = opened.json();
    assert_ne!(opened["id"], 4242);
    assert_eq!(opened["author"]["id"], author.id);
    assert_eq!(opened["current_amount"], 0);
    assert_eq!(opened["review"], Value::Null);
    assert_eq!(opened["image"], Value::Null);

    body["id"] = opened["id"].clone();
    body["goal_amount"] = json!(1_000);
    body["expire_on"] = json!(seoul_time_in(7 * 86_400));
    body["title"] = json!("바뀐 제목");
    body.as_object_mut().unwrap().remove("review");
    let edited = author.json(Method::PUT, "/funding/", body).await.json();
    let mut expected = opened;
    expected["title"] = json!("바뀐 제목");
    assert_eq!(edited, expected, "goal, deadline, total and author stay");
}

#[tokio::test]
async fn an_edit_changes_text_and_visibility_and_keeps_absent_fields() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let opened = author.opens("처음 제목", true).await;
    let id = opened["id"].to_string();
    let texts = [
        ("id", id.as_str()),
        ("title", "새 제목"),
        ("content", "새 내용"),
        ("public", "false"),
        ("image_delete", ""),
    ];
    let edited = author
        .multipart(Method::PUT, "/funding/", &texts, &[])
        .await;
    assert_eq!(edited.status, StatusCode::OK, "{edited:?}");
    let edited = edited.json();
    assert_eq!(edited["title"], "새 제목");
    assert_eq!(edited["content"], "새 내용");
    assert_eq!(edited["public"], false);
    let one = [("id", id.as_str()), ("content", "또 새 내용")];
    let again = author.form(Method::PUT, "/funding", &one).await.json();
    assert_eq!(again["title"], "새 제목");
    assert_eq!(again["content"], "또 새 내용");
    assert_eq!(again["public"], false);
    let bad = [("id", id.as_str()), ("title", "한")];
    assert_refused(&author.form(Method::PUT, "/funding/", &bad).await, "title");
    assert_eq!(detail(&author, &opened).await["title"], "새 제목");
}

#[tokio::test]
async fn the_author_can_write_a_review_with_either_request() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let opened = author.opens("고마운 선물", true).await;
    let id = opened["id"].to_string();
    let first = [("id", id.as_str()), ("review", "정말 고마워요")];
    let posted = author
        .multipart(Method::POST, "/funding/review", &first, &[])
        .await;
    assert_eq!(posted.status, StatusCode::OK, "{posted:?}");
    assert_eq!(posted.json()["review"], "정말 고마워요");
    let second = [("id", id.as_str()), ("review", "다시 고마워요")];
    let put = author
        .multipart(Method::PUT, "/funding/", &second, &[])
        .await;
    assert_eq!(put.json()["review"], "다시 고마워요");
    assert_eq!(put.json()["title"], "고마운 선물");
    assert_eq!(detail(&author, &opened).await["review"], "다시 고마워요");
    let short = [("id", id.as_str()), ("review", "!")];
    let answer = author.form(Method::POST, "/funding/review/", &short).await;
    assert_refused(&answer, "review");
}

#[tokio::test]
async fn only_the_author_can_change_or_delete_a_funding() {
    let app = App::start().await;
    let (author, other) = (app.member("민지").await, app.member("지우").await);
    let opened = author.opens("내 소원", true).await;
    let hidden = author.opens("친구만 보는 소원", false).await;
    for funding in [&opened, &hidden] {
        let id = funding["id"].to_string();
        let take_over = [
            ("id", id.as_str()),
            ("title", "남의 것"),
            ("review", "내가 썼다"),
        ];
        for (method, path) in [
            (Method::PUT, "/funding/"),
            (Method::POST, "/funding/review"),
            (Method::DELETE, "/funding/"),
        ] {
            let answer = other.form(method.clone(), path, &take_over).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {path}");
        }
        assert_eq!(&detail(&author, funding).await, funding);
    }
    for id in ["4242", "abc", "-1", &"9".repeat(10_000)] {
        let answer = other.form(Method::DELETE, "/funding/", &[("id", id)]).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{id:.20}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_deleted_funding_is_not_found_anywhere_and_its_supporters_are_refunded() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let opened = author.opens("그만둔 소원", true).await;
    giver.supports(&opened, 20_000, "응원해").await;
    let id = opened["id"].to_string();
    let deleted = author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
    let lists = [
        format!("/funding/?id={id}"),
        format!("/funding/user?id={}", author.id),
        "/funding/joined".to_owned(),
        "/funding/public".to_owned(),
        format!("/remit/?id={id}"),
    ];
    for path in lists {
        assert_eq!(giver.status(&path).await, 204, "{path}");
        assert_eq!(author.status(&path).await, 204, "{path}");
    }
    eventually("the supporter has the money back", async || {
        app.kakaopay_payments().await[0]["status"] == "CANCEL_PAYMENT"
    })
    .await;
    app.assert_books_balance().await;
}
