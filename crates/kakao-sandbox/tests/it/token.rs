//! The token endpoint: codes, PKCE, refreshing, and who is refused with which code.

use serde_json::Value;

use crate::test_sandbox::{Stage, text};

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
async fn a_code_is_redeemed_once() {
    let stage = Stage::open().await;
    let code = stage.code(3_000_000_002, &[]).await;
    let (status, tokens) = stage.token(&stage.redeem(&code)).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 21_599);
    assert_eq!(tokens["refresh_token_expires_in"], 5_183_999);
    assert!(text(&tokens, "scope").contains("account_email"));
    assert!(
        tokens["id_token"].is_string(),
        "no scope list means all, openid included"
    );
    let (status, me) = stage
        .with_token("/v2/user/me", &text(&tokens, "access_token"))
        .await;
    assert_eq!((status, me["id"].as_i64()), (200, Some(3_000_000_002)));

    let (status, again) = stage.token(&stage.redeem(&code)).await;
    assert_eq!(
        (status, text(&again, "error_code")),
        (400, "KOE320".to_owned())
    );
    assert_eq!(again["error"], "invalid_grant");
}

#[tokio::test]
async fn a_scope_list_without_openid_brings_no_id_token() {
    let stage = Stage::open().await;
    let code = stage
        .code(3_000_000_002, &[("scope", "account_email")])
        .await;
    let (_, tokens) = stage.token(&stage.redeem(&code)).await;
    assert_eq!(tokens["id_token"], Value::Null);
    assert_eq!(tokens["scope"], "account_email profile_nickname");
}

#[tokio::test]
async fn the_client_is_checked_before_the_code() {
    let stage = Stage::open().await;
    let form = stage.redeem("dummy");
    let (status, body) = stage
        .token(&replaced(form.clone(), "client_secret", "wrong"))
        .await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (401, "KOE010".to_owned())
    );
    let (status, body) = stage
        .token(&replaced(form.clone(), "client_id", "wrong"))
        .await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (401, "KOE101".to_owned())
    );
    let (_, body) = stage
        .token(&replaced(form.clone(), "grant_type", "password"))
        .await;
    assert_eq!(body["error_code"], "KOE310");
    let (status, body) = stage.token(&form).await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (400, "KOE320".to_owned())
    );
    // The secret counts in the body only.
    let bare: Vec<_> = form
        .into_iter()
        .filter(|(key, _)| *key != "client_secret")
        .collect();
    let basic = stage
        .post("/oauth/token")
        .basic_auth(
            &stage.settings.rest_key,
            Some(&stage.settings.client_secret),
        )
        .form(&bare);
    assert_eq!(basic.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri_and_dies_with_the_wrong_one() {
    let stage = Stage::open().await;
    let code = stage.code(3_000_000_002, &[]).await;
    let other = replaced(
        stage.redeem(&code),
        "redirect_uri",
        "http://127.0.0.1:9/other",
    );
    assert_eq!(stage.token(&other).await.1["error_code"], "KOE303");
    assert_eq!(
        stage.token(&stage.redeem(&code)).await.1["error_code"],
        "KOE320"
    );
}

#[tokio::test]
async fn a_code_expires() {
    let stage = Stage::open().await;
    let code = stage.code(3_000_000_002, &[]).await;
    stage.clock(601).await;
    assert_eq!(
        stage.token(&stage.redeem(&code)).await.1["error_code"],
        "KOE320"
    );
}

#[tokio::test]
async fn a_challenge_needs_its_verifier() {
    let stage = Stage::open().await;
    let pkce = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let code = stage.code(3_000_000_002, &pkce).await;
    let right = replaced(stage.redeem(&code), "code_verifier", VERIFIER);
    assert_eq!(stage.token(&right).await.0, 200);
    let code = stage.code(3_000_000_002, &pkce).await;
    let wrong = replaced(stage.redeem(&code), "code_verifier", "guess");
    assert_eq!(stage.token(&wrong).await.1["error"], "invalid_grant");
    let code = stage.code(3_000_000_002, &pkce).await;
    assert_eq!(
        stage.token(&stage.redeem(&code)).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_refresh_token_is_replaced_only_in_its_last_month() {
    let stage = Stage::open().await;
    let code = stage.code(3_000_000_002, &[]).await;
    let (_, tokens) = stage.token(&stage.redeem(&code)).await;
    let old = text(&tokens, "refresh_token");
    let refresh = |token: String| {
        let stage = &stage;
        async move {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", stage.settings.rest_key.as_str()),
                ("client_secret", stage.settings.client_secret.as_str()),
                ("refresh_token", token.as_str()),
            ];
            stage.token(&form).await
        }
    };
    let (status, early) = refresh(old.clone()).await;
    assert_eq!(status, 200, "{early}");
    assert_eq!(early["refresh_token"], Value::Null);
    assert_ne!(early["access_token"], tokens["access_token"]);

    stage.clock(31 * DAY).await;
    let (_, late) = refresh(old.clone()).await;
    let fresh = text(&late, "refresh_token");
    assert_ne!(fresh, old);
    assert_eq!(refresh(old).await.1["error_code"], "KOE322");

    stage.clock(31 * DAY + 60 * DAY).await;
    assert_eq!(refresh(fresh).await.1["error_code"], "KOE322");
    assert_eq!(refresh(String::new()).await.1["error_code"], "KOE319");
}

#[tokio::test]
async fn the_twenty_first_token_in_ten_minutes_is_too_many() {
    let stage = Stage::open().await;
    for _ in 0..20 {
        let code = stage
            .code(3_000_000_002, &[("scope", "account_email")])
            .await;
        assert_eq!(stage.token(&stage.redeem(&code)).await.0, 200);
    }
    let code = stage
        .code(3_000_000_002, &[("scope", "account_email")])
        .await;
    let (status, body) = stage.token(&stage.redeem(&code)).await;
    assert_eq!(
        (status, text(&body, "error_code")),
        (429, "KOE237".to_owned())
    );
}
