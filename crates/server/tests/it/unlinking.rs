//! Ending the link between a Kakao account and a member, from either side.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually, send};

/// Lets Kakao send an unlink webhook; returns the status of our response.
async fn unlink(app: &App, member: &Member, mut webhook: Value) -> u16 {
    webhook["url"] = format!("{}/kakao/unlink", app.url).into();
    let path = format!("/sandbox/people/{}/unlink", member.id);
    let sent = app.sandbox(Method::POST, &path, webhook).await;
    u16::try_from(sent["status"].as_u64().unwrap()).unwrap()
}

async fn is_gone(member: &Member) -> bool {
    let own = send(member.call(Method::POST, "/account/")).await;
    own.status == StatusCode::UNAUTHORIZED
}

/// Whether Kakao has the member linked to our app.
pub async fn is_linked(app: &App, member: &Member) -> bool {
    let all = app
        .sandbox(Method::GET, "/sandbox/people", Value::Null)
        .await;
    let people = all["people"].as_array().unwrap();
    let id: i64 = member.id.parse().unwrap();
    people
        .iter()
        .any(|one| one["id"] == id && one["linked"] == true)
}

#[tokio::test]
async fn a_member_who_unlinks_at_kakao_leaves() {
    let app = App::start().await;
    let watcher = app.member("보는이").await;
    for webhook in [
        json!({}),
        json!({"method": "GET", "referrer_type": "ACCOUNT_DELETE"}),
        json!({"json": true}),
    ] {
        let member = app.member("떠나는이").await;
        let funding = member.opens("두고 가는 소원", true).await;
        assert_eq!(
            unlink(&app, &member, webhook.clone()).await,
            200,
            "{webhook}"
        );
        eventually("the member is withdrawn", async || is_gone(&member).await).await;
        assert_eq!(
            watcher.status(&format!("/account/?id={}", member.id)).await,
            204
        );
        let detail = format!("/funding/?id={}", funding["id"]);
        assert_eq!(watcher.status(&detail).await, 204);
        assert_eq!(unlink(&app, &member, webhook).await, 200, "told again");
    }
}

#[tokio::test]
async fn an_unlink_webhook_older_than_the_latest_login_is_ignored() {
    let app = App::start().await;
    app.move_clock(3_600).await;
    let back = app.member("돌아온이").await;
    app.move_clock(0).await;
    let leaver = app.member("떠나는이").await;
    assert_eq!(unlink(&app, &back, json!({})).await, 200);
    assert_eq!(unlink(&app, &leaver, json!({})).await, 200);
    // Webhooks are processed in order: after the second, the first has been processed.
    eventually("the second is withdrawn", async || is_gone(&leaver).await).await;
    assert!(!is_gone(&back).await);
}

#[tokio::test]
async fn an_unlink_webhook_with_a_wrong_key_or_app_is_refused() {
    let app = App::start().await;
    let member = app.member("남는이").await;
    for webhook in [
        json!({"wrong_key": true}),
        json!({"wrong_app": true}),
        json!({"wrong_key": true, "method": "GET"}),
        json!({"wrong_app": true, "method": "GET"}),
    ] {
        assert_eq!(
            unlink(&app, &member, webhook.clone()).await,
            401,
            "{webhook}"
        );
    }
    let path = format!("/kakao/unlink?app_id=1000001&user_id={}", member.id);
    let unsigned = send(app.visitor(Method::GET, &path)).await;
    assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED);
    assert!(!is_gone(&member).await);
}

#[tokio::test]
async fn an_unlink_webhook_for_an_unknown_member_is_accepted_without_effect() {
    let app = App::start().await;
    let member = app.member("남는이").await;
    let key = kakao_sandbox::Settings::default().admin_key;
    let post = async |fields: &[(&str, &str)]| {
        let call = app.visitor(Method::POST, "/kakao/unlink");
        let call = call.header("authorization", format!("KakaoAK {key}"));
        send(call.form(fields)).await.status.as_u16()
    };
    assert_eq!(
        post(&[("app_id", "1000001"), ("user_id", "4242")]).await,
        200
    );
    for fields in [
        &[("app_id", "1000001")][..],
        &[("app_id", "1000001"), ("user_id", "abc")],
        &[("app_id", "1000001"), ("user_id", "-1")],
        &[],
    ] {
        assert_eq!(post(fields).await, 401, "{fields:?}");
    }
    // Notices are worked off in order: with a later one, these have been looked at.
    let leaver = app.member("떠나는이").await;
    assert_eq!(unlink(&app, &leaver, json!({})).await, 200);
    eventually("the leaver is withdrawn", async || is_gone(&leaver).await).await;
    assert!(!is_gone(&member).await);
}

#[tokio::test]
async fn leaving_unlinks_at_kakao_and_retries_on_failure() {
    let app = App::start().await;
    let member = app.member("떠나는이").await;
    assert!(is_linked(&app, &member).await);
    let fault = json!({"call": "unlink", "fault": "http_500", "times": 1});
    app.sandbox(Method::PUT, "/sandbox/faults", fault).await;
    let left = send(member.call(Method::DELETE, "/account/")).await;
    assert_eq!(left.status, StatusCode::OK);
    let mut hours = 0;
    eventually("Kakao has ended the link", async || {
        hours += 1;
        app.move_clock(hours * 60).await;
        !is_linked(&app, &member).await
    })
    .await;
}
