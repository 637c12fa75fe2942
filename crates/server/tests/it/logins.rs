//! Logging in with Kakao.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, send};

/// A login with this Kakao access token, as the app sends it.
pub async fn log_in(app: &App, kakao_token: &str) -> Answer {
    let call = app.visitor(Method::POST, "/account/kakaologin");
    send(call.form(&[("accessToken", kakao_token)])).await
}

async fn kakao_token(app: &App, person: Value) -> String {
    let person = app.sandbox(Method::POST, "/sandbox/people", person).await;
    person["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_login_creates_an_account_and_the_second_finds_it() {
    let app = App::start().await;
    let token = kakao_token(&app, json!({"nickname": "민지", "id": 3_000_000_001_i64})).await;
    let first = log_in(&app, &token).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(
        first.headers["content-type"],
        "application/json; charset=utf-8"
    );
    let expected = json!({
        "id": "3000000001", "email": "", "username": "민지", "birthday": null, "image": null,
        "follower": 0, "followee": 0, "gender": null, "bank_account": null,
    });
    assert_eq!(first.json()["user"], expected);
    for (encoding, call) in [
        ("json", json_login(&app, &token)),
        ("multipart", multipart_login(&app, &token)),
    ] {
        let again = send(call).await;
        assert_eq!(again.status, StatusCode::OK, "{encoding}: {again:?}");
        assert_eq!(again.json()["user"], expected, "{encoding}");
    }
}

fn json_login(app: &App, token: &str) -> reqwest::RequestBuilder {
    app.visitor(Method::POST, "/account/kakaologin/")
        .json(&json!({"accessToken": token}))
}

fn multipart_login(app: &App, token: &str) -> reqwest::RequestBuilder {
    let form = reqwest::multipart::Form::new().text("accessToken", token.to_owned());
    app.visitor(Method::POST, "//account//kakaologin")
        .multipart(form)
}

#[tokio::test]
async fn a_login_fills_the_profile_from_kakao() {
    let app = App::start().await;
    let facts = json!({"email": "minji@example.com", "birthday": "0816", "gender": "female"});
    let member = app.member_with("민지", facts).await;
    let own = member.json(Method::POST, "/account/", json!({})).await;
    assert_eq!(own.status, StatusCode::OK);
    assert_eq!(own.json()["email"], "minji@example.com");
    assert_eq!(own.json()["birthday"], "0816");
    assert_eq!(own.json()["gender"], "female");
}

#[tokio::test]
async fn missing_consents_and_an_unverified_e_mail_do_not_prevent_a_login() {
    let app = App::start().await;
    let consents = json!(["profile_nickname"]);
    let token = kakao_token(
        &app,
        json!({"nickname": "조용한사람", "email": "quiet@example.com", "consents": consents}),
    )
    .await;
    let answer = log_in(&app, &token).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.json()["user"]["email"], "");

    let unverified =
        json!({"nickname": "미확인", "email": "x@example.com", "email_verified": false});
    let answer = log_in(&app, &kakao_token(&app, unverified).await).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.json()["user"]["email"], "");
}

#[tokio::test]
async fn a_kakao_account_without_a_nickname_is_404_and_an_unresponsive_kakao_503() {
    let token_info = json!({"id": 7, "expires_in": 600, "app_id": 1_000_001}).to_string();
    let nameless = json!({"id": 7, "kakao_account": {}}).to_string();
    let kapi = axum::Router::new()
        .route(
            "/v1/user/access_token_info",
            axum::routing::get(|| async { token_info }),
        )
        .route("/v2/user/me", axum::routing::any(|| async { nameless }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(axum::serve(listener, kapi).into_future());
    let app = App::with(&[("FUNSUN_KAKAO_API_URL", &address)]).await;
    let answer = log_in(&app, "a-token").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    assert!(answer.json()["detail"].is_string());
    serving.abort();
    drop(serving.await);
    let answer = log_in(&app, "a-token").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
}

#[tokio::test]
async fn unknown_expired_and_foreign_kakao_tokens_are_refused() {
    let app = App::start().await;
    let person = json!({"nickname": "지우"});
    let person = app.sandbox(Method::POST, "/sandbox/people", person).await;
    let id = &person["id"];
    let token = async |app_id: i64, expires_in: i64| {
        let body = json!({"app_id": app_id, "id": id, "expires_in": expires_in});
        let made = app.sandbox(Method::POST, "/sandbox/tokens", body).await;
        made["access_token"].as_str().unwrap().to_owned()
    };
    let own_app = kakao_sandbox::Settings::default().app_id;
    let tokens = [
        "invented".to_owned(),
        "한글".to_owned(),
        "x".repeat(10_000),
        token(own_app + 1, 600).await,
        token(own_app, -1).await,
    ];
    for kakao_token in tokens {
        let answer = log_in(&app, &kakao_token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert!(answer.json()["detail"].is_string());
    }
    let call = app.visitor(Method::POST, "/account/kakaologin");
    let without = send(call.form(&[("other", "field")])).await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST);
    let detail = without.json()["detail"].to_string();
    assert!(detail.contains("accessToken"), "{detail}");
}
