//! Authentication: access tokens, refresh tokens, and invalid tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, send};

const SECRET: &str = "a-secret-of-these-tests-0123456789abcdef";
const PROFILE: &str = "/account/";

/// Status of the own-profile request with this `Authorization` header.
async fn profile_status(app: &App, authorization: &str) -> u16 {
    let call = app.visitor(Method::POST, PROFILE);
    let answer = send(call.header("authorization", authorization)).await;
    if answer.status == StatusCode::UNAUTHORIZED {
        assert!(answer.json()["detail"].is_string());
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    answer.status.as_u16()
}

fn payload_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn sign(algorithm: Algorithm, claims: &Value, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(algorithm), claims, &key).unwrap()
}

#[tokio::test]
async fn a_request_without_a_token_is_401() {
    let app = App::start().await;
    let member = app.member("지우").await;
    assert_eq!(
        profile_status(&app, &format!("Bearer {}", member.access)).await,
        200
    );
    let long = format!("Bearer {}", "a".repeat(5_000));
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer undefined",
        "Bearer a.b.c",
        "Bearer ..",
        "Basic dXNlcjpwYXNz",
        &format!("Token {}", member.access),
        &member.access,
        &format!("Bearer {} x", member.access),
        &long,
    ] {
        assert_eq!(profile_status(&app, header).await, 401, "{header:.40}");
    }
    let bare = send(app.visitor(Method::POST, PROFILE)).await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        bare.headers["content-type"],
        "application/json; charset=utf-8"
    );
}

#[tokio::test]
async fn every_member_route_requires_a_token() {
    let app = App::start().await;
    for (method, path) in [
        (Method::GET, "/account/?id=1"),
        (Method::PUT, "/account/"),
        (Method::DELETE, "/account/"),
        (Method::GET, "/account/search?username=a"),
        (Method::GET, "/follow/?follower=1"),
        (Method::POST, "/follow/"),
        (Method::DELETE, "/follow/"),
        (Method::GET, "/funding/?id=1"),
        (Method::POST, "/funding/"),
        (Method::PUT, "/funding/"),
        (Method::DELETE, "/funding/"),
        (Method::POST, "/funding/review"),
        (Method::GET, "/funding/user?id=1"),
        (Method::GET, "/funding/following"),
        (Method::GET, "/funding/joined"),
        (Method::POST, "/remit/kakaopay/ready"),
        (Method::POST, "/remit/kakaopay/approve"),
        (Method::GET, "/remit/kakaopay/approve"),
        (Method::POST, "/remit/"),
        (Method::PUT, "/remit/"),
        (Method::DELETE, "/remit/"),
        (Method::POST, "/report/"),
    ] {
        let call = app.visitor(method.clone(), path).bearer_auth("null");
        let answer = send(call).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert!(answer.json()["detail"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let app = App::with(&[("FUNSUN_TOKEN_SECRET", SECRET)]).await;
    let member = app.member("지우").await;
    let claims = payload_of(&member.access);
    let genuine = sign(Algorithm::HS256, &claims, SECRET);
    assert_eq!(
        profile_status(&app, &format!("Bearer {genuine}")).await,
        200
    );

    let parts: Vec<&str> = member.access.split('.').collect();
    let base64 = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut other = claims.clone();
    other["sub"] = 2.into();
    let changed = format!("{}.{}.{}", parts[0], base64(other.clone()), parts[2]);
    let none = base64(json!({"alg": "none", "typ": "JWT"}));
    let without = |field: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(field);
        sign(Algorithm::HS256, &claims, SECRET)
    };
    let with = |field: &str, value: Value| {
        let mut claims = claims.clone();
        claims[field] = value;
        sign(Algorithm::HS256, &claims, SECRET)
    };
    for (what, token) in [
        ("changed payload", changed),
        ("alg none", format!("{none}.{}.", parts[1])),
        (
            "alg none, old signature",
            format!("{none}.{}.{}", parts[1], parts[2]),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        (
            "another key",
            sign(
                Algorithm::HS256,
                &claims,
                "another-secret-of-the-same-length",
            ),
        ),
        ("another algorithm", sign(Algorithm::HS512, &claims, SECRET)),
        ("another issuer", with("iss", "elsewhere".into())),
        ("no issuer", without("iss")),
        ("no expiry", without("exp")),
        ("no type", without("typ")),
        ("no session", without("sid")),
        ("nobody", with("sub", 0.into())),
        ("negative", with("sub", (-1).into())),
        ("a name for a number", with("sub", "1' OR 1=1".into())),
    ] {
        assert_eq!(
            profile_status(&app, &format!("Bearer {token}")).await,
            401,
            "{what}"
        );
    }
}

#[tokio::test]
async fn refresh_and_access_tokens_are_not_interchangeable() {
    let app = App::start().await;
    let member = app.member("지우").await;
    assert_eq!(
        profile_status(&app, &format!("Bearer {}", member.refresh)).await,
        401
    );
    let refresh = async |token: &str| {
        let call = app.visitor(Method::POST, "/account/token/refresh");
        send(call.form(&[("refresh", token)])).await.status.as_u16()
    };
    assert_eq!(refresh(&member.access).await, 401);
    assert_eq!(refresh("null").await, 401);
    assert_eq!(refresh(&"x".repeat(10_000)).await, 401);
    let without = send(app.visitor(Method::POST, "/account/token/refresh")).await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST, "{without:?}");
}

#[tokio::test]
async fn one_refresh_token_renews_access_tokens_repeatedly() {
    let app = App::start().await;
    let member = app.member("지우").await;
    app.move_clock(1_790).await;
    assert_eq!(
        profile_status(&app, &format!("Bearer {}", member.access)).await,
        200
    );
    app.move_clock(1_801).await;
    assert_eq!(
        profile_status(&app, &format!("Bearer {}", member.access)).await,
        401
    );
    for path in ["/account/token/refresh", "/account/token/refresh/"] {
        let call = app.visitor(Method::POST, path).bearer_auth(&member.access);
        let answer = send(call.form(&[("refresh", &member.refresh)])).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let body = answer.json();
        assert_eq!(body["access"], body["access_token"]);
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(profile_status(&app, &format!("Bearer {token}")).await, 200);
    }
    app.move_clock(181 * 86_400).await;
    let call = app.visitor(Method::POST, "/account/token/refresh");
    let late = send(call.json(&json!({"refresh": member.refresh}))).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logging_out_ends_this_login_or_all_logins() {
    let app = App::start().await;
    let person = json!({"nickname": "지우"});
    let person = app.sandbox(Method::POST, "/sandbox/people", person).await;
    let kakao = person["access_token"].as_str().unwrap();
    let (phone, tablet) = (app.log_in(kakao).await, app.log_in(kakao).await);
    let works = async |member: &crate::app::Member| {
        let access = profile_status(&app, &format!("Bearer {}", member.access)).await;
        let call = app.visitor(Method::POST, "/account/token/refresh");
        let refresh = send(call.form(&[("refresh", &member.refresh)])).await;
        (access, refresh.status.as_u16())
    };
    let out = send(phone.call(Method::DELETE, "/account/session")).await;
    assert_eq!(out.status, StatusCode::OK);
    assert_eq!(works(&phone).await, (401, 401));
    assert_eq!(works(&tablet).await, (200, 200));
    let laptop = app.log_in(kakao).await;
    let out = send(laptop.call(Method::DELETE, "/account/sessions")).await;
    assert_eq!(out.status, StatusCode::OK);
    assert_eq!(works(&tablet).await, (401, 401));
    assert_eq!(works(&laptop).await, (401, 401));
}

#[tokio::test]
async fn ended_logins_stay_ended_after_a_restart() {
    let mut app = App::start().await;
    let (out, stays) = (app.member("나간이").await, app.member("남은이").await);
    let gone = app.member("떠난이").await;
    send(out.call(Method::DELETE, "/account/session")).await;
    send(gone.call(Method::DELETE, "/account/")).await;
    app.kill().await;
    app.restart().await;
    for (member, status) in [(&out, 401), (&gone, 401), (&stays, 200)] {
        let member = app.reconnect(member);
        let own = send(member.call(Method::POST, PROFILE)).await;
        assert_eq!(own.status, status);
        assert_eq!(member.status("/funding/following").await, status);
    }
    let leave = async |member| {
        send(app.reconnect(member).call(Method::DELETE, PROFILE))
            .await
            .status
    };
    assert_eq!(leave(&gone).await, StatusCode::ALREADY_REPORTED);
    assert_eq!(
        leave(&out).await,
        StatusCode::UNAUTHORIZED,
        "logged out is not gone"
    );
}

#[tokio::test]
async fn no_route_returns_an_admin_token() {
    let app = App::start().await;
    let member = app.member("지우").await;
    for path in ["/account/token", "/account/token/"] {
        assert_eq!(member.status(path).await, 404);
        assert_eq!(send(app.visitor(Method::GET, path)).await.status, 404);
    }
}
