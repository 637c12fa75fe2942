//! What every page has in common, and what the sandbox refuses to be.

use kakao_sandbox::{Settings, start};
use serde_json::json;

use crate::test_sandbox::{Stage, text};

#[tokio::test]
async fn every_page_says_it_is_a_simulation_and_runs_no_script() {
    let stage = Stage::open().await;
    let (_, ready) = stage.pay("ready", &stage.order(1_234_000)).await;
    let mut name = stage.order(1_000);
    name["item_name"] = json!("<script>alert(1)</script>");
    let (_, hostile) = stage.pay("ready", &name).await;
    let authorize = format!("{}/oauth/authorize", stage.sandbox.url());
    for url in [
        stage.url("/"),
        authorize,
        stage.url("/sandbox/pay/unknown"),
        text(&ready, "next_redirect_pc_url"),
        text(&hostile, "next_redirect_pc_url"),
    ] {
        let response = stage.http.get(&url).send().await.unwrap();
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        let page = response.text().await.unwrap();
        assert!(page.contains("시뮬레이션"), "{url}");
        assert!(
            !page.contains("<script") && !page.contains("<style"),
            "{url}"
        );
        assert!(
            page.contains("lang=\"ko\"") && page.contains("viewport"),
            "{url}"
        );
    }
    let page = stage
        .http
        .get(text(&ready, "next_redirect_pc_url"))
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("1,234,000원 결제") && page.contains("취소") && page.contains("실패"));
    let style = stage.get("/sandbox/style.css").send().await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_finished_payment_has_no_buttons() {
    let stage = Stage::open().await;
    let (_, ready) = stage.pay("ready", &stage.order(1_000)).await;
    let page = text(&ready, "next_redirect_pc_url");
    stage
        .http
        .post(&page)
        .form(&[("action", "cancel")])
        .send()
        .await
        .unwrap();
    for request in [
        stage.http.get(&page),
        stage.http.post(&page).form(&[("action", "pay")]),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 409);
        assert!(!response.text().await.unwrap().contains("<button"));
    }
}

#[tokio::test]
async fn live_keys_and_open_addresses_are_refused() {
    let live = Settings {
        pay_secret_key: "PRD00000".into(),
        ..Settings::default()
    };
    assert!(start("127.0.0.1:0".parse().unwrap(), live).await.is_err());
    assert!(
        start("0.0.0.0:0".parse().unwrap(), Settings::default())
            .await
            .is_err()
    );
}
