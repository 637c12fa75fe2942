//! Load test over HTTP, against a running server and its Kakao sandbox: concurrent members give supports.
//! `supporters SERVER SANDBOX CLIENTS SECONDS`. Each client repeats ready, the payer's page, approve and attach; the
//! last line is the number of supports and their latency, as JSON.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[derive(Clone)]
struct Member {
    http: Client,
    server: String,
    token: String,
    funding: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, sandbox, clients, seconds] = arguments.as_slice() else {
        anyhow::bail!("usage: supporters SERVER SANDBOX CLIENTS SECONDS");
    };
    let (clients, seconds): (usize, u64) = (clients.parse()?, seconds.parse()?);
    let http = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let page = json_of(http.get(format!("{server}/funding/public?page=1"))).await?;
    let fundings = page.as_array().context("there are public fundings")?;
    let mut members = Vec::new();
    for number in 0..clients {
        members.push(Member {
            token: log_in(&http, server, sandbox).await?,
            http: http.clone(),
            server: server.clone(),
            funding: fundings[number % fundings.len()]["id"].to_string(),
        });
    }
    let (begun, end) = (Instant::now(), Duration::from_secs(seconds));
    let mut running = JoinSet::new();
    for member in members {
        running.spawn(support_until(member, begun + end));
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.extend(done??);
    }
    report(times, begun.elapsed())
}

fn report(mut times: Vec<Duration>, elapsed: Duration) -> anyhow::Result<()> {
    times.sort_unstable();
    ensure!(!times.is_empty(), "no support succeeded");
    let count = u128::try_from(times.len())?;
    let answer = json!({
        "supports": times.len(),
        "a_second": u64::try_from(count * 1_000 / elapsed.as_millis().max(1))?,
        "p50_ms": u64::try_from(times[times.len() / 2].as_millis())?,
        "p99_ms": u64::try_from(times[times.len() * 99 / 100].as_millis())?,
    });
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

async fn log_in(http: &Client, server: &str, sandbox: &str) -> anyhow::Result<String> {
    let person = http.post(format!("{sandbox}/sandbox/people"));
    let person = json_of(person.json(&json!({"nickname": "후원자"}))).await?;
    let kakao = person["access_token"].as_str().context("a Kakao token")?;
    let call = http.post(format!("{server}/account/kakaologin"));
    let answer = json_of(call.form(&[("accessToken", kakao)])).await?;
    let token = answer["token"]["access_token"].as_str();
    Ok(token.context("an access token")?.to_owned())
}

async fn support_until(member: Member, end: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while Instant::now() < end {
        let begun = Instant::now();
        member.support().await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

impl Member {
    async fn support(&self) -> anyhow::Result<()> {
        let support = json!({"amount": 1_000, "funding": self.funding, "message": "응원해요!"});
        let ready = self.call("/remit/kakaopay/ready").json(&support);
        let ready = json_of(ready).await?;
        let page = ready["url"].as_str().context("the payer's page")?;
        let paid = self
            .http
            .post(page)
            .form(&[("action", "pay")])
            .send()
            .await?;
        let back = paid.headers().get("location").context("a way back")?;
        let proof = back.to_str()?.split_once("pg_token=").context("a proof")?.1;
        json_of(
            self.call("/remit/kakaopay/approve")
                .form(&[("pg_token", proof)]),
        )
        .await?;
        json_of(self.call("/remit/").json(&support)).await?;
        Ok(())
    }

    fn call(&self, path: &str) -> RequestBuilder {
        let call = self.http.post(format!("{}{path}", self.server));
        call.bearer_auth(&self.token)
    }
}

async fn json_of(call: RequestBuilder) -> anyhow::Result<Value> {
    let answer = call.send().await?;
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await?;
    ensure!(status.is_success(), "{url} answered {status}: {text}");
    Ok(serde_json::from_str(&text)?)
}
