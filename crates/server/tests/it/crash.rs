//! `kill -9` while members pay, support and take back, with KakaoPay faults: nothing that was acknowledged is
//! lost, and no payer is charged twice.
//!
//! 10 kills by default; `FUNSUN_CRASH_KILLS=200` is the long run. The seed is printed; `FUNSUN_CRASH_SEED`
//! reproduces the time of each kill and the members' actions, but not the scheduling.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually};
use crate::payer::{assert_records_match, move_clocks, payments_of, support_body};

const MEMBERS: usize = 6;

const SETTINGS: &[(&str, &str)] = &[
    ("FUNSUN_PAYMENT_LEASE_SECONDS", "2"),
    ("FUNSUN_ACCESS_TOKEN_SECONDS", "86400"),
    ("FUNSUN_LOG", "off"),
];

/// A seeded random generator (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// What was acknowledged with 2xx and must survive every crash.
#[derive(Default)]
struct Acknowledged {
    /// Orders acknowledged as approved.
    approved: Vec<String>,
    /// Ids of acknowledged supports.
    given: Vec<i64>,
    /// Ids of supports that were taken back, acknowledged or not.
    taken_back: Vec<i64>,
}

type AckLog = Arc<Mutex<Acknowledged>>;

/// One member's load: payments of both kinds, one after the other, until the program is killed.
struct Load {
    member: Member,
    kakao: String,
    fundings: Vec<Value>,
    ack_log: AckLog,
    random: Random,
}

impl Load {
    async fn run(mut self) {
        while self.support_once().await.is_some() {}
    }

    /// `None` when the program was killed.
    async fn support_once(&mut self) -> Option<()> {
        let index = usize::try_from(self.random.below(2)).unwrap();
        let amount = 1_000 + i64::try_from(self.random.below(9)).unwrap() * 1_000;
        let support = support_body(&self.fundings[index], amount, "같이 하자");
        let path = "/remit/kakaopay/ready";
        let for_funding = self.random.below(2) == 0;
        let body = if for_funding {
            support.clone()
        } else {
            json!({ "amount": amount })
        };
        let ready = send_or_none(self.member.call(Method::POST, path).json(&body)).await?;
        let Some(order) = ready.1["order"].as_str() else {
            return Some(());
        };
        let token = self.pay(order).await?;
        for _ in 0..=self.random.below(2) {
            let call = self.member.call(Method::POST, "/remit/kakaopay/approve");
            let (status, body) = send_or_none(call.form(&[("pg_token", &token)])).await?;
            if status == 200 {
                let order = body["order"].as_str().unwrap().to_owned();
                self.ack_log.lock().unwrap().approved.push(order);
            }
        }
        let given = send_or_none(self.member.call(Method::POST, "/remit/").json(&support)).await?;
        if given.0 == 201 {
            let id = given.1["id"].as_i64().unwrap();
            self.ack_log.lock().unwrap().given.push(id);
            if self.random.below(4) == 0 {
                self.ack_log.lock().unwrap().taken_back.push(id);
                let call = self.member.call(Method::DELETE, "/remit/");
                send_or_none(call.form(&[("id", id)])).await?;
            }
        }
        Some(())
    }

    /// Pays on KakaoPay's page; returns the token.
    async fn pay(&self, order: &str) -> Option<String> {
        let (_, book) =
            send_or_none(self.member.http.get(format!("{}/sandbox/book", self.kakao))).await?;
        let book = book["payments"].as_array().unwrap();
        let entry = book
            .iter()
            .rev()
            .find(|entry| entry["partner_order_id"] == order)?;
        let tid = entry["tid"].as_str().unwrap();
        let url = format!("{}/sandbox/payments/{tid}/pay", self.kakao);
        let (_, response) = send_or_none(self.member.http.post(url)).await?;
        let location = response["location"].as_str()?;
        Some(location.split_once("pg_token=")?.1.to_owned())
    }
}

/// Status and body, or `None` when the program was killed during the request.
async fn send_or_none(call: RequestBuilder) -> Option<(u16, Value)> {
    let response = call.send().await.ok()?;
    let status = response.status().as_u16();
    let text = response.text().await.ok()?;
    Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// A number from the environment, which sets the length of the long tests.
pub fn setting(name: &str, default: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the length of a test is not a setting of the program"
    )]
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Makes 10 % of each KakaoPay call fail, each call with a random fault.
async fn inject_random_faults(app: &App, random: &mut Random) {
    let faults = [
        "lost",
        "drop",
        "http_500",
        "http_500_done",
        "malformed_json",
    ];
    for call in ["ready", "approve", "order", "cancel"] {
        let fault = faults[usize::try_from(random.below(5)).unwrap()];
        let rule =
            json!({"call": call, "fault": fault, "probability": 10, "seed": random.next() >> 1});
        app.sandbox(Method::PUT, "/sandbox/faults", rule).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_kills_lose_nothing_that_was_acknowledged() {
    let kills = setting("FUNSUN_CRASH_KILLS", 10);
    let seed = setting("FUNSUN_CRASH_SEED", u64::from(std::process::id()));
    println!("FUNSUN_CRASH_SEED={seed} FUNSUN_CRASH_KILLS={kills}");
    let mut random = Random(seed);
    let mut app = App::with(SETTINGS).await;
    let author = app.member("하늘").await;
    let fundings = vec![
        author.opens("자전거", true).await,
        author.opens("기타", true).await,
    ];
    let members = join_all((0..MEMBERS).map(|_| app.member("친구"))).await;
    let ack_log = AckLog::default();
    for _ in 0..kills {
        inject_random_faults(&app, &mut random).await;
        let loads: Vec<_> = members
            .iter()
            .map(|member| Load {
                member: app.reconnect(member),
                kakao: app.kakao.clone(),
                fundings: fundings.clone(),
                ack_log: Arc::clone(&ack_log),
                random: Random(random.next()),
            })
            .map(|load| tokio::spawn(load.run()))
            .collect();
        // Not a wait for a condition: the time of the kill is random.
        tokio::time::sleep(Duration::from_millis(30 + random.below(400))).await;
        app.kill().await;
        for load in loads {
            load.await.unwrap();
        }
        app.restart().await;
        app.sandbox(Method::DELETE, "/sandbox/faults", Value::Null)
            .await;
        let (code, text) = app.command(&["audit"]).await;
        assert_eq!(code, 0, "right after a restart: {text}");
    }
    wait_until_settled(&app, &members).await;
    assert_nothing_is_lost(&app, &members, &fundings, &ack_log).await;
}

/// Advances the clock until the sweeper has settled every payment.
async fn wait_until_settled(app: &App, members: &[Member]) {
    let mut minutes = 0;
    eventually("everything has come to rest", async || {
        minutes += 17;
        move_clocks(app, minutes * 60).await;
        let mut settled = true;
        for member in members {
            for payment in payments_of(app, member).await {
                let state = payment["state"].as_str().unwrap();
                let moving = ["created", "ready", "approving", "approved", "refunding"];
                settled &= !moving.contains(&state);
            }
        }
        settled
    })
    .await;
    app.assert_books_balance().await;
}

async fn assert_nothing_is_lost(
    app: &App,
    members: &[Member],
    fundings: &[Value],
    ack_log: &AckLog,
) {
    let payments = assert_records_match(app, members).await;
    let mut listed = Vec::new();
    for funding in fundings {
        for page in 1.. {
            let path = format!("/remit/?id={}&page={page}", funding["id"]);
            let Some((200, supports)) = send_or_none(app.visitor(Method::GET, &path)).await else {
                break;
            };
            let ids = supports.as_array().unwrap().iter();
            listed.extend(ids.map(|support| support["id"].as_i64().unwrap()));
        }
    }
    let attached = payments.iter().filter(|own| own["state"] == "attached");
    assert_eq!(attached.count(), listed.len(), "a support for each payment");
    let acknowledged = ack_log.lock().unwrap();
    for id in &acknowledged.given {
        if !acknowledged.taken_back.contains(id) {
            assert!(listed.contains(id), "support {id} was acknowledged");
        }
    }
    for order in &acknowledged.approved {
        let own = payments.iter().find(|own| own["order"] == **order).unwrap();
        let state = own["state"].as_str().unwrap();
        assert!(["attached", "refunded"].contains(&state), "{own}");
    }
    assert!(!acknowledged.given.is_empty(), "the load did something");
}
