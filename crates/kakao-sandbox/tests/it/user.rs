//! The user API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_sandbox::{TestSandbox, status_and_json, text};

#[tokio::test]
async fn an_account_with_all_consents_shows_every_field() {
    let sandbox = TestSandbox::start().await;
    let (id, token) = sandbox
        .person(
            json!({"nickname": "가득", "email": "full@sandbox.example", "birthday": "1130",
            "gender": "female", "age_range": "20~29", "has_picture": true}),
        )
        .await;
    let (status, me) = sandbox
        .get_with_token("/v2/user/me?secure_resource=true", &token)
        .await;
    assert_eq!(status, 200);
    assert_eq!(me["id"], id);
    assert!(text(&me, "connected_at").ends_with('Z'));
    assert_eq!(me["properties"]["nickname"], "가득");
    let account = &me["kakao_account"];
    assert_eq!(account["email_needs_agreement"], false);
    assert_eq!(account["is_email_valid"], true);
    assert_eq!(account["is_email_verified"], true);
    assert_eq!(account["birthday"], "1130");
    assert_eq!(account["birthday_type"], "SOLAR");
    assert_eq!(account["gender"], "female");
    assert_eq!(account["age_range"], "20~29");
    assert_eq!(account["profile"]["is_default_image"], false);
    assert!(text(&account["profile"], "profile_image_url").starts_with("https://"));
    assert_eq!(
        account["phone_number_needs_agreement"],
        Value::Null,
        "not configured: no key"
    );
    let (_, plain) = sandbox.get_with_token("/v2/user/me", &token).await;
    let url = text(&plain["kakao_account"]["profile"], "thumbnail_image_url");
    assert!(url.starts_with("http://"));
}

#[tokio::test]
async fn a_field_without_consent_has_a_flag_and_no_value() {
    let sandbox = TestSandbox::start().await;
    let (_, token) = sandbox
        .person(
            json!({"nickname": "조용", "email": "q@sandbox.example", "birthday": "0101",
            "consents": []}),
        )
        .await;
    let (_, me) = sandbox.get_with_token("/v2/user/me", &token).await;
    let account = &me["kakao_account"];
    for item in ["email", "birthday", "gender", "age_range", "profile_image"] {
        assert_eq!(account[format!("{item}_needs_agreement")], true, "{item}");
        assert_eq!(account[item], Value::Null, "{item}");
    }
    assert_eq!(
        account["profile"]["nickname"], "조용",
        "required with the link"
    );
    assert_eq!(account["profile"]["profile_image_url"], Value::Null);
}

#[tokio::test]
async fn an_account_may_lack_an_email_or_have_an_unverified_one_or_a_huge_id() {
    let sandbox = TestSandbox::start().await;
    let (_, token) = sandbox.person(json!({"nickname": "무메일"})).await;
    let (_, me) = sandbox.get_with_token("/v2/user/me", &token).await;
    assert_eq!(me["kakao_account"]["email_needs_agreement"], false);
    assert_eq!(me["kakao_account"]["email"], Value::Null);

    let unverified = json!({"email": "u@sandbox.example", "email_verified": false});
    let (_, token) = sandbox.person(unverified).await;
    let (_, me) = sandbox.get_with_token("/v2/user/me", &token).await;
    assert_eq!(me["kakao_account"]["is_email_verified"], false);

    let huge = 9_007_199_254_740_995_i64;
    let path = format!("/sandbox/people/{huge}/token");
    let issued = sandbox.admin(Method::POST, &path, json!({})).await;
    let token = text(&issued, "access_token");
    assert_eq!(
        sandbox.get_with_token("/v2/user/me", &token).await.1["id"],
        huge
    );
    assert_eq!(
        sandbox
            .get_with_token("/v1/user/access_token_info", &token)
            .await
            .1["id"],
        huge
    );
}

#[tokio::test]
async fn property_keys_select_fields() {
    let sandbox = TestSandbox::start().await;
    let (_, token) = sandbox
        .person(json!({"nickname": "좁다", "gender": "male"}))
        .await;
    let ask = |keys: &'static str| {
        sandbox
            .post("/v2/user/me")
            .bearer_auth(&token)
            .form(&[("property_keys", keys)])
            .send()
    };
    let (_, me) = status_and_json(ask(r#"["kakao_account.gender"]"#).await.unwrap()).await;
    assert_eq!(
        me["kakao_account"],
        json!({"gender_needs_agreement": false, "gender": "male"})
    );
    assert_eq!(me["properties"], Value::Null);
    let (status, refusal) = status_and_json(ask(r#"["kakao_account.shoe"]"#).await.unwrap()).await;
    assert_eq!((status, refusal["code"].as_i64()), (400, Some(-201)));
    let (_, refusal) = status_and_json(ask("gender").await.unwrap()).await;
    assert_eq!(refusal["code"], -2);
}

#[tokio::test]
async fn token_info_contains_the_app_id() {
    let sandbox = TestSandbox::start().await;
    let (id, token) = sandbox.person(json!({})).await;
    let (_, info) = sandbox
        .get_with_token("/v1/user/access_token_info", &token)
        .await;
    assert_eq!(info["id"], id);
    assert_eq!(info["app_id"], sandbox.settings.app_id);
    assert!(
        info["expires_in"]
            .as_i64()
            .is_some_and(|left| (21_000..=21_599).contains(&left))
    );

    let body = json!({"app_id": 7, "id": id});
    let foreign = sandbox.admin(Method::POST, "/sandbox/tokens", body).await;
    let (_, info) = sandbox
        .get_with_token(
            "/v1/user/access_token_info",
            &text(&foreign, "access_token"),
        )
        .await;
    assert_eq!(
        (info["app_id"].as_i64(), info["id"].as_i64()),
        (Some(7), Some(id))
    );
}

#[tokio::test]
async fn unknown_malformed_and_expired_tokens_have_different_errors() {
    let sandbox = TestSandbox::start().await;
    let path = "/v1/user/access_token_info";
    let response = sandbox
        .get(path)
        .bearer_auth("never-issued-token")
        .send()
        .await
        .unwrap();
    assert_eq!(
        response.headers()["www-authenticate"],
        "Bearer error=invalid_token"
    );
    let (status, body) = status_and_json(response).await;
    assert_eq!((status, body["code"].as_i64()), (401, Some(-401)));
    let (status, body) = sandbox.get_with_token(path, "x").await;
    assert_eq!((status, body["code"].as_i64()), (400, Some(-2)));

    let expired = json!({"app_id": sandbox.settings.app_id, "id": 3_000_000_001_i64,
        "expires_in": -1});
    let expired = sandbox
        .admin(Method::POST, "/sandbox/tokens", expired)
        .await;
    let (status, body) = sandbox
        .get_with_token(path, &text(&expired, "access_token"))
        .await;
    assert_eq!(
        (status, text(&body, "msg").contains("expired")),
        (401, true)
    );
    assert_eq!(
        status_and_json(sandbox.get("/v2/user/me").send().await.unwrap())
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn the_admin_key_can_read_and_unlink_any_account() {
    let sandbox = TestSandbox::start().await;
    let (id, token) = sandbox.person(json!({"nickname": "표적"})).await;
    let id = id.to_string();
    let target = [("target_id_type", "user_id"), ("target_id", id.as_str())];
    let admin = |path: &str, key: &str| {
        let request = sandbox
            .post(path)
            .header("Authorization", format!("KakaoAK {key}"));
        request.form(&target).send()
    };
    let key = &sandbox.settings.admin_key;
    let (_, me) = status_and_json(admin("/v2/user/me", key).await.unwrap()).await;
    assert_eq!(me["properties"]["nickname"], "표적");

    let wrong = admin("/v1/user/unlink", "wrong").await.unwrap();
    assert_eq!(
        wrong.headers()["www-authenticate"],
        "KakaoAK error=invalid_token"
    );
    assert_eq!(wrong.status(), 401);
    let (status, body) = status_and_json(admin("/v1/user/unlink", key).await.unwrap()).await;
    assert_eq!((status, body["id"].to_string()), (200, id.clone()));
    assert_eq!(
        sandbox.get_with_token("/v2/user/me", &token).await.0,
        401,
        "all tokens die"
    );
    let (status, body) = status_and_json(admin("/v1/user/unlink", key).await.unwrap()).await;
    assert_eq!((status, body["code"].as_i64()), (400, Some(-101)));
}

#[tokio::test]
async fn logout_revokes_one_token_or_all() {
    let sandbox = TestSandbox::start().await;
    let (id, first) = sandbox.person(json!({})).await;
    let path = format!("/sandbox/people/{id}/token");
    let second = text(
        &sandbox.admin(Method::POST, &path, json!({})).await,
        "access_token",
    );
    sandbox
        .post("/v1/user/logout")
        .bearer_auth(&first)
        .send()
        .await
        .unwrap();
    assert_eq!(sandbox.get_with_token("/v2/user/me", &first).await.0, 401);
    assert_eq!(sandbox.get_with_token("/v2/user/me", &second).await.0, 200);
    let all = sandbox
        .post("/v1/user/logout")
        .header(
            "Authorization",
            format!("KakaoAK {}", sandbox.settings.admin_key),
        )
        .form(&[
            ("target_id_type", "user_id"),
            ("target_id", &id.to_string()),
        ]);
    assert_eq!(all.send().await.unwrap().status(), 200);
    assert_eq!(sandbox.get_with_token("/v2/user/me", &second).await.0, 401);
}

#[tokio::test]
async fn consents_are_listed_and_can_be_revoked() {
    let sandbox = TestSandbox::start().await;
    let (_, token) = sandbox.person(json!({"gender": "male"})).await;
    let agreed = |body: &Value, id: &str| {
        let scopes = body["scopes"].as_array().expect("scopes").clone();
        scopes
            .iter()
            .find(|scope| scope["id"] == id)
            .expect("a scope")["agreed"]
            .clone()
    };
    let (_, before) = sandbox.get_with_token("/v2/user/scopes", &token).await;
    assert_eq!(agreed(&before, "gender"), true);
    let revoke = |scopes: &'static str| {
        let request = sandbox.post("/v2/user/revoke/scopes").bearer_auth(&token);
        request.form(&[("scopes", scopes)]).send()
    };
    let (_, after) = status_and_json(revoke(r#"["gender"]"#).await.unwrap()).await;
    assert_eq!(agreed(&after, "gender"), false);
    let (_, me) = sandbox.get_with_token("/v2/user/me", &token).await;
    assert_eq!(me["kakao_account"]["gender_needs_agreement"], true);
    let (status, _) = status_and_json(revoke(r#"["profile_nickname"]"#).await.unwrap()).await;
    assert_eq!(status, 400);
}
