//! Deleting a funding with very many supports, and the leaving of a member with as many, hide at once and finish in
//! short transactions, between which others write.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use crate::app::{App, Member, eventually, send};
use crate::crowd::{AMOUNT, CROWD, CrowdedApp};
use crate::visitor::Visitor;

/// Far more than a batch takes on a busy machine, and less than all batches in one transaction.
const HELD_UP_MAX: Duration = Duration::from_secs(30);

/// Writes as `member`, again and again, until the refund of every payment of the funding has begun; checks that
/// writes were answered between its batches.
async fn assert_others_write_meanwhile(crowd: &CrowdedApp, member: &Member, funding: &Value) {
    let (mut held, mut between) = (crowd.held_by(funding), 0);
    while held > 0 {
        let name = format!("쓰는이 {held}");
        let fields = [("username", name.as_str())];
        let answer = timeout(HELD_UP_MAX, member.form(Method::PUT, "/account/", &fields)).await;
        let answer = answer.expect("others are held up");
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let before = held;
        held = crowd.held_by(funding);
        between += usize::from(0 < held && held < before);
    }
    assert!(between > 0, "all batches came before the first write");
}

/// Waits until every payment of the crowd is refunded, as long as there is progress.
async fn assert_crowd_is_refunded(app: &App, funding: &Value) {
    let refunded = || {
        let funding = &funding["id"];
        app.count(&format!(
            "SELECT count(*) FROM payments WHERE funding_id = {funding} AND state = 'refunded'"
        ))
    };
    let (mut before, mut ahead) = (refunded(), 0);
    while before < CROWD {
        let put_off = || app.count(PUT_OFF);
        eventually("more are refunded", async || {
            refunded() > before || before + put_off() >= CROWD
        })
        .await;
        if before + put_off() >= CROWD {
            ahead += PUT_OFF_SECONDS;
            app.move_clock(ahead).await;
        }
        before = refunded();
    }
    let (code, text) = app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 0, "{text}");
}

/// SQL: refunds that a failure has put off. On a server, transactions run at the same time, and a refund may wait for
/// its funding's row until it gives up.
const PUT_OFF: &str = "SELECT count(*) FROM refunds WHERE finished_at IS NULL \
    AND next_check_at > lease_until AND next_check_at > created_at + 300000000";

/// Longer than failures put a refund off.
const PUT_OFF_SECONDS: i64 = 2_400;

#[tokio::test]
async fn a_funding_with_ten_thousand_supports_is_hidden_at_once_and_refunded_in_batches() {
    let crowd = CrowdedApp::start().await;
    let app = &crowd.app;
    let (author, other) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    crowd.supports(&funding);
    let id = funding["id"].to_string();
    let deleted = author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
    assert_eq!(other.status(&format!("/funding/?id={id}")).await, 204);
    assert_eq!(other.status(&format!("/remit/?id={id}")).await, 204);
    assert_others_write_meanwhile(&crowd, &other, &funding).await;
    assert_crowd_is_refunded(app, &funding).await;
    let total = "SELECT sum(collected_amount) FROM fundings";
    assert_eq!(app.count(total), 0);
}

#[tokio::test]
async fn a_member_with_ten_thousand_supports_and_friends_is_hidden_at_once_and_removed_in_batches()
{
    let mut crowd = CrowdedApp::start().await;
    let app = &crowd.app;
    let (leaver, other) = (app.member("떠나는이").await, app.member("지우").await);
    let own = leaver.opens("떠나기 전 소원", true).await;
    let others = other.opens("자전거", true).await;
    crowd.supports(&own);
    crowd.is_outdone_by(&leaver, &others);
    crowd.befriends(&leaver);

    let left = send(leaver.call(Method::DELETE, "/account/")).await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");

    // What a crash interrupts is continued after the next start.
    crowd.app.kill().await;
    assert!(crowd.held_by(&own) > 0, "everything was done at once");
    crowd.app.restart().await;
    let app = &crowd.app;
    let other = app.reconnect(&other);
    assert_eq!(
        other.status(&format!("/funding/?id={}", own["id"])).await,
        204
    );
    assert_nothing_is_readable(&other, &others).await;
    app.move_clock(60).await;
    assert_others_write_meanwhile(&crowd, &other, &own).await;
    assert_crowd_is_refunded(app, &own).await;
    for (what, rows) in LEFTOVERS {
        eventually(what, async || {
            app.count(&format!("SELECT count(*) FROM {rows}")) == 0
        })
        .await;
    }
    let total = "SELECT sum(collected_amount) FROM fundings";
    assert_eq!(app.count(total), CROWD * AMOUNT, "what was given stays");
}

#[tokio::test]
async fn a_refund_that_cannot_be_begun_stops_no_other_and_is_tried_again() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    for amount in [1_000, 2_000, 3_000] {
        friend.supports(&funding, amount, "축하해").await;
    }
    let order = "SELECT order_ref FROM payments WHERE id = 2";
    app.change_database(&format!(
        "CREATE TABLE saved AS {order}; UPDATE payments SET order_ref = 'broken' WHERE id = 2"
    ));
    let id = funding["id"].to_string();
    let deleted = author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
    let refunded = || app.count("SELECT count(*) FROM payments WHERE state = 'refunded'");
    eventually("the others are refunded", async || refunded() == 2).await;

    app.change_database("UPDATE payments SET order_ref = (SELECT * FROM saved) WHERE id = 2");
    app.move_clock(600).await;
    eventually("all are refunded", async || refunded() == 3).await;
    app.assert_books_balance().await;
}

/// Rows that must not remain of a former member.
const LEFTOVERS: [(&str, &str); 7] = [
    (
        "messages, and thanks by the member and for them",
        "supports WHERE funding_id = 2 AND message <> '' OR thanks IS NOT NULL",
    ),
    (
        "messages of payments",
        "payments WHERE wanted_message IS NOT NULL AND funding_id = 2",
    ),
    (
        "texts",
        "fundings WHERE id = 1 AND (title <> '' OR content <> '')",
    ),
    ("follows", "follows"),
    (
        "counts of follows",
        "accounts WHERE follower_count + followee_count <> 0",
    ),
    (
        "notifications of the member",
        "notifications JOIN accounts ON accounts.id = account_id WHERE kakao_id IS NULL",
    ),
    (
        "notifications about the member",
        "notifications WHERE kind = 'followed'",
    ),
];

/// Checks that no page or response shows `viewer`, the author of `funding`, what a former member wrote.
async fn assert_nothing_is_readable(viewer: &Member, funding: &Value) {
    let list = viewer.get(&format!("/remit/?id={}", funding["id"])).await;
    for support in list.as_array().unwrap() {
        assert_eq!(
            (&support["author"]["id"], &support["message"]),
            (&"".into(), &"".into())
        );
    }
    let browser = Visitor::of(viewer);
    for path in [
        format!("/fundings/{}", funding["id"]),
        "/notifications".to_owned(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {page:?}");
        for text in ["hello", "thanks", "떠나는이"] {
            assert!(!page.text.contains(text), "{path}: {text}: {}", page.text);
        }
    }
}
