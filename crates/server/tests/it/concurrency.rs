//! Concurrent requests: totals and counts stay exact, and no payment is used twice.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};

use crate::app::{App, Member, eventually};
use crate::payer::{Payment, page, support_body, total};

async fn members(app: &App, count: usize) -> Vec<Member> {
    join_all((0..count).map(|_| app.member("친구"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_concurrent_supports_of_one_funding_are_all_counted() {
    let app = App::start().await;
    let author = app.member("하늘").await;
    let funding = author.opens("자전거", true).await;
    let friends = members(&app, 64).await;
    let amounts = (1..).map(|number| 1_000 + number * 7);
    let supports = friends.iter().zip(amounts).map(async |(friend, amount)| {
        let payment = Payment::begin(&app, friend, amount).await;
        payment.pay_and_approve(&app).await;
        let support = support_body(&funding, amount, "다 같이!");
        let given = friend.json(Method::POST, "/remit/", support).await;
        assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
        payment.assert_charged_once(&app, 0).await;
    });
    join_all(supports).await;
    assert_eq!(total(&author, &funding).await, 64_000 + 7 * (64 * 65 / 2));
    let mut listed = std::collections::HashSet::new();
    for page in 1..=8 {
        let path = format!("/remit/?id={}&page={page}", funding["id"]);
        let supports = author.get(&path).await;
        listed.extend(
            supports
                .as_array()
                .unwrap()
                .iter()
                .map(|s| s["id"].as_i64()),
        );
    }
    assert_eq!(listed.len(), 64);
    let past = format!("/remit/?id={}&page=9", funding["id"]);
    assert_eq!(author.status(&past).await, 204);
    assert_eq!(app.kakaopay_payments().await.len(), 64);
    app.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_used_once_under_concurrent_requests() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    for used in 1..=8 {
        for _ in 0..2 {
            let payment = Payment::begin(&app, &friend, 3_000).await;
            payment.pay_and_approve(&app).await;
        }
        let support = support_body(&funding, 3_000, "축하해");
        let asked = (0..6).map(|_| friend.json(Method::POST, "/remit/", support.clone()));
        let mut statuses: Vec<u16> = join_all(asked)
            .await
            .iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 402, 402, 402, 402]);
        assert_eq!(total(&author, &funding).await, used * 6_000);
    }
    app.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_take_backs_refund_a_support_once() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    for _ in 0..6 {
        let id = friend.supports(&funding, 4_000, "축하해").await["id"].to_string();
        let fields = [("id", id.as_str())];
        let asked = (0..6).map(|_| friend.form(Method::DELETE, "/remit/", &fields));
        for answer in join_all(asked).await {
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
    }
    app.assert_books_balance().await;
    for entry in app.kakaopay_payments().await {
        assert_eq!(entry["cancels"], 1, "{entry}");
        assert_eq!(entry["canceled"], 4_000, "{entry}");
    }
    assert_eq!(total(&author, &funding).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_approve_and_cancel_once_at_kakaopay() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    for _ in 0..4 {
        let support = support_body(&funding, 4_000, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        let proof = payment.pay(&app).await;
        payment.count_calls(&app, "approve").await;
        let asked = (0..8).map(|_| payment.approve(&proof.token));
        for answer in join_all(asked).await {
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        assert_eq!(payment.calls(&app, "approve").await, 1);

        payment.count_calls(&app, "cancel").await;
        payment.count_calls(&app, "order").await;
        let given = friend.json(Method::POST, "/remit/", support).await.json();
        let id = given["id"].to_string();
        let fields = [("id", id.as_str())];
        let asked = (0..8).map(|_| friend.form(Method::DELETE, "/remit/", &fields));
        for answer in join_all(asked).await {
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        eventually("refunded", async || payment.state(&app).await == "refunded").await;
        assert_eq!(payment.calls(&app, "cancel").await, 1);
        assert_eq!(payment.calls(&app, "order").await, 0, "the lease held");
    }
    assert_eq!(total(&author, &funding).await, 0);
    app.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_visits_to_the_cancel_page_agree() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    for (button, title) in [
        ("cancel", "결제를 취소했어요"),
        ("fail", "결제하지 못했어요"),
    ] {
        let payment = Payment::begin(&app, &friend, 5_000).await;
        let path = payment.press_button(&app, button).await;
        // The delay lets every visit look the payment up before any of them stores the result.
        payment.count_calls(&app, "order").await;
        for text in join_all((0..4).map(|_| page(&app, &path))).await {
            assert!(text.contains(title), "{text}");
        }
        payment.assert_never_charged(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn follow_counts_stay_correct_under_concurrent_changes() {
    let app = App::start().await;
    let star = app.member("하늘").await;
    let fans = members(&app, 12).await;
    let changes = fans.iter().enumerate().map(async |(number, fan)| {
        let fields = [("id", star.id.as_str())];
        for _ in 0..4 {
            let follow = || fan.form(Method::POST, "/follow/", &fields);
            let (one, two) = tokio::join!(follow(), follow());
            let mut statuses = [one.status.as_u16(), two.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 400], "one of two follows counts");
            let unfollow = || fan.form(Method::DELETE, "/follow/", &fields);
            let (one, two) = tokio::join!(unfollow(), unfollow());
            assert!(one.status.is_success() && two.status.is_success());
        }
        if number % 3 == 0 {
            fan.follows(&star).await;
        }
    });
    join_all(changes).await;
    let profile = star.get(&format!("/account/?id={}", star.id)).await;
    assert_eq!(profile["follower"], 4, "{profile}");
    let path = format!("/follow/?follower={}", star.id);
    let followers = star.get(&path).await;
    assert_eq!(followers.as_array().unwrap().len(), 4, "{followers}");
    for fan in &fans {
        let own = fan.get(&format!("/account/?id={}", fan.id)).await;
        let follows = format!("/follow/?follower={}&followee={}", fan.id, star.id);
        let follows = fan.get(&follows).await["detail"].as_bool().unwrap();
        assert_eq!(own["followee"], i64::from(follows), "{own}");
    }
}
