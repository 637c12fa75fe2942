//! Notifications, as browsers receive them by push.

use funsun_domain::time::Timestamp;
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, send, seoul_time_in};
use crate::browser::{Browser, subscribe};
use crate::visitor::Visitor;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A member with a subscribed browser.
async fn subscribed_member(app: &App, name: &str) -> (Member, Browser) {
    let (member, browser) = (app.member(name).await, Browser::new().await);
    browser.subscribes(&member).await;
    (member, browser)
}

/// The titles of the next two messages, which may arrive in any order.
async fn next_two(browser: &mut Browser) -> [String; 2] {
    let mut titles = [browser.next_title().await, browser.next_title().await];
    titles.sort();
    titles
}

/// Opens the message's URL as `member`; returns the redirect target.
async fn open_message(member: &Member, message: &Value) -> String {
    let answer = Visitor::of(member)
        .get(message["url"].as_str().unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    answer.headers[LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn opening_a_notification_marks_it_as_read_for_its_owner_only() {
    let app = App::start().await;
    let (member, mut browser) = subscribed_member(&app, "하늘").await;
    let (first, second) = (app.member("지우").await, app.member("민지").await);
    first.follows(&member).await;
    let message = browser.next_message().await;
    second.follows(&member).await;
    assert_eq!(browser.next_title().await, "민지님이 팔로우해요");
    let unread = async || {
        let page = Visitor::of(&member).get("/notifications").await;
        page.text.matches("list-row unread").count()
    };
    assert_eq!(open_message(&second, &message).await, "/notifications");
    assert_eq!(unread().await, 2);
    assert_eq!(
        open_message(&member, &message).await,
        format!("/members/{}", first.id)
    );
    assert_eq!(unread().await, 1);
}

#[tokio::test]
async fn an_author_is_notified_of_supports_and_of_the_goal() {
    let app = App::start().await;
    let (author, mut browser) = subscribed_member(&app, "하늘").await;
    let friend = app.member("지우").await;
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 20_000, "생일 축하해!").await;
    let message = browser.next_message().await;
    assert_eq!(message["title"], "지우님이 함께했어요");
    assert_eq!(message["body"], "‘자전거’에 20,000원을 보탰어요.");
    let page = format!("/fundings/{}", funding["id"]);
    assert_eq!(open_message(&author, &message).await, page);
    friend.supports(&funding, 80_000, "나머지는 내가").await;
    let reached = ["목표를 이뤘어요!", "지우님이 함께했어요"];
    assert_eq!(next_two(&mut browser).await, reached);
    friend.supports(&funding, 1_000, "조금 더").await;
    assert_eq!(browser.next_title().await, "지우님이 함께했어요");
}

#[tokio::test]
async fn participants_are_notified_a_day_before_the_deadline_and_at_it() {
    let app = App::start().await;
    let (author, mut authors) = subscribed_member(&app, "하늘").await;
    let (friend, mut friends) = subscribed_member(&app, "지우").await;
    let funding = author
        .opens_until("자전거", true, &seoul_time_in(10 * DAY))
        .await;
    friend.supports(&funding, 5_000, "응원해").await;
    assert_eq!(authors.next_title().await, "지우님이 함께했어요");
    app.move_clock(9 * DAY + HOUR).await;
    assert_eq!(authors.next_title().await, "하루 남았어요");
    assert_eq!(friends.next_title().await, "하루 남았어요");
    app.move_clock(10 * DAY + HOUR).await;
    assert_eq!(authors.next_title().await, "펀딩이 끝났어요");
    assert_eq!(friends.next_title().await, "펀딩이 끝났어요");
}

#[tokio::test]
async fn a_payer_is_notified_of_a_refund_and_its_reason() {
    let app = App::start().await;
    let author = app.member("하늘").await;
    let (friend, mut browser) = subscribed_member(&app, "지우").await;
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 5_000, "응원해").await;
    let id = funding["id"].to_string();
    let deleted = author
        .json(Method::DELETE, "/funding/", json!({ "id": id }))
        .await;
    assert!(deleted.status.is_success(), "{deleted:?}");
    let message = browser.next_message().await;
    assert_eq!(message["title"], "5,000원을 돌려드렸어요");
    assert_eq!(message["body"], "펀딩이 삭제되어 카카오페이로 환불했어요.");
    assert_eq!(open_message(&friend, &message).await, "/me/payments");
}

#[tokio::test]
async fn supporters_are_notified_of_a_review_once() {
    let app = App::start().await;
    let author = app.member("하늘").await;
    let (friend, mut browser) = subscribed_member(&app, "지우").await;
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 5_000, "응원해").await;
    let id = funding["id"].to_string();
    for review in ["잘 탈게요!", "정말 잘 탈게요!"] {
        let fields = [("id", id.as_str()), ("review", review)];
        let written = author
            .multipart(Method::POST, "/funding/review", &fields, &[])
            .await;
        assert_eq!(written.status, StatusCode::OK, "{written:?}");
    }
    assert_eq!(browser.next_title().await, "하늘님이 후기를 남겼어요");
    author.follows(&friend).await;
    assert_eq!(browser.next_title().await, "하늘님이 팔로우해요");
}

#[tokio::test]
async fn a_repeated_follow_does_not_notify_again() {
    let app = App::start().await;
    let (member, mut browser) = subscribed_member(&app, "하늘").await;
    let (follower, other) = (app.member("지우").await, app.member("민지").await);
    follower.follows(&member).await;
    let message = browser.next_message().await;
    assert_eq!(message["title"], "지우님이 팔로우해요");
    let page = format!("/members/{}", follower.id);
    assert_eq!(open_message(&member, &message).await, page);
    let id = [("id", member.id.as_str())];
    follower.form(Method::DELETE, "/follow/", &id).await;
    follower.follows(&member).await;
    other.follows(&member).await;
    assert_eq!(browser.next_title().await, "민지님이 팔로우해요");
}

#[tokio::test]
async fn only_friends_are_notified_the_day_before_a_birthday() {
    let app = App::start().await;
    // 10:00 in Seoul, on one of the next days.
    let now = Timestamp::parse(&seoul_time_in(0)).unwrap();
    let hour: i64 = now.to_seoul()[11..13].parse().unwrap();
    let eve = DAY + (10 - hour) * HOUR;
    let shown = now.plus_seconds(eve + DAY).to_seoul();
    let birthday = format!("{}{}", &shown[5..7], &shown[8..10]);
    let born = app
        .member_with("하늘", json!({ "birthday": birthday }))
        .await;
    let (friend, mut friends) = subscribed_member(&app, "지우").await;
    let (follower, mut followers) = subscribed_member(&app, "민지").await;
    born.befriends(&friend).await;
    follower.follows(&born).await;
    assert_eq!(friends.next_title().await, "하늘님이 팔로우해요");
    app.move_clock(eve).await;
    let message = friends.next_message().await;
    assert_eq!(message["title"], "내일은 하늘님 생일이에요");
    friend_follows_now(&app, &follower).await;
    assert_eq!(followers.next_title().await, "새친구님이 팔로우해요");
}

/// A follow by a new member, whose tokens are valid at the current clock.
async fn friend_follows_now(app: &App, member: &Member) {
    app.member("새친구").await.follows(member).await;
}

#[tokio::test]
async fn expired_and_logged_out_subscriptions_receive_nothing() {
    let app = App::start().await;
    let (member, mut gone) = subscribed_member(&app, "하늘").await;
    let mut other = Browser::new().await;
    other.subscribes(&member).await;
    gone.set_push_status(410);
    for name in ["지우", "민지"] {
        app.member(name).await.follows(&member).await;
        assert_eq!(other.next_title().await, format!("{name}님이 팔로우해요"));
    }
    assert_eq!(gone.next_title().await, "지우님이 팔로우해요");
    let left = send(member.call(Method::DELETE, "/account/session")).await;
    assert!(left.status.is_success(), "{left:?}");
    app.member("서연").await.follows(&member).await;
    let (witness, mut witnesses) = subscribed_member(&app, "증인").await;
    app.member("현우").await.follows(&witness).await;
    assert_eq!(witnesses.next_title().await, "현우님이 팔로우해요");
    assert!(other.has_no_messages() && gone.has_no_messages());
}

#[tokio::test]
async fn a_failed_push_is_retried() {
    let app = App::start().await;
    let (member, mut browser) = subscribed_member(&app, "하늘").await;
    browser.set_push_status(503);
    app.member("지우").await.follows(&member).await;
    let first = browser.next_message().await;
    browser.set_push_status(201);
    app.move_clock(60).await;
    assert_eq!(browser.next_message().await, first);
}

#[tokio::test]
async fn a_subscription_needs_a_csrf_token_and_a_valid_endpoint() {
    let app = App::start().await;
    let member = app.member("하늘").await;
    let browser = Browser::new().await;
    let good = browser.subscription();
    let forged = subscribe(&member, "forged", &good).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "{forged:?}");
    let visitor = app.visitor(Method::POST, "/settings/push").json(&good);
    let visitor = send(visitor).await;
    assert_eq!(visitor.status, StatusCode::UNAUTHORIZED, "{visitor:?}");
    let token = Visitor::of(&member).csrf().await;
    for (field, value) in [
        ("endpoint", "http://192.168.0.1/wake"),
        ("endpoint", "file:///etc/passwd"),
        ("p256dh", "AAAA"),
        ("auth", "AAAA"),
    ] {
        let mut bad: Value = good.clone();
        bad[field] = value.into();
        let answer = subscribe(&member, &token, &bad).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{field}: {answer:?}"
        );
        assert!(answer.text.contains(field), "{answer:?}");
    }
    assert_eq!(subscribe(&member, &token, &good).await.status, 204);
}
