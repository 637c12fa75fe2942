//! Friends-only fundings are invisible on every path that could reveal one.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, send, seoul_time_in};
use crate::payer::support_body;
use crate::picture_files::png;

/// A friends-only funding with a picture and a support, and its possible viewers.
struct Scene {
    app: App,
    author: Member,
    friend: Member,
    /// Follows the author, who does not follow back.
    follower: Member,
    /// Is followed by the author, and does not follow back.
    followee: Member,
    stranger: Member,
    funding: Value,
    support: Value,
}

impl Scene {
    async fn new() -> Self {
        let app = App::start().await;
        let (author, friend) = (app.member("민지").await, app.member("친구").await);
        let (follower, followee) = (app.member("따르는이").await, app.member("따름받는이").await);
        author.befriends(&friend).await;
        follower.follows(&author).await;
        author.follows(&followee).await;
        let deadline = seoul_time_in(30 * 86_400);
        let texts = [
            ("title", "친구만 보는 소원"),
            ("content", "비밀이야"),
            ("goal_amount", "100000"),
            ("public", "false"),
            ("expire_on", deadline.as_str()),
        ];
        let image = png(20, 50);
        let files = [("image", &image[..])];
        let opened = author
            .multipart(Method::POST, "/funding/", &texts, &files)
            .await;
        let funding = opened.json();
        let support = friend.supports(&funding, 5_000, "우리끼리 축하").await;
        Self {
            stranger: app.member("남").await,
            app,
            author,
            friend,
            follower,
            followee,
            funding,
            support,
        }
    }

    fn insiders(&self) -> [&Member; 2] {
        [&self.author, &self.friend]
    }

    fn outsiders(&self) -> [&Member; 3] {
        [&self.follower, &self.followee, &self.stranger]
    }

    /// Status and text of a request without a token.
    async fn visit(&self, path: &str) -> (u16, String) {
        let answer = send(self.app.visitor(Method::GET, path)).await;
        (answer.status.as_u16(), answer.text)
    }
}

#[tokio::test]
async fn only_the_author_and_friends_can_see_a_friends_only_funding_and_its_supports() {
    let scene = Scene::new().await;
    let paths = [
        format!("/funding/?id={}", scene.funding["id"]),
        format!("/funding/user?id={}", scene.author.id),
        format!("/remit/?id={}", scene.funding["id"]),
    ];
    for path in &paths {
        for insider in scene.insiders() {
            assert_eq!(insider.status(path).await, 200, "{path}");
        }
        for outsider in scene.outsiders() {
            assert_eq!(outsider.status(path).await, 204, "{path}");
        }
    }
    for path in &paths[..2] {
        assert_eq!(scene.visit(path).await.0, 401, "{path}");
    }
    assert_eq!(scene.visit(&paths[2]).await, (204, String::new()));
    assert_eq!(scene.visit("/funding/public").await.0, 204);
    for member in [&scene.friend, &scene.author] {
        assert_eq!(
            member.status("/funding/public").await,
            204,
            "not even to friends"
        );
    }
    assert_eq!(
        scene.friend.get("/funding/following").await[0]["id"],
        scene.funding["id"]
    );
    for outsider in scene.outsiders() {
        assert_eq!(outsider.get("/funding/following").await, json!([]));
    }
}

#[tokio::test]
async fn outsiders_cannot_pay_for_report_or_edit_a_friends_only_funding() {
    let scene = Scene::new().await;
    let body = support_body(&scene.funding, 1_000, "끼워 줘");
    let report =
        |kind: &str, target: &Value| json!({"type": kind, "target": target, "message": "신고"});
    for outsider in scene.outsiders() {
        for (path, body) in [
            ("/remit/kakaopay/ready", body.clone()),
            ("/remit/", body.clone()),
            ("/report/", report("funding", &scene.funding["id"])),
            ("/report/", report("remit", &scene.support["id"])),
        ] {
            let answer = outsider.json(Method::POST, path, body).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}: {answer:?}");
        }
        for (method, path) in [
            (Method::PUT, "/funding/"),
            (Method::DELETE, "/funding/"),
            (Method::POST, "/funding/review"),
        ] {
            let known = json!({"id": scene.funding["id"], "review": "훔쳐본 후기"});
            let unknown = json!({"id": 4242, "review": "훔쳐본 후기"});
            let known = outsider.json(method.clone(), path, known).await;
            let unknown = outsider.json(method.clone(), path, unknown).await;
            assert_eq!(known.status, StatusCode::BAD_REQUEST);
            assert_eq!(known.text, unknown.text, "{method} {path} tells nothing");
        }
    }
}

#[tokio::test]
async fn a_friends_only_picture_is_served_by_signed_url_until_it_expires() {
    let scene = Scene::new().await;
    let detail = format!("/funding/?id={}", scene.funding["id"]);
    let signed = scene.friend.get(&detail).await["image"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(signed.starts_with("/media/"), "{signed}");
    for list in ["/funding/following", "/funding/joined"] {
        let card = scene.friend.get(list).await[0].clone();
        let shown = card["image"].as_str().unwrap();
        assert_eq!(scene.visit_picture(shown).await, 200, "{list}");
    }
    for path in [signed.clone(), format!("/{signed}?v=123")] {
        let answer = scene.app.visitor(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let caching = answer.headers()["cache-control"].to_str().unwrap();
        assert!(caching.starts_with("private, max-age="), "{caching}");
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
    }
    let (pass, file) = signed
        .trim_start_matches("/media/s/")
        .split_once('/')
        .unwrap();
    let (expires, signature) = pass.split_once('.').unwrap();
    let later = expires.parse::<i64>().unwrap() + 3_600;
    let small = file.replace(".jpg", "_480.jpg");
    assert_eq!(
        scene
            .visit_picture(&format!("/media/s/{pass}/{small}"))
            .await,
        200
    );
    for path in [
        format!("/media/{file}"),
        format!("/media/{small}"),
        format!("/media/s/{later}.{signature}/{file}"),
        format!("/media/s/{expires}.{}/{file}", "A".repeat(signature.len())),
        format!("/media/s/{expires}/{file}"),
        format!("/media/s/{pass}/{}.jpg", "0".repeat(32)),
        format!("/media/s//{file}"),
    ] {
        assert_eq!(scene.visit_picture(&path).await, 404, "{path}");
    }
    scene.app.move_clock(2 * 3_600).await;
    assert_eq!(scene.visit_picture(&signed).await, 404, "expired");
}

impl Scene {
    async fn visit_picture(&self, path: &str) -> u16 {
        let answer = self.app.visitor(Method::GET, path).send().await.unwrap();
        answer.status().as_u16()
    }
}

#[tokio::test]
async fn changing_the_visibility_hides_or_shows_a_funding() {
    let scene = Scene::new().await;
    let id = scene.funding["id"].to_string();
    let detail = format!("/funding/?id={id}");
    let publish = async |public: &str| {
        let texts = [("id", id.as_str()), ("public", public)];
        let answer = scene
            .author
            .multipart(Method::PUT, "/funding/", &texts, &[])
            .await;
        answer.json()["image"].as_str().unwrap().to_owned()
    };
    let open = publish("true").await;
    assert_eq!(scene.stranger.status(&detail).await, 200);
    assert_eq!(scene.visit("/funding/public").await.0, 200);
    assert_eq!(scene.visit(&format!("/remit/?id={id}")).await.0, 200);
    assert_eq!(scene.visit_picture(&open).await, 200);
    publish("false").await;
    assert_eq!(scene.stranger.status(&detail).await, 204);
    assert_eq!(scene.visit("/funding/public").await.0, 204);
    assert_eq!(scene.visit_picture(&open).await, 404);
}

#[tokio::test]
async fn the_end_of_a_friendship_ends_access() {
    let scene = Scene::new().await;
    let detail = format!("/funding/?id={}", scene.funding["id"]);
    let stop = [("id", scene.friend.id.as_str())];
    let stopped = scene.author.form(Method::DELETE, "/follow/", &stop).await;
    assert_eq!(stopped.status, StatusCode::OK);
    for path in [
        detail.as_str(),
        &format!("/remit/?id={}", scene.funding["id"]),
        &format!("/funding/user?id={}", scene.author.id),
        "/funding/joined",
    ] {
        assert_eq!(scene.friend.status(path).await, 204, "{path}");
    }
    assert_eq!(scene.friend.get("/funding/following").await, json!([]));
    scene.author.follows(&scene.friend).await;
    assert_eq!(scene.friend.status(&detail).await, 200);
    assert_eq!(scene.friend.status("/funding/joined").await, 200);
}

#[tokio::test]
async fn e_mail_and_bank_account_are_private_and_the_birthday_is_for_friends() {
    let app = App::start().await;
    let facts = json!({"email": "minji@example.com", "birthday": "0816"});
    let minji = app.member_with("민지", facts).await;
    let (friend, stranger) = (app.member("친구").await, app.member("남").await);
    let bank = [("bank_account", "국민은행 12345678901234")];
    minji.form(Method::PUT, "/account/", &bank).await;
    minji.befriends(&friend).await;
    stranger.follows(&minji).await;
    let funding = minji.opens("모두 보는 소원", true).await;
    friend.supports(&funding, 1_000, "힘내").await;
    for (viewer, knows) in [(&friend, true), (&stranger, false)] {
        for path in [
            format!("/account/?id={}", minji.id),
            "/account/search?username=%EB%AF%BC%EC%A7%80".to_owned(),
            format!("/follow/?follower={}", friend.id),
            format!("/follow/?followee={}", viewer.id),
            format!("/funding/?id={}", funding["id"]),
            "/funding/public".to_owned(),
            format!("/remit/?id={}", funding["id"]),
        ] {
            let answer = send(viewer.call(Method::GET, &path)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(!answer.text.contains("minji@example.com"), "{path}");
            assert!(!answer.text.contains("12345678901234"), "{path}");
            let profile = path.starts_with("/account") || path.starts_with("/follow");
            assert_eq!(answer.text.contains("0816"), profile && knows, "{path}");
        }
    }
}
