//! Members: logging in, profiles, leaving.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{App, send};

#[tokio::test]
async fn a_first_login_makes_an_account_and_a_second_one_finds_it() {
    let app = App::start().await;
    let person = app
        .sandbox(Method::POST, "/sandbox/people", json!({"nickname": "민지"}))
        .await;
    let token = person["access_token"].as_str().unwrap();
    let log_in = || {
        let call = app.visitor(Method::POST, "/account/kakaologin");
        send(call.form(&[("accessToken", token)]))
    };
    let first = log_in().await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.json()["user"]["username"], "민지");
    assert_eq!(
        first.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(log_in().await.status, StatusCode::OK);
}
