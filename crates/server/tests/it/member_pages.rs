//! Members' pages: profiles, followers, and pages of former members.

use reqwest::StatusCode;
use reqwest::header::LOCATION;

use crate::app::App;
use crate::visitor::Visitor;

/// The URL of the next page.
fn next(page: &str) -> Option<&str> {
    let link = page.split_once("rel=\"next\"")?.0;
    link.rsplit_once("href=\"")?.1.split('"').next()
}

#[tokio::test]
async fn followers_and_followed_members_are_paginated_without_duplicates() {
    let app = App::start().await;
    let star = app.member("별님").await;
    let mut fans = Vec::new();
    for number in 0..43 {
        let fan = app.member(&format!("팬{number:02}")).await;
        fan.follows(&star).await;
        fans.push(fan);
    }
    star.follows(&fans[0]).await;
    let visitor = Visitor::of(&fans[0]);
    let base = format!("/members/{}/followers", star.id);
    let (mut path, mut seen, mut sizes) = (base.clone(), Vec::new(), Vec::new());
    loop {
        let page = visitor.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        assert!(page.text.contains("별님님의 팔로워"));
        let ids = page
            .text
            .split("class=\"list-row\" href=\"/members/")
            .skip(1);
        let ids: Vec<String> = ids
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        sizes.push(ids.len());
        seen.extend(ids);
        let Some(further) = next(&page.text) else {
            break;
        };
        path = format!("{base}{further}");
    }
    assert_eq!(sizes, [20, 20, 3]);
    let expected: Vec<String> = fans.iter().map(|fan| fan.id.clone()).collect();
    assert_eq!(seen, expected, "by age of the account, nobody twice");

    let followed = visitor
        .get(&format!("/members/{}/following", star.id))
        .await;
    assert!(followed.text.contains("팬00") && next(&followed.text).is_none());
    let nobody = Visitor::of(&fans[1])
        .get(&format!("/members/{}/followers", fans[1].id))
        .await;
    assert!(nobody.text.contains("아직 팔로워가 없어요"));
}

#[tokio::test]
async fn an_invalid_cursor_is_refused_or_empty() {
    let app = App::start().await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    haneul.follows(&minji).await;
    let visitor = Visitor::of(&haneul);
    let list = format!("/members/{}/followers", minji.id);
    let row = "class=\"list-row\" href=\"/members/";
    assert_eq!(visitor.get(&list).await.text.matches(row).count(), 1);
    for (before, status) in [
        ("%21", StatusCode::BAD_REQUEST),
        ("AAAAAAAAAAA", StatusCode::OK),
        ("__________8", StatusCode::OK),
    ] {
        let page = visitor.get(&format!("{list}?before={before}")).await;
        assert_eq!(page.status, status, "{before}");
        assert_eq!(page.text.matches(row).count(), 0, "{before}");
        assert!(!page.text.contains("href=\"/members/0"));
    }
}

#[tokio::test]
async fn a_members_own_page_is_not_the_page_of_another() {
    let app = App::start().await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    let own = Visitor::of(&minji)
        .get(&format!("/members/{}", minji.id))
        .await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    assert_eq!(own.headers[LOCATION], "/me");

    let other = Visitor::of(&haneul)
        .get(&format!("/members/{}", minji.id))
        .await;
    let report = format!("/reports/new?kind=member&#38;id={}", minji.id);
    let plain = report.replace("&#38;", "&amp;");
    let head = other.text.split("id=\"fundings\"").next().unwrap();
    assert!(head.contains(&plain), "reporting is above the list");
    assert!(head.contains("popovertarget=\"menu\""));
}

#[tokio::test]
async fn pages_of_former_and_suspended_members_are_unavailable() {
    let app = App::start().await;
    let (minji, haneul, jiwoo) = (
        app.member("민지").await,
        app.member("하늘").await,
        app.member("지우").await,
    );
    let visitor = Visitor::of(&jiwoo);
    let left = Visitor::of(&minji)
        .post("/me/withdraw", &[("sure", "1")])
        .await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    let (code, text) = app.command(&["admin", "suspend", &haneul.id]).await;
    assert_eq!(code, 0, "{text}");
    for (id, status) in [
        (minji.id.as_str(), StatusCode::NOT_FOUND),
        (haneul.id.as_str(), StatusCode::GONE),
        ("9999999999", StatusCode::NOT_FOUND),
        ("somebody", StatusCode::NOT_FOUND),
    ] {
        let page = visitor.get(&format!("/members/{id}")).await;
        assert_eq!(page.status, status, "{id}");
        assert!(page.text.contains("볼 수 없는 회원이에요"), "{page:?}");
        assert!(!page.text.contains("하늘") && !page.text.contains("민지"));
        assert!(
            page.text.contains("class=\"tabs-bottom\""),
            "one is still logged in"
        );
    }
    for list in ["followers", "following"] {
        let page = visitor.get(&format!("/members/{}/{list}", minji.id)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let page = visitor.get(&format!("/members/{}/{list}", haneul.id)).await;
        assert_eq!(page.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn profile_errors_are_shown_at_their_fields() {
    let app = App::start().await;
    let visitor = Visitor::of(&app.member("민지").await);
    let fields = [
        ("username", "민지"),
        ("month", "02"),
        ("day", "31"),
        ("bank", "국민은행"),
        ("number", ""),
    ];
    let refused = visitor.post("/me/edit", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (field, group) in [
        ("month", "birthday"),
        ("day", "birthday"),
        ("bank", "bank"),
        ("number", "bank"),
    ] {
        let tag = refused.text.split(&format!("name=\"{field}\"")).nth(1);
        let tag = tag.unwrap().split('>').next().unwrap();
        assert!(tag.contains("aria-invalid=\"true\""), "{field}: {tag}");
        let described = format!("aria-describedby=\"{group}-error {group}-hint\"");
        assert!(tag.contains(&described), "{field}: {tag}");
        assert!(refused.text.contains(&format!("id=\"{group}-error\"")));
    }
    assert!(refused.text.contains("<option value=\"31\" selected>"));
    let fresh = visitor.get("/me/edit").await.text;
    assert!(!fresh.contains("aria-invalid") && fresh.contains("aria-describedby=\"bank-hint\""));
    assert!(
        fresh.contains("<div class=\"crop\" hidden"),
        "needs a script"
    );
}
