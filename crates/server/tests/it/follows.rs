//! Following, friends and their counts.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually};

async fn counts(asker: &Member, of: &Member) -> (Value, Value) {
    let profile = asker.get(&format!("/account/?id={}", of.id)).await;
    (profile["follower"].clone(), profile["followee"].clone())
}

fn names(list: &Value) -> Vec<&str> {
    let profiles = list.as_array().unwrap().iter();
    profiles
        .map(|one| one["username"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn following_is_one_way_and_is_counted_and_listed() {
    let app = App::start().await;
    let facts = json!({"email": "minji@example.com", "birthday": "0816"});
    let minji = app.member_with("민지", facts).await;
    let (jiwoo, seoyun) = (app.member("지우").await, app.member("서윤").await);
    jiwoo.follows(&minji).await;
    seoyun.follows(&minji).await;
    assert_eq!(counts(&jiwoo, &minji).await, (json!(2), json!(0)));
    assert_eq!(counts(&jiwoo, &jiwoo).await, (json!(0), json!(1)));

    let followers = jiwoo.get(&format!("/follow/?follower={}", minji.id)).await;
    let mut found = names(&followers);
    found.sort_unstable();
    assert_eq!(found, ["서윤", "지우"]);
    let followees = jiwoo.get(&format!("/follow?followee={}", jiwoo.id)).await;
    assert_eq!(names(&followees), ["민지"]);
    assert_eq!(followees[0]["email"], "");
    assert_eq!(followees[0]["birthday"], Value::Null, "no friend yet");
    minji.follows(&jiwoo).await;
    let followees = jiwoo.get(&format!("/follow/?followee={}", jiwoo.id)).await;
    assert_eq!(followees[0]["birthday"], "0816");
    let nobody = jiwoo.get("/follow/?follower=424242").await;
    assert_eq!(nobody, json!([]));
}

/// Checks that both rows of a pair say whether it is one.
fn assert_mutual(app: &App, friends: i64) {
    let wrong = app.count(
        "SELECT count(*) FROM follows WHERE is_mutual <> EXISTS (SELECT 1 FROM follows AS back \
         WHERE back.follower_id = follows.followee_id AND back.followee_id = follows.follower_id)",
    );
    let mutual = app.count("SELECT count(*) FROM follows WHERE is_mutual");
    assert_eq!((wrong, mutual), (0, 2 * friends));
}

#[tokio::test]
async fn friendship_is_recorded_with_both_follows() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let (jiwoo, seoyun) = (app.member("지우").await, app.member("서윤").await);
    jiwoo.follows(&minji).await;
    assert_mutual(&app, 0);
    minji.follows(&jiwoo).await;
    seoyun.befriends(&minji).await;
    assert_mutual(&app, 2);
    let stop = json!({"id": minji.id});
    assert_eq!(
        jiwoo.json(Method::DELETE, "/follow", stop).await.status,
        200
    );
    assert_mutual(&app, 1);
    jiwoo.follows(&minji).await;
    assert_mutual(&app, 2);
    let leaving = seoyun.form(Method::DELETE, "/account/", &[]).await;
    assert_eq!(leaving.status, StatusCode::OK, "{leaving:?}");
    eventually("the follows of a former member end", async || {
        app.count("SELECT count(*) FROM follows") == 2
    })
    .await;
    assert_mutual(&app, 1);
}

#[tokio::test]
async fn the_app_can_check_whether_one_member_follows_another() {
    let app = App::start().await;
    let (minji, jiwoo) = (app.member("민지").await, app.member("지우").await);
    jiwoo.follows(&minji).await;
    let ask = async |follower: &str, followee: &str| {
        let path = format!("/follow/?follower={follower}&followee={followee}");
        minji.get(&path).await
    };
    assert_eq!(ask(&jiwoo.id, &minji.id).await, json!({"detail": true}));
    assert_eq!(ask(&minji.id, &jiwoo.id).await, json!({"detail": false}));
    assert_eq!(ask("99", "abc").await, json!({"detail": false}));
    assert_eq!(minji.status("/follow/").await, 400);
}

#[tokio::test]
async fn following_twice_or_oneself_or_an_unknown_member_is_refused() {
    let app = App::start().await;
    let (minji, jiwoo) = (app.member("민지").await, app.member("지우").await);
    let follow = async |id: &str| {
        let answer = minji.form(Method::POST, "/follow", &[("id", id)]).await;
        answer.status.as_u16()
    };
    assert_eq!(follow(&jiwoo.id).await, 201);
    assert_eq!(follow(&jiwoo.id).await, 400);
    assert_eq!(follow(&minji.id).await, 400);
    assert_eq!(follow("4242").await, 204);
    assert_eq!(follow("abc").await, 204);
    assert_eq!(follow(&"9".repeat(10_000)).await, 204);
    let without = minji.form(Method::POST, "/follow/", &[("who", "me")]).await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST);
    let as_number = json!({"id": minji.id.parse::<i64>().unwrap()});
    let answer = jiwoo.json(Method::POST, "/follow/", as_number).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(counts(&minji, &minji).await, (json!(1), json!(1)));
}

#[tokio::test]
async fn unfollowing_accepts_a_form_body_and_is_idempotent() {
    let app = App::start().await;
    let (minji, jiwoo) = (app.member("민지").await, app.member("지우").await);
    minji.befriends(&jiwoo).await;
    for _ in 0..2 {
        let stop = [("id", jiwoo.id.as_str())];
        let answer = minji.form(Method::DELETE, "/follow/", &stop).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(counts(&minji, &jiwoo).await, (json!(0), json!(1)));
    }
    let stop = json!({"id": minji.id});
    assert_eq!(
        jiwoo.json(Method::DELETE, "/follow", stop).await.status,
        200
    );
    let none = minji
        .form(Method::DELETE, "/follow/", &[("id", "abc")])
        .await;
    assert_eq!(none.status, StatusCode::OK);
    assert_eq!(counts(&minji, &minji).await, (json!(0), json!(0)));
}
