//! The token endpoint: codes, PKCE, refreshing, and error codes.

use serde_json::Value;

use crate::test_sandbox::{TestSandbox, text};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const DAY: i64 = 24 * 60 * 60;

fn replaced<'a>(
    mut form: Vec<(&'a str, &'a str)>,
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    form.retain(|(key, _)| *key != name);
    form.push((name, value));
    form
}

#[tokio::test]
async fn a_code_can_be_redeemed_once() {
    let sandbox = TestSandbox::start().await;
    let code = sandbox.code(3_000_000_002, &[]).await;
    let (status, tokens) = sandbox.token(&sandbox.redeem_form(&code)).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 21_599);
    assert_eq!(tokens["refresh_token_expires_in"], 5_183_999);
    assert!(text(&tokens, "scope").contains("account_email"));
    assert!(
        tokens["id_token"].is_string(),
        "no scope list means all, openid included"
    );
    let (status, me) = sandbox
        .get_with_token("/v2/user/me", &text(&tokens, "access_token"))
        .await;
    assert_eq!((status, me["id"].as_i64()), (200, Some(3_000_000_002)));

    let (status, again) = sandbox.token(&sandbox.redeem_form(&code)).await;
    assert_eq!(
        (status, text(&again, "error_code")),
        (400, "KOE320".to_owned())
    );
    assert_eq!(again["error"], "invalid_grant");
}

#[tokio::test]
async fn a_scope_list_without_openid_returns_no_id_token() {
    let sandbox = TestSandbox::start().await;
    let code = sandbox
        .code(3_000_000_002, &[("scope", "account_email")])
        .await;
    let (_, tokens) = sandbox.token(&sandbox.redeem_form(&code)).await;
    assert_eq!(tokens["id_token"], Value::Null);
    assert_eq!(tokens["scope"], "account_email profile_nickname");
}

#[tokio::test]
async fn the_client_is_authenticated_before_the_code_is_checked() {
    let sandbox = TestSandbox::start().await;
    let form = sandbox.redeem_form("dummy");
    let (status, body) = sandbox
        .token(&replaced(form.clone(), "client_secret", "wrong"))
        .await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (401, "KOE010".to_owned())
    );
    let (status, body) = sandbox
        .token(&replaced(form.clone(), "client_id", "wrong"))
        .await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (401, "KOE101".to_owned())
    );
    let (_, body) = sandbox
        .token(&replaced(form.clone(), "grant_type", "password"))
        .await;
    assert_eq!(body["error_code"], "KOE310");
    let (status, body) = sandbox.token(&form).await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (400, "KOE320".to_owned())
    );
    // The client secret is accepted in the body only.
    let bare: Vec<_> = form
        .into_iter()
        .filter(|(key, _)| *key != "client_secret")
        .collect();
    let basic = sandbox
        .post("/oauth/token")
        .basic_auth(
            &sandbox.settings.rest_key,
            Some(&sandbox.settings.client_secret),
        )
        .form(&bare);
    assert_eq!(basic.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_wrong_redirect_uri_invalidates_the_code() {
    let sandbox = TestSandbox::start().await;
    let code = sandbox.code(3_000_000_002, &[]).await;
    let other = replaced(
        sandbox.redeem_form(&code),
        "redirect_uri",
        "http://127.0.0.1:9/other",
    );
    assert_eq!(sandbox.token(&other).await.1["error_code"], "KOE303");
    assert_eq!(
        sandbox.token(&sandbox.redeem_form(&code)).await.1["error_code"],
        "KOE320"
    );
}

#[tokio::test]
async fn a_code_expires() {
    let sandbox = TestSandbox::start().await;
    let code = sandbox.code(3_000_000_002, &[]).await;
    sandbox.set_clock(601).await;
    assert_eq!(
        sandbox.token(&sandbox.redeem_form(&code)).await.1["error_code"],
        "KOE320"
    );
}

#[tokio::test]
async fn a_code_challenge_requires_its_verifier() {
    let sandbox = TestSandbox::start().await;
    let pkce = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let code = sandbox.code(3_000_000_002, &pkce).await;
    let right = replaced(sandbox.redeem_form(&code), "code_verifier", VERIFIER);
    assert_eq!(sandbox.token(&right).await.0, 200);
    let code = sandbox.code(3_000_000_002, &pkce).await;
    let wrong = replaced(sandbox.redeem_form(&code), "code_verifier", "guess");
    assert_eq!(sandbox.token(&wrong).await.1["error"], "invalid_grant");
    let code = sandbox.code(3_000_000_002, &pkce).await;
    assert_eq!(
        sandbox.token(&sandbox.redeem_form(&code)).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_refresh_token_is_rotated_only_in_its_last_month() {
    let sandbox = TestSandbox::start().await;
    let code = sandbox.code(3_000_000_002, &[]).await;
    let (_, tokens) = sandbox.token(&sandbox.redeem_form(&code)).await;
    let old = text(&tokens, "refresh_token");
    let refresh = |token: String| {
        let sandbox = &sandbox;
        async move {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", sandbox.settings.rest_key.as_str()),
                ("client_secret", sandbox.settings.client_secret.as_str()),
                ("refresh_token", token.as_str()),
            ];
            sandbox.token(&form).await
        }
    };
    let (status, early) = refresh(old.clone()).await;
    assert_eq!(status, 200, "{early}");
    assert_eq!(early["refresh_token"], Value::Null);
    assert_ne!(early["access_token"], tokens["access_token"]);

    sandbox.set_clock(31 * DAY).await;
    let (_, late) = refresh(old.clone()).await;
    let fresh = text(&late, "refresh_token");
    assert_ne!(fresh, old);
    assert_eq!(refresh(old).await.1["error_code"], "KOE322");

    sandbox.set_clock(31 * DAY + 60 * DAY).await;
    assert_eq!(refresh(fresh).await.1["error_code"], "KOE322");
    assert_eq!(refresh(String::new()).await.1["error_code"], "KOE319");
}

#[tokio::test]
async fn the_twenty_first_token_in_ten_minutes_is_refused() {
    let sandbox = TestSandbox::start().await;
    for _ in 0..20 {
        let code = sandbox
            .code(3_000_000_002, &[("scope", "account_email")])
            .await;
        assert_eq!(sandbox.token(&sandbox.redeem_form(&code)).await.0, 200);
    }
    let code = sandbox
        .code(3_000_000_002, &[("scope", "account_email")])
        .await;
    let (status, body) = sandbox.token(&sandbox.redeem_form(&code)).await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (429, "KOE237".to_owned())
    );
}
