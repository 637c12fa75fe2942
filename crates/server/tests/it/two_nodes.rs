//! Two programs on one database, as behind a load balancer: each sees what the other has committed, and money moves once.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use crate::app::{App, Member, eventually, launch, send};
use crate::payer::{Payment, move_clocks, support_body, total};

/// Programs on one database.
struct Nodes {
    first: App,
    second: Node,
}

/// The second program, with a data folder of its own.
struct Node {
    url: String,
    settings: Vec<(String, String)>,
    child: tokio::process::Child,
    _dir: TempDir,
}

impl Nodes {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let secret = ("FUNSUN_TOKEN_SECRET", "0123456789abcdef0123456789abcdef");
        let first = App::with(&[settings, &[secret]].concat()).await;
        let dir = TempDir::new().unwrap();
        let mut own = App::settings_for(&first.kakao, dir.path());
        own.extend(
            [settings, &[secret]]
                .concat()
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into())),
        );
        own.push((
            "FUNSUN_DATABASE_URL".into(),
            first.setting("FUNSUN_DATABASE_URL").into(),
        ));
        let (child, url) = launch(&own, None).await;
        let second = Node {
            url,
            settings: own,
            child,
            _dir: dir,
        };
        Self { first, second }
    }

    /// The member, as a client of the second program.
    fn at_second(&self, member: &Member) -> Member {
        Member {
            url: self.second.url.clone(),
            ..member.clone()
        }
    }
}

#[tokio::test]
async fn a_member_who_logs_in_at_one_program_reads_at_the_other() {
    let nodes = Nodes::start().await;
    for number in 0..10 {
        let member = nodes.first.member(&format!("하늘{number}")).await;
        let there = nodes.at_second(&member);
        let own = send(there.call(Method::POST, "/account/")).await;
        assert_eq!(own.status, StatusCode::OK, "{own:?}");
        let funding = there.opens("자전거", true).await;
        assert_eq!(total(&member, &funding).await, 0);
    }
}

#[tokio::test]
async fn a_login_that_ends_at_one_program_ends_at_the_other() {
    let nodes = Nodes::start().await;
    let member = nodes.first.member("하늘").await;
    let there = nodes.at_second(&member);
    assert_eq!(there.status("/funding/following").await, 200);
    let ended = send(member.call(Method::DELETE, "/account/session")).await;
    assert_eq!(ended.status, StatusCode::OK, "{ended:?}");
    // A write is refused at once: it looks at the session in its transaction.
    let follow = there.form(Method::POST, "/follow/", &[("id", "1")]).await;
    assert_eq!(follow.status, StatusCode::UNAUTHORIZED, "{follow:?}");
    eventually("reads are refused", async || {
        there.status("/funding/following").await == 401
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn supports_through_both_programs_add_up() {
    let nodes = Nodes::start().await;
    let author = nodes.first.member("하늘").await;
    let funding = author.opens("자전거", true).await;
    let friends = join_all((0..32).map(|_| nodes.first.member("친구"))).await;
    let gives = friends.iter().enumerate().map(async |(number, friend)| {
        let there = nodes.at_second(friend);
        let friend = if number % 2 == 0 { friend } else { &there };
        friend.supports(&funding, 2_000, "다 같이!").await;
    });
    join_all(gives).await;
    assert_eq!(total(&author, &funding).await, 64_000);
    assert_eq!(
        total(&nodes.at_second(&author), &funding).await,
        64_000,
        "seen by the other"
    );
    nodes.first.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_at_both_programs_charges_once() {
    let nodes = Nodes::start().await;
    let author = nodes.first.member("하늘").await;
    let friend = nodes.first.member("지우").await;
    let funding = author.opens("자전거", true).await;
    for _ in 0..6 {
        let support = support_body(&funding, 4_000, "축하해");
        let payment = Payment::begin_for(&nodes.first, &friend, &support).await;
        let proof = payment.pay(&nodes.first).await;
        let there = nodes.at_second(&friend);
        let fields = [("pg_token", proof.token.as_str())];
        let asked = (0..8).map(|number| {
            let at = if number % 2 == 0 { &friend } else { &there };
            at.form(Method::POST, "/remit/kakaopay/approve", &fields)
        });
        for answer in join_all(asked).await {
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        payment.assert_charged_once(&nodes.first, 0).await;
    }
    assert_eq!(total(&author, &funding).await, 24_000);
    nodes.first.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_programs_sweep_and_each_payment_is_refunded_once() {
    let nodes = Nodes::start().await;
    let friend = nodes.first.member("지우").await;
    for _ in 0..12 {
        let payment = Payment::begin(&nodes.first, &friend, 5_000).await;
        payment.pay_and_approve(&nodes.first).await;
    }
    nodes.first.move_clock(700).await;
    let clock = format!("{}/dev/clock", nodes.second.url);
    let moved = send(
        nodes
            .first
            .http
            .put(clock)
            .json(&json!({ "offset_seconds": 700 })),
    )
    .await;
    assert_eq!(moved.status, StatusCode::OK);
    eventually("all are refunded", async || {
        nodes
            .first
            .count("SELECT count(*) FROM payments WHERE state = 'refunded'")
            == 12
    })
    .await;
    for entry in nodes.first.kakaopay_payments().await {
        assert_eq!(entry["cancels"], 1, "{entry}");
        assert_eq!(entry["canceled"], 5_000, "{entry}");
    }
    nodes.first.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_money_stays_on_a_funding_that_is_deleted_at_the_other_program() {
    let nodes = Nodes::start().await;
    let author = nodes.first.member("하늘").await;
    let friends = join_all((0..4).map(|_| nodes.first.member("친구"))).await;
    for number in 0..20 {
        let funding = author.opens(&format!("자전거 {number}"), true).await;
        let mut paid = Vec::new();
        for friend in &friends {
            let support = support_body(&funding, 3_000, "축하해");
            let payment = Payment::begin_for(&nodes.first, friend, &support).await;
            let proof = payment.pay(&nodes.first).await;
            paid.push((nodes.at_second(friend), proof.token));
        }
        let id = funding["id"].to_string();
        let approvals = join_all(paid.iter().map(async |(friend, token)| {
            let fields = [("pg_token", token.as_str())];
            let path = "/remit/kakaopay/approve";
            let answer = friend.form(Method::POST, path, &fields).await;
            // 409: the funding was deleted first.
            assert!([200, 409].contains(&answer.status.as_u16()), "{answer:?}");
        }));
        let fields = [("id", id.as_str())];
        let deletion = author.form(Method::DELETE, "/funding/", &fields);
        let (_, deleted) = tokio::join!(approvals, deletion);
        assert!(deleted.status.is_success(), "{deleted:?}");
    }
    let live = "SELECT count(*) FROM payments p JOIN fundings f ON f.id = p.funding_id \
        WHERE f.deleted_at IS NOT NULL AND p.state NOT IN ('refunded')";
    eventually("all is refunded", async || nodes.first.count(live) == 0).await;
    nodes.first.assert_books_balance_soon().await;
    for entry in nodes.first.kakaopay_payments().await {
        assert_eq!(entry["canceled"], 3_000, "{entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_is_killed_and_the_other_goes_on() {
    let mut nodes = Nodes::with(&[("FUNSUN_PAYMENT_LEASE_SECONDS", "2")]).await;
    let author = nodes.first.member("하늘").await;
    let funding = author.opens("자전거", true).await;
    let friends = join_all((0..8).map(|_| nodes.first.member("친구"))).await;
    let given = std::sync::Mutex::new(0_i64);
    for round in 0..3 {
        let gives = friends.iter().enumerate().map(async |(number, friend)| {
            let there = nodes.at_second(friend);
            let friend = if number % 2 == 0 { friend } else { &there };
            let support = support_body(&funding, 1_000, "힘내");
            for _ in 0..4 {
                if give(friend, &support).await == Some(()) {
                    *given.lock().unwrap() += 1_000;
                }
            }
        });
        let kill = async {
            eventually("some supports", async || {
                *given.lock().unwrap() >= 4_000 * (round + 1)
            })
            .await;
            let id = nodes.second.child.id().unwrap().to_string();
            let status = tokio::process::Command::new("kill")
                .args(["-9", &id])
                .status()
                .await;
            assert!(status.unwrap().success());
        };
        tokio::join!(join_all(gives), kill);
        nodes.second.child.wait().await.unwrap();
        (nodes.second.child, nodes.second.url) = launch(&nodes.second.settings, None).await;
    }
    move_clocks(&nodes.first, 1_000).await;
    nodes.first.assert_books_balance_soon().await;
    assert!(total(&author, &funding).await >= *given.lock().unwrap());
}

/// One support; `None` when the program was killed meanwhile.
async fn give(friend: &Member, support: &serde_json::Value) -> Option<()> {
    let call = |path: &str| friend.call(Method::POST, path);
    let ready = call("/remit/kakaopay/ready")
        .json(support)
        .send()
        .await
        .ok()?;
    let ready: serde_json::Value = ready.json().await.ok()?;
    let page = ready["url"].as_str().unwrap().to_owned();
    let paid = friend.http.post(page).form(&[("action", "pay")]).send();
    let paid = paid.await.ok()?;
    let back = paid.headers()["location"].to_str().unwrap();
    let (_, token) = back.split_once("pg_token=").unwrap();
    let approve = call("/remit/kakaopay/approve").form(&[("pg_token", token)]);
    let approved = approve.send().await.ok()?;
    (approved.status() == StatusCode::OK).then_some(())
}
