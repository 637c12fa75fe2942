//! Members: logging in, profiles, search.

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
async fn a_first_login_makes_an_account_and_a_second_one_finds_it() {
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
async fn what_kakao_knows_of_a_person_fills_the_profile() {
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
async fn missing_consents_and_unverified_e_mails_are_no_obstacle() {
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
async fn a_kakao_account_without_a_nickname_is_not_found_and_a_silent_kakao_unavailable() {
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
async fn kakao_tokens_that_are_unknown_expired_or_of_another_app_are_refused() {
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

#[tokio::test]
async fn a_profile_shows_others_only_what_is_theirs_to_see() {
    let app = App::start().await;
    let facts = json!({"email": "minji@example.com", "birthday": "0816", "gender": "female"});
    let minji = app.member_with("민지", facts).await;
    let jiwoo = app.member("지우").await;
    let bank = [("bank_account", "국민은행 00000000000000")];
    minji.form(Method::PUT, "/account/", &bank).await;
    let path = format!("/account/?id={}", minji.id);

    let own = minji.get(&path).await;
    assert_eq!(own["bank_account"], bank[0].1);
    assert_eq!(own["email"], "minji@example.com");

    jiwoo.follows(&minji).await;
    let seen = jiwoo.get(&path).await;
    assert_eq!(seen["email"], "");
    assert_eq!(seen["birthday"], Value::Null, "only followed one way");
    assert_eq!(seen["username"], "민지");
    assert_eq!(seen.get("bank_account"), None);

    minji.follows(&jiwoo).await;
    let seen = jiwoo.get(&format!("/account?id={}", minji.id)).await;
    assert_eq!(seen["birthday"], "0816", "friends see the birthday");
    assert_eq!(seen["email"], "");
    assert_eq!(seen.get("bank_account"), None);
}

#[tokio::test]
async fn an_unknown_profile_is_no_content_and_a_missing_id_a_bad_request() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let long = format!("/account/?id={}", "1".repeat(10_000));
    for path in [
        "/account/?id=9999999999",
        "/account/?id=abc",
        "/account/?id=-1",
        "/account/?id=%00",
        "/account/?id=9223372036854775808",
        "/account/?id=",
        &long,
    ] {
        assert_eq!(member.status(path).await, 204, "{path:.40}");
    }
    assert_eq!(member.status("/account/").await, 400);
}

#[tokio::test]
async fn a_profile_is_edited_as_the_app_does() {
    let app = App::start().await;
    let member = app.member_with("지우", json!({"birthday": "0101"})).await;
    let all = [
        ("username", "새이름"),
        ("birthday", "0229"),
        ("bank_account", "신한은행 110000000000"),
        ("image_delete", ""),
    ];
    let edited = member.multipart(Method::PUT, "/account/", &all, &[]).await;
    assert_eq!(edited.status, StatusCode::OK, "{edited:?}");
    assert_eq!(edited.json()["username"], "새이름");
    assert_eq!(edited.json()["birthday"], "0229");
    assert_eq!(edited.json()["bank_account"], "신한은행 110000000000");

    let one = [("username", "또다른이름")];
    let edited = member.form(Method::PUT, "/account", &one).await.json();
    assert_eq!(edited["username"], "또다른이름");
    assert_eq!(edited["birthday"], "0229", "what is absent stays");

    let none = [("bank_account", " ")];
    let edited = member.multipart(Method::PUT, "/account/", &none, &[]).await;
    assert_eq!(edited.json()["bank_account"], Value::Null);
}

#[tokio::test]
async fn a_profile_edit_sets_nothing_but_its_fields() {
    let app = App::start().await;
    let member = app.member_with("지우", json!({"gender": "male"})).await;
    let body = json!({
        "username": "지우", "id": "1", "email": "evil@example.com", "follower": 99, "gender": "female",
        "is_superuser": true, "is_staff": true, "image": "/media/../secret", "password": "x",
    });
    let edited = member.json(Method::PUT, "/account/", body).await;
    assert_eq!(edited.status, StatusCode::OK, "{edited:?}");
    let own = edited.json();
    assert_eq!(own["id"], member.id);
    assert_eq!(own["email"], "");
    assert_eq!(own["follower"], 0);
    assert_eq!(own["gender"], "male");
    assert_eq!(own["image"], Value::Null);
}

#[tokio::test]
async fn a_profile_edit_out_of_bounds_names_the_field_and_changes_nothing() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let (long_name, long_bank) = ("가".repeat(21), "1".repeat(31));
    for (name, value) in [
        ("username", "가"),
        ("username", long_name.as_str()),
        ("username", "두\n줄"),
        ("birthday", "0230"),
        ("birthday", "1301"),
        ("birthday", "8/16"),
        ("bank_account", long_bank.as_str()),
    ] {
        let fields = [("bank_account", "국민은행 1"), (name, value)];
        let fields = if name == "bank_account" {
            &fields[1..]
        } else {
            &fields[..]
        };
        let answer = member.form(Method::PUT, "/account/", fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}={value}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(name), "{detail}");
    }
    let own = member
        .json(Method::POST, "/account/", json!({}))
        .await
        .json();
    assert_eq!(own["username"], "지우");
    assert_eq!(own["bank_account"], Value::Null);
}

#[tokio::test]
async fn search_takes_every_character_literally_and_shows_no_secrets() {
    let app = App::start().await;
    let searcher = app.member("찾는사람").await;
    let facts = json!({"email": "minji@example.com", "birthday": "0816"});
    app.member_with("김민지", facts).await;
    for name in [
        "백%퍼센트",
        "밑_줄",
        "따'옴\"표",
        "선물🎁상자",
        "역\\슬래시",
    ] {
        app.member(name).await;
    }
    let find = async |text: &str| -> Vec<String> {
        let call = searcher.call(Method::GET, "/account/search");
        let answer = send(call.query(&[("username", text)])).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let found = answer.json();
        let names = found.as_array().unwrap().iter();
        names
            .map(|one| one["username"].as_str().unwrap().to_owned())
            .collect()
    };
    for (text, names) in [
        ("민", vec!["김민지"]),
        ("김민지", vec!["김민지"]),
        ("민지김", vec![]),
        ("%", vec!["백%퍼센트"]),
        ("%센", vec![]),
        ("_", vec!["밑_줄"]),
        ("밑__", vec![]),
        ("'옴\"", vec!["따'옴\"표"]),
        ("🎁", vec!["선물🎁상자"]),
        ("\\슬", vec!["역\\슬래시"]),
        ("없는이름", vec![]),
        ("' OR 1=1 --", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(find(text).await, names, "{text}");
    }
    let found = searcher
        .get("/account/search?username=%EA%B9%80%EB%AF%BC")
        .await;
    assert_eq!(found[0]["email"], "");
    assert_eq!(found[0]["birthday"], Value::Null);
    assert_eq!(found[0].get("bank_account"), None);
    assert_eq!(
        searcher.status("/account/search/?username=%FF%00").await,
        200
    );
}
