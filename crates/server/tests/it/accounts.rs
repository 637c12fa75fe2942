//! Profiles, their visibility, and search.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, send};

#[tokio::test]
async fn a_profile_hides_private_fields_from_others() {
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
async fn an_unknown_profile_is_204_and_a_missing_id_400() {
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
async fn a_profile_can_be_edited_as_the_app_does() {
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
async fn a_profile_edit_ignores_other_fields() {
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
async fn an_invalid_profile_edit_names_the_field_and_changes_nothing() {
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
async fn a_search_finds_friends_first_and_the_page_shows_twenty() {
    let app = App::start().await;
    let searcher = app.member("찾는사람").await;
    app.change_database(
        "INSERT INTO accounts (id, kakao_id, username, username_folded, birthday, created_at) \
         WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 219) \
         SELECT i, i, '민준' || i, '민준' || i, '0816', 1 FROM n; \
         INSERT INTO username_grams SELECT '민준', id FROM accounts WHERE id >= 100;",
    );
    let ids = async || {
        let found = searcher
            .get("/account/search?username=%EB%AF%BC%EC%A4%80")
            .await;
        let all = found.as_array().unwrap().iter();
        all.map(|one| {
            let id: i64 = one["id"].as_str().unwrap().parse().unwrap();
            (id, one["birthday"] == "0816")
        })
        .collect::<Vec<_>>()
    };
    let strangers = |range: std::ops::Range<i64>| range.map(|id| (id, false));
    assert!(ids().await.into_iter().eq(strangers(100..200)));
    for id in ["103", "219"] {
        let followed = searcher.form(Method::POST, "/follow/", &[("id", id)]).await;
        assert_eq!(followed.status, StatusCode::CREATED);
    }
    assert!(ids().await.into_iter().eq(strangers(100..200)), "one-way");
    app.change_database(&format!(
        "INSERT INTO follows SELECT followee_id, follower_id, 1, 1 FROM follows WHERE follower_id = \
         (SELECT id FROM accounts WHERE kakao_id = {}); UPDATE follows SET is_mutual = 1",
        searcher.id
    ));
    let friends = [(103, true), (219, true)].into_iter();
    let others = strangers(100..199).filter(|(id, _)| *id != 103);
    assert!(ids().await.into_iter().eq(friends.chain(others)));
}

#[tokio::test]
async fn search_matches_literally_and_hides_private_fields() {
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
