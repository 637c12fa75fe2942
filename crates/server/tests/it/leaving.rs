//! Members who leave, and members whom an operator suspends.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, eventually, send};
use crate::logins::log_in;
use crate::unlinking::is_linked;
use crate::visitor::Visitor;

#[tokio::test]
async fn a_former_member_is_not_found_and_a_later_login_creates_a_new_account() {
    let app = App::start().await;
    let leaver = app
        .member_with("떠나는이", json!({"email": "bye@example.com"}))
        .await;
    let friend = app.member("친구").await;
    leaver.befriends(&friend).await;
    let funding = leaver.opens("떠나기 전 소원", true).await;

    let leave = async || {
        send(leaver.call(Method::DELETE, "/account/"))
            .await
            .status
            .as_u16()
    };
    assert_eq!(leave().await, 200);
    assert_eq!(leave().await, 208);
    assert_eq!(
        send(leaver.call(Method::POST, "/account/")).await.status,
        401
    );
    let refresh = [("refresh", leaver.refresh.as_str())];
    let refused = leaver
        .form(Method::POST, "/account/token/refresh", &refresh)
        .await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);

    assert_eq!(
        friend.status(&format!("/account/?id={}", leaver.id)).await,
        204
    );
    assert_eq!(
        friend
            .status(&format!("/funding/?id={}", funding["id"]))
            .await,
        204
    );
    let followed = [("id", leaver.id.as_str())];
    assert_eq!(
        friend
            .form(Method::POST, "/follow/", &followed)
            .await
            .status,
        204
    );
    let own = friend.get(&format!("/account/?id={}", friend.id)).await;
    assert_eq!((&own["follower"], &own["followee"]), (&json!(0), &json!(0)));
    let found = friend
        .get("/account/search?username=%EB%96%A0%EB%82%98")
        .await;
    assert_eq!(found, json!([]));

    // Else the unlinking of the old account would end the new login.
    eventually("unlinked", async || !is_linked(&app, &leaver).await).await;
    let path = format!("/sandbox/people/{}/token", leaver.id);
    let token = app.sandbox(Method::POST, &path, Value::Null).await;
    let back = log_in(&app, token["access_token"].as_str().unwrap()).await;
    assert_eq!(back.status, StatusCode::CREATED, "{back:?}");
    assert_eq!(back.json()["user"]["id"], leaver.id);
    assert_eq!(back.json()["user"]["follower"], 0);
    let fresh = back.json()["token"]["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let list = app.visitor(Method::GET, &format!("/funding/user?id={}", leaver.id));
    assert_eq!(
        send(list.bearer_auth(fresh)).await.status,
        204,
        "nothing comes back"
    );
    assert_eq!(
        send(leaver.call(Method::POST, "/account/")).await.status,
        401
    );
}

#[tokio::test]
async fn supports_of_a_former_member_stay_under_a_pseudonym() {
    let app = App::start().await;
    let (author, giver) = (app.member("작가").await, app.member("주는이").await);
    let funding = author.opens("같이 사는 자전거", true).await;
    giver.supports(&funding, 10_000, "생일 축하해").await;
    let left = send(giver.call(Method::DELETE, "/account/")).await;
    assert_eq!(left.status, StatusCode::OK);
    let list = author.get(&format!("/remit/?id={}", funding["id"])).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(
        list[0]["author"],
        json!({"id": "", "username": "탈퇴한 회원", "image": null})
    );
    assert_eq!(
        list[0]["message"], "",
        "what they wrote is gone, and never null"
    );
    let detail = author.get(&format!("/funding/?id={}", funding["id"])).await;
    assert_eq!(detail["current_amount"], 10_000, "the money stays");
    app.assert_books_balance().await;
}

/// The state between leaving and the removal of the last rows: SQL restores some.
#[tokio::test]
async fn what_remains_of_a_former_member_until_it_is_removed_is_hidden() {
    let app = App::start().await;
    let (author, giver) = (app.member("작가").await, app.member("주는이").await);
    let funding = author.opens("같이 사는 자전거", true).await;
    giver.supports(&funding, 10_000, "생일 축하해").await;
    let left = send(giver.call(Method::DELETE, "/account/")).await;
    assert_eq!(left.status, StatusCode::OK);
    eventually("the rows are removed", async || {
        app.count("SELECT count(*) FROM jobs WHERE kind = 'clean_up_after_leaving'") == 0
    })
    .await;
    app.change_database(
        "UPDATE supports SET message = '생일 축하해', thanks = '고마워'; \
         INSERT INTO follows VALUES (1, 2, 0, 1), (2, 1, 0, 1); \
         UPDATE accounts SET follower_count = 1, followee_count = 1 WHERE id = 1;",
    );
    let list = author.get(&format!("/remit/?id={}", funding["id"])).await;
    assert_eq!(list[0]["message"], "");
    let browser = Visitor::of(&author);
    let page = browser.get(&format!("/fundings/{}", funding["id"])).await;
    let notifications = browser.get("/notifications").await;
    for shown in [page.text, notifications.text] {
        assert!(shown.contains("탈퇴한 회원"), "{shown}");
        assert!(
            !shown.contains("축하해") && !shown.contains("고마워"),
            "{shown}"
        );
        assert!(!shown.contains("/thanks\""), "nobody is thanked: {shown}");
    }
    for list in ["follower", "followee"] {
        let members = author.get(&format!("/follow/?{list}={}", author.id)).await;
        assert_eq!(members, json!([]), "{list}");
    }
    for list in ["followers", "following"] {
        let page = browser.get(&format!("/members/{}/{list}", author.id)).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        assert!(!page.text.contains("탈퇴한 회원"), "{list}: {}", page.text);
    }
    // The counts of a former member are 0 already: those whom that member followed can leave, too.
    let left = send(author.call(Method::DELETE, "/account/")).await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");
    assert_eq!(app.count("SELECT count(*) FROM follows"), 0);
}

#[tokio::test]
async fn supporters_are_refunded_when_the_author_leaves() {
    let app = App::start().await;
    let (author, giver) = (app.member("작가").await, app.member("주는이").await);
    let funding = author.opens("끝내 못 산 것", true).await;
    giver.supports(&funding, 30_000, "힘내").await;
    send(author.call(Method::DELETE, "/account/")).await;
    eventually("the payment is cancelled at KakaoPay", async || {
        app.kakaopay_payments().await[0]["status"] == "CANCEL_PAYMENT"
    })
    .await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_suspended_member_is_locked_out_and_can_be_reinstated() {
    let app = App::start().await;
    let (member, other) = (app.member("수상한이").await, app.member("이웃").await);
    let funding = member.opens("이상한 소원", true).await;
    let detail = format!("/funding/?id={}", funding["id"]);
    let (code, text) = app.command(&["admin", "suspend", &member.id]).await;
    assert_eq!(code, 0, "{text}");
    eventually("the running server notices", async || {
        send(member.call(Method::POST, "/account/")).await.status == 401
    })
    .await;
    let refresh = [("refresh", member.refresh.as_str())];
    let refused = member
        .form(Method::POST, "/account/token/refresh", &refresh)
        .await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let path = format!("/sandbox/people/{}/token", member.id);
    let token = app.sandbox(Method::POST, &path, Value::Null).await;
    let token = token["access_token"].as_str().unwrap();
    assert_eq!(log_in(&app, token).await.status, StatusCode::FORBIDDEN);
    assert_eq!(other.status(&detail).await, 204);
    assert_eq!(
        send(app.visitor(Method::GET, "/funding/public"))
            .await
            .status,
        204
    );

    let (code, text) = app.command(&["admin", "reinstate", &member.id]).await;
    assert_eq!(code, 0, "{text}");
    assert_eq!(log_in(&app, token).await.status, StatusCode::OK);
    assert_eq!(other.status(&detail).await, 200);
    let (code, text) = app.command(&["admin", "suspend", "4242"]).await;
    assert_eq!(code, 1);
    assert!(text.contains("no such member"), "{text}");
}
