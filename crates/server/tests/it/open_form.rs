//! The form of a new funding: no input is lost, and no funding is created by accident.

use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};

use crate::app::{Answer, App, Member, eventually, seoul_time_in};
use crate::picture_files::{jpeg, png};
use crate::visitor::{Visitor, value_of};

/// A member with a bank account, which is required for fundings.
pub async fn author(app: &App, name: &str) -> Member {
    let member = app.member(name).await;
    let fields = [("bank_account", "국민은행 12345678901234")];
    let answer = member.form(Method::PUT, "/account/", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    member
}

/// A valid form, with the form key of a new page.
pub struct FundingForm {
    form_key: String,
    date: String,
}

impl FundingForm {
    pub async fn new(browser: &Visitor) -> Self {
        let page = browser.get("/fundings/new").await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        Self {
            form_key: value_of(&page.text, "attempt"),
            date: seoul_time_in(10 * 86_400)[..10].to_owned(),
        }
    }

    /// The form's fields, with `others` in place of those of the same name.
    pub fn with<'a>(&'a self, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut fields = vec![
            ("attempt", self.form_key.as_str()),
            ("title", "무선 헤드폰"),
            ("content", "음악을 크게\n듣고 싶어요"),
            ("goal_amount", "120,000"),
            ("date", &self.date),
            ("time", "18:30"),
            ("public", "true"),
            ("terms", "1"),
        ];
        fields.retain(|(name, _)| others.iter().all(|(other, _)| other != name));
        fields.extend(others.iter().filter(|(_, value)| !value.is_empty()));
        fields
    }
}

pub fn opened_path(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let location = answer.headers[LOCATION].to_str().unwrap();
    let (path, fragment) = location.split_once("?done=opened#").unwrap();
    assert_eq!(fragment.len(), 43, "{fragment}");
    path.to_owned()
}

pub fn refused(answer: &Answer) -> &str {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    &answer.text
}

/// Uploads a picture with the unfinished form; returns its token.
async fn upload_unfinished(browser: &Visitor, form: &FundingForm, picture: &[u8]) -> String {
    let fields = form.with(&[]);
    let answer = browser
        .post_files("/fundings/new/change", &fields, &[("image", picture)])
        .await;
    value_of(&answer.text, "image_kept")
}

async fn funding_count(member: &Member) -> usize {
    let page = Visitor::of(member).get("/me").await;
    page.text.matches("class=\"funding-card\"").count()
}

#[tokio::test]
async fn a_funding_can_be_created_with_a_picture() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let answer = browser
        .post_files("/fundings/new", &form.with(&[]), &[("image", &jpeg(30))])
        .await;
    let page = browser.get(&opened_path(&answer)).await.text;
    for part in [
        "무선 헤드폰",
        "듣고 싶어요",
        "120,000원",
        "18:30",
        "/media/",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn a_refused_form_keeps_its_picture_for_its_owner_only() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let (browser, other) = (
        Visitor::of(&minji),
        Visitor::of(&author(&app, "하늘").await),
    );
    let form = FundingForm::new(&browser).await;
    let fields = form.with(&[("goal_amount", "999"), ("terms", "")]);
    let answer = browser
        .post_files("/fundings/new", &fields, &[("image", &jpeg(30))])
        .await;
    let page = refused(&answer).to_owned();
    assert!(page.contains("value=\"999\"") && page.contains("듣고 싶어요"));
    let token = value_of(&page, "image_kept");
    let shown = format!("/media/w/{token}");
    assert!(page.contains(&shown.replace(".jpg", "_480.jpg")), "{page}");
    for address in [shown.clone(), shown.replace(".jpg", "_480.jpg")] {
        assert_eq!(browser.get(&address).await.status, StatusCode::OK);
        for stranger in [&other, &Visitor::guest(&app)] {
            let answer = stranger.get(&address).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
        }
    }
    // It is not served elsewhere.
    let name = token.split_once('/').unwrap().1;
    for address in [format!("/media/{name}"), format!("/media/s/{token}")] {
        assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
    }

    let fields = form.with(&[("image_kept", &token)]);
    let answer = browser.post_files("/fundings/new", &fields, &[]).await;
    let page = browser.get(&opened_path(&answer)).await.text;
    assert!(page.contains(&format!("/media/{name}")), "{page}");
}

#[tokio::test]
async fn another_members_picture_is_not_accepted() {
    let app = App::start().await;
    let (minji, haneul) = (author(&app, "민지").await, author(&app, "하늘").await);
    let (browser, thief) = (Visitor::of(&minji), Visitor::of(&haneul));
    let form = FundingForm::new(&browser).await;
    let token = upload_unfinished(&browser, &form, &jpeg(30)).await;
    let (pass, name) = token.split_once('/').unwrap();
    let forged = pass.replace(|it: char| it.is_ascii_digit(), "9");
    let form = FundingForm::new(&thief).await;
    for bad in [
        &token,
        &format!("{forged}/{name}"),
        &format!("{pass}/../{name}"),
        "nothing",
        "/",
        &"9".repeat(5_000),
    ] {
        let fields = form.with(&[("image_kept", bad)]);
        let answer = thief.post_files("/fundings/new", &fields, &[]).await;
        let page = refused(&answer);
        assert!(page.contains("사진을 다시 골라 주세요"), "{bad}: {page}");
        assert_eq!(value_of(page, "image_kept"), "");
    }
    assert_eq!(funding_count(&haneul).await, 0);
}

#[tokio::test]
async fn an_unfinished_form_picture_is_kept_for_almost_three_hours() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let token = upload_unfinished(&browser, &form, &jpeg(30)).await;
    let address = format!("/media/w/{token}");
    app.move_clock(2 * 3_600).await;
    assert_eq!(browser.get(&address).await.status, StatusCode::OK);
    app.move_clock(3 * 3_600 - 540).await;
    assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
    let fields = form.with(&[("image_kept", &token)]);
    let answer = browser.post_files("/fundings/new", &fields, &[]).await;
    assert!(refused(&answer).contains("사진을 다시 골라 주세요"));
    // Its file is deleted soon after.
    app.move_clock(4 * 3_600).await;
    eventually("the picture is removed", async || {
        files(&app.dir.path().join("media")) == 0
    })
    .await;
}

fn files(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn only_a_members_latest_unfinished_pictures_are_kept() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let mut tokens = Vec::new();
    for side in 30..41 {
        tokens.push(upload_unfinished(&browser, &form, &jpeg(side)).await);
    }
    let first = format!("/media/w/{}", tokens[0]);
    eventually("the first makes place", async || {
        browser.get(&first).await.status == StatusCode::NOT_FOUND
    })
    .await;
    for token in &tokens[1..] {
        let answer = browser.get(&format!("/media/w/{token}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{token}");
    }
}

#[tokio::test]
async fn a_picture_deleted_with_its_funding_must_be_uploaded_again() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let picture = jpeg(30);
    let first = FundingForm::new(&browser).await;
    let answer = browser
        .post_files("/fundings/new", &first.with(&[]), &[("image", &picture)])
        .await;
    let first = opened_path(&answer);
    let second = FundingForm::new(&browser).await;
    let token = upload_unfinished(&browser, &second, &picture).await;
    browser
        .post(&format!("{first}/delete"), &[("sure", "1")])
        .await;
    let address = format!("/media/w/{token}");
    eventually("the picture is removed", async || {
        browser.get(&address).await.status == StatusCode::NOT_FOUND
    })
    .await;
    let fields = second.with(&[("image_kept", &token)]);
    let answer = browser.post_files("/fundings/new", &fields, &[]).await;
    assert!(refused(&answer).contains("사진을 다시 골라 주세요"));
}

#[tokio::test]
async fn a_picture_can_be_removed_from_the_form() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let token = upload_unfinished(&browser, &form, &jpeg(30)).await;
    let fields = form.with(&[("image_kept", &token), ("image_delete", "delete")]);
    let answer = browser.post_files("/fundings/new", &fields, &[]).await;
    let page = browser.get(&opened_path(&answer)).await.text;
    assert!(!page.contains("/media/"), "{page}");
}

#[tokio::test]
async fn an_invalid_picture_is_reported_and_the_previous_one_kept() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let token = upload_unfinished(&browser, &form, &jpeg(30)).await;
    let fields = form.with(&[("image_kept", &token)]);
    let answer = browser
        .post_files("/fundings/new", &fields, &[("image", b"no picture")])
        .await;
    let page = refused(&answer);
    assert!(page.contains("image-error"), "{page}");
    assert_eq!(value_of(page, "image_kept"), token);
}

#[tokio::test]
async fn a_preview_shows_all_fields_and_creates_nothing() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let fields = form.with(&[("terms", ""), ("public", "false"), ("title", "<b>컵</b>")]);
    let answer = browser
        .post_files("/fundings/new/preview", &fields, &[("image", &png(40, 90))])
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let page = &answer.text;
    for part in ["120,000원", "18:30", "민지", "친구 공개", "/media/w/"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<b>컵"), "{page}");
    assert_eq!(funding_count(&minji).await, 0);

    // The page's hidden fields suffice for both buttons.
    let token = value_of(page, "image_kept");
    let fields = form.with(&[("image_kept", &token), ("public", "false")]);
    let back = browser
        .post_files("/fundings/new/change", &fields, &[])
        .await;
    assert_eq!(back.status, StatusCode::OK, "{back:?}");
    assert_eq!(value_of(&back.text, "image_kept"), token);
    assert_eq!(value_of(&back.text, "goal_amount"), "120,000");
    let answer = browser.post_files("/fundings/new", &fields, &[]).await;
    let funding = browser.get(&opened_path(&answer)).await.text;
    assert!(funding.contains("/media/s/"), "friends only: {funding}");
    assert_eq!(funding_count(&minji).await, 1);
}

#[tokio::test]
async fn a_preview_of_an_invalid_form_shows_the_form() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let fields = form.with(&[("date", "2020-01-01"), ("title", "한")]);
    let answer = browser.post("/fundings/new/preview", &fields).await;
    let page = refused(&answer);
    assert!(page.contains("title-error") && page.contains("date-error"));
    for path in [
        "/fundings/new/preview",
        "/fundings/new/change",
        "/fundings/new/link",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.headers[LOCATION], "/fundings/new", "{path}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_creates_one_funding() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let fields = form.with(&[]);
    let (one, two) = tokio::join!(
        browser.post("/fundings/new", &fields),
        browser.post("/fundings/new", &fields)
    );
    assert_eq!(opened_path(&one), opened_path(&two));
    let reloaded = browser.post("/fundings/new", &fields).await;
    assert_eq!(opened_path(&one), opened_path(&reloaded));
    assert_eq!(funding_count(&minji).await, 1);
    // Form keys of different members are independent, even if equal.
    let haneul = author(&app, "하늘").await;
    let other = Visitor::of(&haneul).post("/fundings/new", &fields).await;
    assert_ne!(opened_path(&one), opened_path(&other));
    let new_form = FundingForm::new(&browser).await;
    let other = browser.post("/fundings/new", &new_form.with(&[])).await;
    assert_ne!(opened_path(&one), opened_path(&other));
}

#[tokio::test]
async fn a_form_without_a_valid_form_key_is_shown_again_with_one() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    for attempt in ["", "x", &"가".repeat(43)] {
        let answer = browser
            .post("/fundings/new", &form.with(&[("attempt", attempt)]))
            .await;
        assert_eq!(value_of(refused(&answer), "attempt").len(), 43);
    }
    assert_eq!(funding_count(&minji).await, 0);
}

#[tokio::test]
async fn a_funding_requires_a_bank_account_and_accepted_terms() {
    let app = App::start().await;
    let poor = app.member("하늘").await;
    let browser = Visitor::of(&poor);
    let form = FundingForm::new(&browser).await;
    let answer = browser.post("/fundings/new", &form.with(&[])).await;
    assert!(refused(&answer).contains("/me/edit"));
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let fields = form.with(&[("terms", "")]);
    let answer = browser.post("/fundings/new", &fields).await;
    assert!(refused(&answer).contains("terms-error"));
    assert_eq!(funding_count(&minji).await + funding_count(&poor).await, 0);
}

#[tokio::test]
async fn all_forms_with_pictures_keep_them() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let form = FundingForm::new(&browser).await;
    let funding = opened_path(&browser.post("/fundings/new", &form.with(&[])).await);
    let edit = format!("{funding}/edit");
    let review = format!("{funding}/review");
    for (path, file, words, shown) in [
        (
            edit.as_str(),
            "image",
            vec![
                ("title", "새 이름"),
                ("content", "새 글"),
                ("public", "true"),
            ],
            funding.as_str(),
        ),
        (
            review.as_str(),
            "review_image",
            vec![("review", "고마워요")],
            funding.as_str(),
        ),
        ("/me/edit", "image", vec![("username", "새 이름")], "/me"),
    ] {
        let answer = browser.post_files(path, &[], &[(file, &jpeg(50))]).await;
        let kept = format!("{file}_kept");
        let page = refused(&answer);
        let token = value_of(page, &kept);
        let small = format!("/media/w/{}", token.replace(".jpg", "_480.jpg"));
        assert!(page.contains(&small), "{page}");
        assert!(page.contains("role=\"alert\""), "{page}");
        let mut fields = words;
        fields.push((&kept, &token));
        let answer = browser.post(path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        let name = token.split_once('/').unwrap().1.strip_suffix(".jpg");
        let shown = browser.get(shown).await.text;
        assert!(shown.contains(name.unwrap()), "{path}: {shown}");
    }
}
