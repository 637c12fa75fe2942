//! The web app's pages: access, logins and forms.

use reqwest::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{Answer, App, send};
use crate::visitor::Visitor;

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    answer.headers[LOCATION].to_str().unwrap()
}

#[tokio::test]
async fn a_kakao_login_returns_to_the_previous_page() {
    let app = App::start().await;
    let person = app
        .sandbox(Method::POST, "/sandbox/people", json!({"nickname": "하늘"}))
        .await;
    let asked = send(app.visitor(Method::GET, "/login/kakao?next=/explore")).await;
    let kakao = location(&asked).to_owned();
    let attempt = asked.headers[SET_COOKIE].to_str().unwrap();
    assert!(attempt.contains("HttpOnly") && attempt.contains("SameSite=Lax"));
    let attempt = attempt.split(';').next().unwrap();
    let query = kakao.split_once('?').unwrap().1;
    let consent = format!("{query}&person={}&decision=all", person["id"]);
    let agreed = app
        .http
        .post(format!("{}/sandbox/consent", app.kakao))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(consent);
    let back = send(agreed).await.headers[LOCATION]
        .to_str()
        .unwrap()
        .to_owned();

    // Without the cookie of this login, the response belongs to another browser.
    let stranger = send(app.http.get(&back)).await;
    assert!(location(&stranger).contains("failed=expired"));
    assert!(!stranger.headers.get_all(SET_COOKIE).iter().any(|it| {
        let text = it.to_str().unwrap();
        text.starts_with("access=ey")
    }));

    let logged_in = send(app.http.get(&back).header(COOKIE, attempt)).await;
    assert_eq!(location(&logged_in), "/explore?done=welcome");
    let cookies: Vec<&str> = logged_in
        .headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|it| it.to_str().unwrap())
        .collect();
    for name in ["access=", "login="] {
        let cookie = cookies.iter().find(|it| it.starts_with(name)).unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    }
}

#[tokio::test]
async fn a_login_at_another_host_redirects_to_the_public_url() {
    let app = App::start().await;
    let call = app.visitor(Method::GET, "/login/kakao?next=/explore");
    let asked = send(call.header(HOST, "localhost:1")).await;
    let public = format!("{}/login/kakao?next=%2Fexplore", app.url);
    assert_eq!(location(&asked), public);
}

#[tokio::test]
async fn a_login_never_redirects_to_another_site() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let browser = Visitor::of(&minji);
    for next in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "evil",
    ] {
        let answer = browser.get(&format!("/login?next={next}")).await;
        assert_eq!(location(&answer), "/", "{next}");
    }
}

#[tokio::test]
async fn guests_are_redirected_to_the_login_and_members_are_not() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let (guest, member) = (Visitor::guest(&app), Visitor::of(&minji));
    for path in [
        "/me",
        "/me/edit",
        "/me/payments",
        "/notifications",
        "/fundings/new",
    ] {
        let answer = guest.get(path).await;
        assert!(location(&answer).starts_with("/login?next="), "{path}");
        let answer = member.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        assert_eq!(answer.headers["cache-control"], "private, no-store");
    }
    for path in [
        "/",
        "/explore",
        "/login",
        "/settings",
        "/faq",
        "/terms",
        "/privacy",
        "/offline",
    ] {
        let answer = guest.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    }
}

#[tokio::test]
async fn a_form_without_its_csrf_token_or_from_another_site_is_refused() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let browser = Visitor::of(&minji);
    let bare = send(browser.call(Method::POST, "/logout").form(&[("a", "b")])).await;
    assert_eq!(bare.status, StatusCode::FORBIDDEN, "{bare:?}");
    let csrf = browser.csrf().await;
    let foreign = browser
        .call(Method::POST, "/logout")
        .header("origin", "https://evil.example")
        .form(&[("_csrf", &csrf)]);
    assert_eq!(send(foreign).await.status, StatusCode::FORBIDDEN);
    let other = Visitor::of(&app.member("하늘").await).csrf().await;
    let borrowed = browser
        .call(Method::POST, "/logout")
        .form(&[("_csrf", &other)]);
    assert_eq!(send(borrowed).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/me").await.status, StatusCode::OK);
    assert_eq!(
        location(&browser.post("/logout", &[]).await),
        "/?done=logged_out"
    );
    assert_eq!(browser.get("/me").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn strangers_cannot_tell_a_friends_only_funding_from_an_unknown_one() {
    let app = App::start().await;
    let (minji, stranger) = (app.member("민지").await, app.member("행인").await);
    let funding = minji.opens("비밀 소원", false).await;
    let path = format!("/fundings/{}", funding["id"]);
    for browser in [Visitor::guest(&app), Visitor::of(&stranger)] {
        let (hidden, unknown) = (browser.get(&path).await, browser.get("/fundings/999").await);
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        // The only difference is the path to return to after the login.
        let neutral = |text: &str| {
            text.replace(funding["id"].to_string().as_str(), "N")
                .replace("999", "N")
        };
        assert_eq!(neutral(&hidden.text), neutral(&unknown.text));
        assert_eq!(
            browser.get(&format!("{path}/share")).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let own = Visitor::of(&minji).get(&path).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.text.contains("비밀 소원") && own.text.contains("og:title\" content=\"FunSun\""));
}

#[tokio::test]
async fn user_content_is_escaped() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let funding = minji.opens("<script>alert(1)</script>", true).await;
    let page = Visitor::guest(&app)
        .get(&format!("/fundings/{}", funding["id"]))
        .await;
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    assert!(page.text.contains("alert(1)"));
}

#[tokio::test]
async fn a_support_form_that_is_sent_repeatedly_creates_one_support() {
    let app = App::start().await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    let funding = minji.opens("생일 소원", true).await;
    let (id, browser) = (&funding["id"], Visitor::of(&haneul));
    let form = browser
        .get(&format!("/fundings/{id}/support?split=3"))
        .await
        .text;
    assert!(
        form.contains("value=\"33400\""),
        "a third of 100,000, rounded up"
    );
    let attempt = form.split("name=\"attempt\" value=\"").nth(1).unwrap();
    let attempt = attempt.split('"').next().unwrap();
    let path = format!("/fundings/{id}/support");
    let fields = [
        ("amount", "12,000"),
        ("message", "축하해"),
        ("attempt", attempt),
    ];
    let first = browser.post(&path, &fields).await;
    let again = browser.post(&path, &fields).await;
    assert_eq!(location(&first), location(&again));
    assert_eq!(app.kakaopay_payments().await.len(), 1);

    let go = browser.get(location(&first)).await;
    let refresh = go.headers["refresh"].to_str().unwrap();
    let pay = refresh.strip_prefix("0; url=").unwrap();
    let paid = send(app.http.post(pay).form(&[("action", "pay")])).await;
    // The returning browser may have lost its cookies.
    let back = send(app.http.get(paid.headers[LOCATION].to_str().unwrap())).await;
    assert!(back.text.contains("후원이 전해졌어요"), "{back:?}");
    let order = location(&first).trim_end_matches("/go");
    assert!(
        Visitor::guest(&app)
            .get(order)
            .await
            .text
            .contains("후원이 전해졌어요")
    );
    let page = browser.get(&format!("/fundings/{id}")).await.text;
    assert!(page.contains("12,000원") && page.contains("축하해"));
    app.assert_books_balance().await;
}

#[tokio::test]
async fn an_invalid_form_keeps_its_values() {
    let app = App::start().await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    let funding = minji.opens("생일 소원", true).await;
    let path = format!("/fundings/{}/support", funding["id"]);
    let browser = Visitor::of(&haneul);
    let fields = [
        ("amount", "999"),
        ("message", "축하해요 정말"),
        ("attempt", "x"),
    ];
    let refused = browser.post(&path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("value=\"999\"") && refused.text.contains("축하해요 정말"));
    assert!(refused.text.contains("aria-invalid=\"true\""));
    assert!(app.kakaopay_payments().await.is_empty());
}

#[tokio::test]
async fn only_the_author_can_edit_delete_and_thank() {
    let app = App::start().await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    let funding = minji.opens("생일 소원", true).await;
    let support = haneul.supports(&funding, 5_000, "축하해").await;
    let (author, other) = (Visitor::of(&minji), Visitor::of(&haneul));
    let base = format!("/fundings/{}", funding["id"]);
    for part in ["edit", "delete", "review"] {
        let path = format!("{base}/{part}");
        assert_eq!(
            other.get(&path).await.status,
            StatusCode::FORBIDDEN,
            "{part}"
        );
        assert_eq!(author.get(&path).await.status, StatusCode::OK, "{part}");
    }
    let thanks = format!("/supports/{}/thanks", support["id"]);
    let stolen = other.post(&thanks, &[("thanks", "고마워")]).await;
    assert_eq!(stolen.status, StatusCode::BAD_REQUEST, "{stolen:?}");
    assert!(!other.get(&base).await.text.contains("고마워"));
    let said = author.post(&thanks, &[("thanks", "정말 고마워")]).await;
    assert!(location(&said).starts_with(&base));
    assert!(other.get(&base).await.text.contains("정말 고마워"));
    assert!(
        other
            .get("/notifications")
            .await
            .text
            .contains("정말 고마워")
    );

    let unsure = author.post(&format!("{base}/delete"), &[]).await;
    assert!(location(&unsure).ends_with("/delete"));
    let deleted = author
        .post(&format!("{base}/delete"), &[("sure", "1")])
        .await;
    assert_eq!(location(&deleted), "/?done=deleted");
    assert_eq!(other.get(&base).await.status, StatusCode::GONE);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn logging_out_everywhere_else_keeps_this_login() {
    let app = App::start().await;
    let person = app
        .sandbox(Method::POST, "/sandbox/people", json!({"nickname": "하늘"}))
        .await;
    let token = person["access_token"].as_str().unwrap();
    let here = Visitor::of(&app.log_in(token).await);
    let elsewhere = [app.log_in(token).await, app.log_in(token).await].map(|it| Visitor::of(&it));
    let stranger = Visitor::of(&app.member("행인").await);
    let ended = here.post("/settings/sessions/end", &[]).await;
    assert_eq!(location(&ended), "/settings?done=others_ended");
    for other in &elsewhere {
        assert_eq!(other.get("/me").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(here.get("/me").await.status, StatusCode::OK);
    assert_eq!(stranger.get("/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn leaving_shows_its_consequences_first_and_ends_the_login() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let browser = Visitor::of(&minji);
    assert_eq!(browser.get("/me/withdraw").await.status, StatusCode::OK);
    assert!(location(&browser.post("/me/withdraw", &[]).await).ends_with("/withdraw"));
    let left = browser.post("/me/withdraw", &[("sure", "1")]).await;
    assert_eq!(location(&left), "/?done=withdrawn");
    assert_eq!(browser.get("/me").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn english_is_served_on_request() {
    let app = App::start().await;
    let ask = |languages: &'static str| {
        let call = app
            .visitor(Method::GET, "/login")
            .header("accept-language", languages);
        async move { send(call).await.text }
    };
    assert!(ask("en-GB,en;q=0.9").await.contains("<html lang=\"en\""));
    assert!(ask("en;q=0.5,ko;q=0.9").await.contains("<html lang=\"ko\""));
    assert!(ask("fr").await.contains("<html lang=\"ko\""));
}

#[tokio::test]
async fn the_return_page_of_an_unknown_payment_is_html() {
    let app = App::start().await;
    for way in ["return", "cancelled", "failed"] {
        let path = format!("/remit/kakaopay/{way}/8f14e45fceea167a5a36dedd4bea2543");
        let page = Visitor::guest(&app).get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{way}");
        assert!(page.text.starts_with("<!doctype html>"), "{page:?}");
        let data = send(app.visitor(Method::GET, &path)).await;
        assert_eq!(data.status, StatusCode::NOT_FOUND);
        assert!(data.json()["detail"].is_string());
    }
}

#[tokio::test]
async fn reporting_a_message_returns_to_its_funding() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = friend.supports(&funding, 5_000, "응원해").await;
    let path = format!("/reports/new?kind=support&id={}", support["id"]);
    let reported = Visitor::of(&author)
        .post(&path, &[("message", "이상한 말이에요")])
        .await;
    let funding = format!("/fundings/{}?done=reported", funding["id"]);
    assert_eq!(location(&reported), funding);
}
