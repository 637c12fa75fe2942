//! Properties of every page, and settings that are refused at start.

use kakao_sandbox::{Settings, start};
use serde_json::json;

use crate::test_sandbox::{TestSandbox, text};

#[tokio::test]
async fn every_page_is_marked_as_a_simulation_and_has_no_script() {
    let sandbox = TestSandbox::start().await;
    let (_, ready) = sandbox.pay("ready", &sandbox.ready_body(1_234_000)).await;
    let mut name = sandbox.ready_body(1_000);
    name["item_name"] = json!("<script>alert(1)</script>");
    let (_, untrusted) = sandbox.pay("ready", &name).await;
    let authorize = format!("{}/oauth/authorize", sandbox.inner.url());
    for url in [
        sandbox.url("/"),
        authorize,
        sandbox.url("/sandbox/pay/unknown"),
        text(&ready, "next_redirect_pc_url"),
        text(&untrusted, "next_redirect_pc_url"),
    ] {
        let response = sandbox.http.get(&url).send().await.unwrap();
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
    let page = sandbox
        .http
        .get(text(&ready, "next_redirect_pc_url"))
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("1,234,000원 결제") && page.contains("취소") && page.contains("실패"));
    let style = sandbox.get("/sandbox/style.css").send().await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_finished_payment_has_no_buttons() {
    let sandbox = TestSandbox::start().await;
    let (_, ready) = sandbox.pay("ready", &sandbox.ready_body(1_000)).await;
    let page = text(&ready, "next_redirect_pc_url");
    sandbox
        .http
        .post(&page)
        .form(&[("action", "cancel")])
        .send()
        .await
        .unwrap();
    for request in [
        sandbox.http.get(&page),
        sandbox.http.post(&page).form(&[("action", "pay")]),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 409);
        assert!(!response.text().await.unwrap().contains("<button"));
    }
}

#[tokio::test]
async fn live_keys_and_public_addresses_are_refused() {
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
