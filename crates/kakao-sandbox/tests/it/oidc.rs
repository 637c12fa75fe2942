//! OpenID Connect, checked the way a client checks it: by discovery, key set and signature.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_sandbox::{Stage, facts, text};

/// Claims of a token whose signature, issuer and audience hold.
async fn verified(stage: &Stage, token: &str) -> Value {
    let kid = decode_header(token).expect("a header").kid.expect("a kid");
    let keys = stage
        .get("/.well-known/jwks.json")
        .send()
        .await
        .expect("an answer");
    let (_, keys) = facts(keys).await;
    let keys = keys["keys"].as_array().expect("keys").clone();
    let key = keys
        .iter()
        .find(|key| key["kid"] == kid)
        .expect("the key that signed");
    let key = DecodingKey::from_rsa_components(&text(key, "n"), &text(key, "e")).expect("a key");
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[&stage.settings.rest_key]);
    rules.set_issuer(&[stage.sandbox.url()]);
    decode(token, &key, &rules).expect("a valid token").claims
}

async fn id_token(stage: &Stage, person: i64) -> String {
    let code = stage.code(person, &[("nonce", "n-1")]).await;
    text(&stage.token(&stage.redeem(&code)).await.1, "id_token")
}

#[tokio::test]
async fn an_id_token_is_signed_and_carries_the_nonce() {
    let stage = Stage::open().await;
    let claims = verified(&stage, &id_token(&stage, 3_000_000_001).await).await;
    assert_eq!(claims["sub"], "3000000001");
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["nickname"], "한소리");
    assert_eq!(claims["email"], "sori@sandbox.example");
    let unverified = verified(&stage, &id_token(&stage, 3_000_000_003).await).await;
    assert_eq!(unverified["email"], Value::Null);
}

#[tokio::test]
async fn a_rotation_signs_with_a_new_key_and_keeps_the_old_one_readable() {
    let stage = Stage::open().await;
    let before = id_token(&stage, 3_000_000_001).await;
    let rotated = stage
        .admin(Method::POST, "/sandbox/keys/rotation", json!({}))
        .await;
    let after = id_token(&stage, 3_000_000_001).await;
    assert_eq!(
        decode_header(&after).unwrap().kid,
        Some(text(&rotated, "kid"))
    );
    verified(&stage, &before).await;
    verified(&stage, &after).await;
}

#[tokio::test]
async fn discovery_points_at_the_sandbox_itself() {
    let stage = Stage::open().await;
    let sent = stage
        .get("/.well-known/openid-configuration")
        .send()
        .await
        .unwrap();
    let (_, found) = facts(sent).await;
    assert_eq!(found["issuer"], stage.sandbox.url());
    assert_eq!(found["token_endpoint"], stage.url("/oauth/token"));
    assert_eq!(found["jwks_uri"], stage.url("/.well-known/jwks.json"));
}

#[tokio::test]
async fn userinfo_and_token_info_answer() {
    let stage = Stage::open().await;
    let (id, token) = stage
        .person(json!({"nickname": "정보", "email": "i@sandbox.example"}))
        .await;
    let (_, info) = stage.with_token("/v1/oidc/userinfo", &token).await;
    assert_eq!(info["sub"], id.to_string());
    assert_eq!(
        (&info["nickname"], &info["email_verified"]),
        (&json!("정보"), &json!(true))
    );

    let body = json!({"app_id": 7, "id": 42});
    let foreign = stage.admin(Method::POST, "/sandbox/tokens", body).await;
    let response = stage
        .get("/v1/oidc/userinfo")
        .bearer_auth(text(&foreign, "access_token"))
        .send()
        .await;
    let (status, refusal) = facts(response.unwrap()).await;
    assert_eq!((status, refusal["code"].as_i64()), (403, Some(-402)));
    assert!(refusal["required_scopes"].is_array());

    let id_token = id_token(&stage, 3_000_000_001).await;
    let form = [("id_token", id_token.as_str())];
    let decoded = stage
        .post("/oauth/tokeninfo")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(facts(decoded).await.1["sub"], "3000000001");
    let broken = stage
        .post("/oauth/tokeninfo")
        .form(&[("id_token", "x.y.z")])
        .send()
        .await;
    assert_eq!(facts(broken.unwrap()).await.1["error_code"], "KOE400");
}
