//! Kakao Login: what is sent, and how each response is classified.

use kakao::login::{AuthorizeRequest, LoginClient, LoginConfig, LoginError, Outage};

use crate::mock_server::{MockServer, SHORT};

fn config(url: &str) -> LoginConfig {
    LoginConfig {
        auth_url: url.to_owned(),
        api_url: url.to_owned(),
        app_id: 1234,
        rest_key: "invented-rest-key".to_owned(),
        client_secret: "invented-client-secret".into(),
        admin_key: "invented-admin-key".into(),
    }
}

fn client(url: &str) -> LoginClient {
    LoginClient::with_timeouts(config(url), SHORT).unwrap()
}

fn rejected(code: &str) -> LoginError {
    LoginError::Rejected {
        code: code.to_owned(),
    }
}

fn misconfigured(code: &str) -> LoginError {
    LoginError::Misconfigured {
        code: code.to_owned(),
    }
}

#[test]
fn the_authorization_url_contains_every_parameter_escaped() {
    let url = client("https://kauth.example").authorize_url(&AuthorizeRequest {
        redirect_uri: "http://localhost:8000/login?a=b&c",
        state: "s&t",
        nonce: Some("n"),
        pkce_challenge: "c",
        scope: Some("profile_nickname,account_email"),
    });
    assert_eq!(
        url,
        "https://kauth.example/oauth/authorize?response_type=code&client_id=invented-rest-key\
         &redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Flogin%3Fa%3Db%26c&state=s%26t\
         &code_challenge=c&code_challenge_method=S256&nonce=n\
         &scope=profile_nickname%2Caccount_email"
    );
}

#[tokio::test]
async fn a_code_is_exchanged_with_secret_and_verifier_in_the_body() {
    let body = r#"{"access_token":"AT-1","expires_in":"21599","refresh_token":"RT-1"}"#;
    let mut kakao = MockServer::responding(200, body).await;
    let tokens = client(&kakao.url)
        .exchange_code("http://localhost/r", "c1", "v1")
        .await
        .unwrap();
    assert_eq!(tokens.access_token.expose(), "AT-1");
    assert_eq!(tokens.expires_in, Some(21_599));
    assert_eq!(tokens.refresh_token.as_ref().unwrap().expose(), "RT-1");
    assert!(!format!("{tokens:?}").contains("-1"), "{tokens:?}");

    let request = kakao.request().await;
    assert!(
        request.starts_with("POST /oauth/token HTTP/1.1\r\n"),
        "{request}"
    );
    let form = request.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(
        form,
        "grant_type=authorization_code&redirect_uri=http%3A%2F%2Flocalhost%2Fr&code=c1\
         &code_verifier=v1&client_id=invented-rest-key&client_secret=invented-client-secret"
    );
}

#[tokio::test]
async fn a_refresh_without_a_new_refresh_token_keeps_the_old_one() {
    let kakao = MockServer::responding(200, r#"{"access_token":"AT-2"}"#).await;
    let tokens = client(&kakao.url).refresh("RT-old").await.unwrap();
    assert_eq!(tokens.refresh_token.unwrap().expose(), "RT-old");

    let body = r#"{"access_token":"AT-2","refresh_token":"RT-new"}"#;
    let kakao = MockServer::responding(200, body).await;
    let tokens = client(&kakao.url).refresh("RT-old").await.unwrap();
    assert_eq!(tokens.refresh_token.unwrap().expose(), "RT-new");
}

#[tokio::test]
async fn errors_of_the_token_server_are_classified_by_code() {
    let server = |http| LoginError::Unavailable(Outage::Server { http });
    let rate_limited = LoginError::RateLimited { retry_after: None };
    for (http, body, expected) in [
        (
            400,
            r#"{"error":"invalid_grant","error_code":"KOE320"}"#,
            rejected("KOE320"),
        ),
        (400, r#"{"error_code":"KOE322"}"#, rejected("KOE322")),
        (
            400,
            r#"{"error":"invalid_grant"}"#,
            rejected("invalid_grant"),
        ),
        (
            401,
            r#"{"error":"invalid_client","error_code":"KOE010"}"#,
            misconfigured("KOE010"),
        ),
        (
            400,
            r#"{"error":"invalid_client","error_code":"KOE101"}"#,
            misconfigured("KOE101"),
        ),
        (400, r#"{"error_code":"KOE237"}"#, rate_limited.clone()),
        (429, "", rate_limited),
        (
            400,
            "<html>",
            LoginError::Unavailable(Outage::MalformedResponse),
        ),
        (400, r#"{"error_code":"KOE003"}"#, server(400)),
        (502, r#"{"error_code":"KOE320"}"#, server(502)),
    ] {
        let kakao = MockServer::responding(http, body).await;
        let error = client(&kakao.url)
            .exchange_code("r", "c", "v")
            .await
            .unwrap_err();
        assert_eq!(error, expected, "{http} {body}");
    }
}

#[tokio::test]
async fn an_error_does_not_contain_the_code_that_kakao_repeats() {
    let body = r#"{"error":"invalid_grant","error_code":"KOE320",
        "error_description":"authorization code not found for code=c-hush"}"#;
    let kakao = MockServer::responding(400, body).await;
    let error = client(&kakao.url)
        .exchange_code("r", "c-hush", "v")
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hush"));
}

#[tokio::test]
async fn a_token_of_our_app_is_verified() {
    let body = r#"{"id":9007199254740993,"expires_in":7199,"app_id":"1234"}"#;
    let mut kakao = MockServer::responding(200, body).await;
    let id = client(&kakao.url)
        .verify_access_token("AT-1")
        .await
        .unwrap();
    assert_eq!(id.get(), 9_007_199_254_740_993);
    let request = kakao.request().await;
    assert!(
        request.starts_with("GET /v1/user/access_token_info HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("authorization: Bearer AT-1\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn a_token_of_another_app_is_refused() {
    let kakao = MockServer::responding(200, r#"{"id":1,"expires_in":1,"app_id":4321}"#).await;
    let outcome = client(&kakao.url).verify_access_token("AT-1").await;
    assert_eq!(outcome, Err(LoginError::WrongApp));
}

#[tokio::test]
async fn a_token_info_without_id_or_app_is_incomplete() {
    for body in [
        r#"{"id":1}"#,
        r#"{"app_id":1234}"#,
        r#"{"id":0,"app_id":1234}"#,
    ] {
        let kakao = MockServer::responding(200, body).await;
        let outcome = client(&kakao.url).verify_access_token("AT-1").await;
        assert_eq!(outcome, Err(LoginError::Incomplete), "{body}");
    }
}

#[tokio::test]
async fn a_token_that_is_invalid_in_a_header_is_rejected_unsent() {
    let mut kakao = MockServer::responding(200, "{}").await;
    let client = client(&kakao.url);
    let long = "a".repeat(3000);
    for token in ["", "a\r\nx: y", "a\0b", &long] {
        assert_eq!(client.user_me(token).await, Err(rejected("malformed")));
    }
    assert!(!kakao.was_requested());
}

#[tokio::test]
async fn errors_of_the_user_api_are_classified_by_code() {
    let internal = |code| LoginError::Unavailable(Outage::Internal { code });
    for (http, body, expected) in [
        (
            401,
            r#"{"msg":"this access token does not exist","code":-401}"#,
            rejected("-401"),
        ),
        (400, r#"{"msg":"bad","code":-2}"#, rejected("-2")),
        (400, r#"{"msg":"internal","code":-1}"#, internal(-1)),
        (
            400,
            r#"{"msg":"quota","code":-10}"#,
            LoginError::RateLimited { retry_after: None },
        ),
        (
            403,
            r#"{"msg":"feature off","code":-3}"#,
            misconfigured("-3"),
        ),
        (
            403,
            r#"{"msg":"insufficient scopes.","code":-402}"#,
            LoginError::Incomplete,
        ),
        (
            503,
            r#"{"code":-9798}"#,
            LoginError::Unavailable(Outage::Server { http: 503 }),
        ),
        (
            400,
            "oops",
            LoginError::Unavailable(Outage::MalformedResponse),
        ),
        (
            200,
            "oops",
            LoginError::Unavailable(Outage::MalformedResponse),
        ),
        (200, "{}", LoginError::Incomplete),
    ] {
        let kakao = MockServer::responding(http, body).await;
        assert_eq!(
            client(&kakao.url).user_me("AT-1").await,
            Err(expected),
            "{http} {body}"
        );
    }
}

#[tokio::test]
async fn a_rate_limit_reports_how_long_to_wait() {
    let kakao = MockServer::responding_with_headers(429, "retry-after: 30\r\n", "{}").await;
    let outcome = client(&kakao.url).user_me("AT-1").await;
    assert_eq!(
        outcome,
        Err(LoginError::RateLimited {
            retry_after: Some(30)
        })
    );
}

#[tokio::test]
async fn an_unreachable_silent_or_disconnecting_server_is_unavailable() {
    let unavailable = |outage| Err(LoginError::Unavailable(outage));
    let unreachable = MockServer::unreachable().await;
    assert_eq!(
        client(&unreachable).user_me("AT-1").await,
        unavailable(Outage::Unreachable)
    );
    let silent = MockServer::silent().await;
    assert_eq!(
        client(&silent.url).user_me("AT-1").await,
        unavailable(Outage::TimedOut)
    );
    let gone = MockServer::hanging_up().await;
    assert_eq!(
        client(&gone.url).user_me("AT-1").await,
        unavailable(Outage::ConnectionLost)
    );
}

#[tokio::test]
async fn a_member_who_consented_to_nothing_still_has_an_id() {
    let body = r#"{"id":3000000001,"kakao_account":{"profile_nickname_needs_agreement":true}}"#;
    let mut kakao = MockServer::responding(200, body).await;
    let user = client(&kakao.url).user_me("AT-1").await.unwrap();
    assert_eq!(user.id, 3_000_000_001);
    assert_eq!(
        (user.nickname, user.email, user.birthday),
        (None, None, None)
    );
    let request = kakao.request().await;
    assert!(
        request.starts_with("GET /v2/user/me?secure_resource=true HTTP/1.1"),
        "{request}"
    );
}

#[tokio::test]
async fn unlinking_uses_the_admin_key_and_accepts_an_unlinked_member() {
    for (http, body) in [
        (200, r#"{"id":7}"#),
        (400, r#"{"msg":"not linked","code":-101}"#),
    ] {
        let mut kakao = MockServer::responding(http, body).await;
        client(&kakao.url).unlink(7).await.unwrap();
        let request = kakao.request().await;
        assert!(
            request.contains("authorization: KakaoAK invented-admin-key\r\n"),
            "{request}"
        );
        assert!(
            request.ends_with("target_id_type=user_id&target_id=7"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn unlinking_with_a_bad_or_missing_admin_key_is_a_misconfiguration() {
    let kakao = MockServer::responding(401, r#"{"msg":"bad key","code":-401}"#).await;
    assert_eq!(
        client(&kakao.url).unlink(7).await,
        Err(misconfigured("-401"))
    );
    let config = LoginConfig {
        admin_key: "".into(),
        ..config(&kakao.url)
    };
    let keyless = LoginClient::with_timeouts(config, SHORT).unwrap();
    assert_eq!(keyless.unlink(7).await, Err(misconfigured("no admin key")));
}

#[test]
fn a_client_does_not_print_its_keys() {
    let printed = format!("{:?}", client("http://127.0.0.1:1"));
    assert!(!printed.contains("invented-client-secret") && !printed.contains("invented-admin-key"));
}
