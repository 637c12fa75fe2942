//! OpenID Connect, verified as a client does: discovery, key set and signature.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_sandbox::{TestSandbox, status_and_json, text};

/// Verifies signature, issuer and audience of a token and returns its claims.
async fn verify(sandbox: &TestSandbox, token: &str) -> Value {
    let kid = decode_header(token).expect("a header").kid.expect("a kid");
    let keys = sandbox
        .get("/.well-known/jwks.json")
        .send()
        .await
        .expect("an answer");
    let (_, keys) = status_and_json(keys).await;
    let keys = keys["keys"].as_array().expect("keys").clone();
    let key = keys
        .iter()
        .find(|key| key["kid"] == kid)
        .expect("the key that signed");
    let key = DecodingKey::from_rsa_components(&text(key, "n"), &text(key, "e")).expect("a key");
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[&sandbox.settings.rest_key]);
    rules.set_issuer(&[sandbox.inner.url()]);
    decode(token, &key, &rules).expect("a valid token").claims
}

async fn id_token(sandbox: &TestSandbox, person: i64) -> String {
    let code = sandbox.code(person, &[("nonce", "n-1")]).await;
    text(
        &sandbox.token(&sandbox.redeem_form(&code)).await.1,
        "id_token",
    )
}

#[tokio::test]
async fn an_id_token_is_signed_and_carries_the_nonce() {
    let sandbox = TestSandbox::start().await;
    let claims = verify(&sandbox, &id_token(&sandbox, 3_000_000_001).await).await;
    assert_eq!(claims["sub"], "3000000001");
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["nickname"], "한소리");
    assert_eq!(claims["email"], "sori@sandbox.example");
    let unverified = verify(&sandbox, &id_token(&sandbox, 3_000_000_003).await).await;
    assert_eq!(unverified["email"], Value::Null);
}

#[tokio::test]
async fn a_rotation_signs_with_a_new_key_and_still_publishes_the_old_one() {
    let sandbox = TestSandbox::start().await;
    let before = id_token(&sandbox, 3_000_000_001).await;
    let rotated = sandbox
        .admin(Method::POST, "/sandbox/keys/rotation", json!({}))
        .await;
    let after = id_token(&sandbox, 3_000_000_001).await;
    assert_eq!(
        decode_header(&after).unwrap().kid,
        Some(text(&rotated, "kid"))
    );
    verify(&sandbox, &before).await;
    verify(&sandbox, &after).await;
}

#[tokio::test]
async fn discovery_lists_the_own_urls() {
    let sandbox = TestSandbox::start().await;
    let sent = sandbox
        .get("/.well-known/openid-configuration")
        .send()
        .await
        .unwrap();
    let (_, found) = status_and_json(sent).await;
    assert_eq!(found["issuer"], sandbox.inner.url());
    assert_eq!(found["token_endpoint"], sandbox.url("/oauth/token"));
    assert_eq!(found["jwks_uri"], sandbox.url("/.well-known/jwks.json"));
}

#[tokio::test]
async fn userinfo_and_token_info_return_claims() {
    let sandbox = TestSandbox::start().await;
    let (id, token) = sandbox
        .person(json!({"nickname": "정보", "email": "i@sandbox.example"}))
        .await;
    let (_, info) = sandbox.get_with_token("/v1/oidc/userinfo", &token).await;
    assert_eq!(info["sub"], id.to_string());
    assert_eq!(
        (&info["nickname"], &info["email_verified"]),
        (&json!("정보"), &json!(true))
    );

    let body = json!({"app_id": 7, "id": 42});
    let foreign = sandbox.admin(Method::POST, "/sandbox/tokens", body).await;
    let response = sandbox
        .get("/v1/oidc/userinfo")
        .bearer_auth(text(&foreign, "access_token"))
        .send()
        .await;
    let (status, refusal) = status_and_json(response.unwrap()).await;
    assert_eq!((status, refusal["code"].as_i64()), (403, Some(-402)));
    assert!(refusal["required_scopes"].is_array());

    let id_token = id_token(&sandbox, 3_000_000_001).await;
    let form = [("id_token", id_token.as_str())];
    let decoded = sandbox
        .post("/oauth/tokeninfo")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(status_and_json(decoded).await.1["sub"], "3000000001");
    let broken = sandbox
        .post("/oauth/tokeninfo")
        .form(&[("id_token", "x.y.z")])
        .send()
        .await;
    assert_eq!(
        status_and_json(broken.unwrap()).await.1["error_code"],
        "KOE400"
    );
}
