//! The login and consent pages.

use kakao_sandbox::Settings;

use crate::test_sandbox::{REDIRECT, TestSandbox, location};

const SORI: &str = "3000000001";

fn with(mut form: Vec<(String, String)>, more: &[(&str, &str)]) -> Vec<(String, String)> {
    form.extend(
        more.iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned())),
    );
    form
}

#[tokio::test]
async fn the_first_login_asks_for_consent_and_the_next_does_not() {
    let sandbox = TestSandbox::start().await;
    let form = sandbox.authorize_params(&[("state", "s 1"), ("nonce", "n1")]);
    let opened = sandbox
        .get("/oauth/authorize")
        .query(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.status(), 200);
    let page = opened.text().await.unwrap();
    assert!(page.contains("모의 카카오") && page.contains("한소리"));
    assert!(
        page.contains("정&#60;b&#62;별") && !page.contains("<b>별"),
        "names are escaped"
    );

    let picked = with(form.clone(), &[("person", SORI)]);
    let consent = sandbox
        .post("/sandbox/login")
        .form(&picked)
        .send()
        .await
        .unwrap();
    assert_eq!(consent.status(), 200);
    let cookie = consent.headers()["set-cookie"].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert!(consent.text().await.unwrap().contains("전체 동의"));

    let agreed = with(picked, &[("decision", "all")]);
    let done = sandbox
        .post("/sandbox/consent")
        .form(&agreed)
        .send()
        .await
        .unwrap();
    assert_eq!(done.status(), 302);
    let back = location(&done);
    assert!(back.starts_with(&format!("{REDIRECT}?code=")), "{back}");
    assert!(back.ends_with("&state=s%201"), "{back}");

    let again = sandbox
        .get("/oauth/authorize")
        .query(&form)
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert!(location(&again).contains("code="), "linked: at once");
    let prompted = with(form, &[("prompt", "login")]);
    let asked = sandbox
        .get("/oauth/authorize")
        .query(&prompted)
        .header("cookie", &cookie)
        .send();
    assert_eq!(
        asked.await.unwrap().status(),
        200,
        "prompt=login asks again"
    );
}

#[tokio::test]
async fn cancelling_redirects_with_access_denied() {
    let sandbox = TestSandbox::start().await;
    let form = with(
        sandbox.authorize_params(&[("state", "xyz")]),
        &[("decision", "cancel")],
    );
    let response = sandbox
        .post("/sandbox/consent")
        .form(&form)
        .send()
        .await
        .unwrap();
    let expected = format!(
        "{REDIRECT}?error=access_denied&error_description=User%20denied%20access&state=xyz"
    );
    assert_eq!(location(&response), expected);
}

#[tokio::test]
async fn invalid_requests_show_an_error_page_without_redirect() {
    let sandbox = TestSandbox::start().await;
    for (name, value, code) in [
        ("client_id", "0".repeat(32), "KOE101"),
        (
            "redirect_uri",
            "https://evil.example/cb".to_owned(),
            "KOE006",
        ),
        ("response_type", "token".to_owned(), "KOE202"),
        ("response_type", "magic".to_owned(), "KOE201"),
        ("scope", "openid talk_message".to_owned(), "KOE205"),
        ("redirect_uri", String::new(), "KOE207"),
    ] {
        let mut form = sandbox.authorize_params(&[]);
        form.retain(|(key, _)| key != name);
        form.push((name.to_owned(), value));
        let response = sandbox
            .get("/oauth/authorize")
            .query(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 400, "{name}");
        assert!(response.headers().get("location").is_none());
        assert!(response.text().await.unwrap().contains(code), "{code}");
    }
    let plain = sandbox.authorize_params(&[("code_challenge", "abc")]);
    let response = sandbox
        .get("/oauth/authorize")
        .query(&plain)
        .send()
        .await
        .unwrap();
    assert!(
        response.text().await.unwrap().contains("KOE204"),
        "only S256"
    );
}

#[tokio::test]
async fn a_registered_uri_is_compared_exactly() {
    let settings = Settings {
        redirect_uris: vec![REDIRECT.to_owned()],
        ..Settings::default()
    };
    let sandbox = TestSandbox::with(settings).await;
    let exact = sandbox
        .get("/oauth/authorize")
        .query(&sandbox.authorize_params(&[]))
        .send()
        .await
        .unwrap();
    assert_eq!(exact.status(), 200);
    let mut form = sandbox.authorize_params(&[]);
    form[1].1.push('/');
    let other = sandbox
        .get("/oauth/authorize")
        .query(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), 400);
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let sandbox = TestSandbox::start().await;
    let form = sandbox.authorize_params(&[("prompt", "none")]);
    let response = sandbox
        .get("/oauth/authorize")
        .query(&form)
        .send()
        .await
        .unwrap();
    assert!(location(&response).contains("error=login_required"));

    let picked = with(sandbox.authorize_params(&[]), &[("person", SORI)]);
    let consent = sandbox
        .post("/sandbox/login")
        .form(&picked)
        .send()
        .await
        .unwrap();
    let cookie = consent.headers()["set-cookie"].clone();
    let silent = || {
        sandbox
            .get("/oauth/authorize")
            .query(&form)
            .header("cookie", cookie.clone())
    };
    assert!(location(&silent().send().await.unwrap()).contains("error=consent_required"));
    sandbox.code(3_000_000_001, &[]).await;
    assert!(location(&silent().send().await.unwrap()).contains("code="));
}

#[tokio::test]
async fn only_missing_consents_are_asked_for_later() {
    let sandbox = TestSandbox::start().await;
    let nickname_only = with(
        sandbox.authorize_params(&[]),
        &[("person", SORI), ("decision", "nickname")],
    );
    sandbox
        .post("/sandbox/consent")
        .form(&nickname_only)
        .send()
        .await
        .unwrap();
    let more = with(
        sandbox.authorize_params(&[("scope", "openid,account_email")]),
        &[("person", SORI)],
    );
    let page = sandbox
        .post("/sandbox/login")
        .form(&more)
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("account_email") && !page.contains("value=\"birthday\""));
    let plain = with(sandbox.authorize_params(&[]), &[("person", SORI)]);
    let straight = sandbox
        .post("/sandbox/login")
        .form(&plain)
        .send()
        .await
        .unwrap();
    assert_eq!(straight.status(), 302);
}

#[tokio::test]
async fn a_new_person_can_be_created_at_login() {
    let sandbox = TestSandbox::start().await;
    let form = with(
        sandbox.authorize_params(&[]),
        &[("person", "new"), ("nickname", "새봄")],
    );
    let page = sandbox
        .post("/sandbox/login")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("새봄님"));
}

#[tokio::test]
async fn an_account_logout_ends_the_browser_session() {
    let sandbox = TestSandbox::start().await;
    sandbox.code(3_000_000_001, &[]).await;
    let picked = with(sandbox.authorize_params(&[]), &[("person", SORI)]);
    let login = sandbox
        .post("/sandbox/login")
        .form(&picked)
        .send()
        .await
        .unwrap();
    let cookie = login.headers()["set-cookie"].clone();
    let form = [
        ("client_id", sandbox.settings.rest_key.as_str()),
        ("logout_redirect_uri", "http://127.0.0.1:9/bye"),
        ("state", "s1"),
    ];
    let out = sandbox
        .get("/oauth/logout")
        .query(&form)
        .header("cookie", cookie.clone())
        .send();
    assert_eq!(
        location(&out.await.unwrap()),
        "http://127.0.0.1:9/bye?state=s1"
    );
    let silent = sandbox.authorize_params(&[("prompt", "none")]);
    let after = sandbox
        .get("/oauth/authorize")
        .query(&silent)
        .header("cookie", cookie)
        .send()
        .await;
    assert!(location(&after.unwrap()).contains("login_required"));
}
