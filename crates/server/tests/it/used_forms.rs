//! Forms that are used again, after going back in the browser: sent unchanged they take effect once, and changed they
//! are a new submission.

use reqwest::StatusCode;

use crate::app::{Answer, App, Member, eventually};
use crate::open_form::{FundingForm, author, opened_path, refused};
use crate::picture_files::jpeg;
use crate::visitor::{Visitor, value_of};

async fn open(browser: &Visitor, fields: &[(&str, &str)]) -> String {
    opened_path(&browser.post("/fundings/new", fields).await)
}

async fn delete(browser: &Visitor, funding: &str) {
    let path = format!("{funding}/delete");
    let answer = browser.post(&path, &[("sure", "1")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

async fn funding_count(member: &Member) -> usize {
    let page = Visitor::of(member).get("/me").await;
    page.text.matches("class=\"funding-card\"").count()
}

/// The name of a kept picture, without its extension.
fn name_of(token: &str) -> &str {
    let (_, file) = token.split_once('/').unwrap();
    file.split('.').next().unwrap()
}

#[tokio::test]
async fn a_form_used_again_with_other_content_opens_another_funding() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let mut opened = vec![open(&browser, &form.with(&[])).await];
    for other in [
        ("title", "첼로"),
        ("content", "다른 이야기"),
        ("goal_amount", "130,000"),
        ("public", "false"),
        ("time", "18:31"),
    ] {
        let fields = form.with(&[other]);
        let funding = open(&browser, &fields).await;
        assert!(!opened.contains(&funding), "{other:?}: {opened:?}");
        // The key is now the new funding's: sent twice, it is opened once.
        assert_eq!(open(&browser, &fields).await, funding, "{other:?}");
        opened.push(funding);
    }
    let answer = browser
        .post_files("/fundings/new", &form.with(&[]), &[("image", &jpeg(30))])
        .await;
    assert!(!opened.contains(&opened_path(&answer)), "{opened:?}");
    assert_eq!(funding_count(&minji).await, opened.len() + 1);
}

#[tokio::test]
async fn a_form_used_again_after_its_funding_was_deleted_opens_a_new_one() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let first = open(&browser, &form.with(&[])).await;
    delete(&browser, &first).await;
    let second = open(&browser, &form.with(&[])).await;
    assert_ne!(first, second);
    assert_eq!(open(&browser, &form.with(&[])).await, second);
    assert_eq!(funding_count(&minji).await, 1);
}

#[tokio::test]
async fn a_form_with_a_picture_that_is_sent_twice_opens_one_funding() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let picture = jpeg(30);
    let files = [("image", picture.as_slice())];
    let fields = form.with(&[]);
    let shown = browser
        .post_files("/fundings/new/change", &fields, &files)
        .await;
    let token = value_of(&shown.text, "image_kept");
    let kept = form.with(&[("image_kept", &token)]);
    let first = open(&browser, &kept).await;
    assert_eq!(open(&browser, &kept).await, first);
    let uploaded_again = browser.post_files("/fundings/new", &fields, &files).await;
    assert_eq!(opened_path(&uploaded_again), first);
    assert_eq!(funding_count(&minji).await, 1);
}

#[tokio::test]
async fn a_used_form_of_a_deleted_funding_takes_its_picture_when_it_is_chosen_again() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let picture = jpeg(30);
    let files = [("image", picture.as_slice())];
    let shown = browser
        .post_files("/fundings/new/change", &form.with(&[]), &files)
        .await;
    let token = value_of(&shown.text, "image_kept");
    let fields = form.with(&[("image_kept", &token)]);
    let first = open(&browser, &fields).await;
    delete(&browser, &first).await;
    // The picture goes with its funding.
    eventually("the picture is removed", async || {
        let answer = browser.get(&format!("/media/w/{token}")).await;
        answer.status == StatusCode::NOT_FOUND
    })
    .await;
    let page = browser.post("/fundings/new", &fields).await;
    assert!(refused(&page).contains("사진을 다시 골라 주세요"));
    let answer = browser.post_files("/fundings/new", &fields, &files).await;
    let funding = browser.get(&opened_path(&answer)).await.text;
    assert!(funding.contains(name_of(&token)), "{funding}");
    assert_eq!(funding_count(&minji).await, 1);
}

/// The forms with a picture that change something stored: the profile, a funding, its review.
struct PictureForm {
    browser: Visitor,
    path: String,
    /// The page that shows the result.
    shown: String,
    file: &'static str,
    /// The fields, all valid.
    fields: Vec<(&'static str, &'static str)>,
}

async fn picture_forms(app: &App) -> Vec<PictureForm> {
    let minji = author(app, "민지").await;
    let browser = Visitor::of(&minji);
    let form = FundingForm::new(&browser).await;
    let funding = open(&browser, &form.with(&[])).await;
    let edit = vec![
        ("title", "머그컵"),
        ("content", "새 글"),
        ("public", "true"),
    ];
    [
        ("/me/edit", "/me", "image", vec![("username", "민지")]),
        (&*format!("{funding}/edit"), &*funding, "image", edit),
        (
            &*format!("{funding}/review"),
            &*funding,
            "review_image",
            vec![("review", "고마워요")],
        ),
    ]
    .map(|(path, shown, file, fields)| PictureForm {
        browser: Visitor::of(&minji),
        path: path.to_owned(),
        shown: shown.to_owned(),
        file,
        fields,
    })
    .into()
}

impl PictureForm {
    /// Sends the form, with the token of a kept picture and a file unless they are empty.
    async fn send(&self, token: &str, file: &[u8]) -> Answer {
        let kept = format!("{}_kept", self.file);
        let mut fields = self.fields.clone();
        fields.push((&kept, token));
        let files = [(self.file, file)];
        let files = if file.is_empty() { &[] } else { &files[..] };
        self.browser.post_files(&self.path, &fields, files).await
    }

    async fn saves(&self, token: &str, file: &[u8]) {
        let answer = self.send(token, file).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }

    /// Uploads a picture with an invalid form, which keeps it; returns its token.
    async fn keeps(&self, file: &[u8]) -> String {
        let files = [(self.file, file)];
        let answer = self.browser.post_files(&self.path, &[], &files).await;
        value_of(refused(&answer), &format!("{}_kept", self.file))
    }

    async fn removes_picture(&self) {
        let delete = format!("{}_delete", self.file);
        let mut fields = self.fields.clone();
        fields.push((&delete, "delete"));
        let answer = self.browser.post(&self.path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    }

    async fn shows(&self, token: &str) -> bool {
        let page = self.browser.get(&self.shown).await.text;
        page.contains(name_of(token))
    }

    /// Waits until the picture of the token is removed.
    async fn forgets(&self, token: &str) {
        let path = format!("/media/w/{token}");
        eventually("the picture is removed", async || {
            self.browser.get(&path).await.status == StatusCode::NOT_FOUND
        })
        .await;
    }
}

#[tokio::test]
async fn a_form_with_a_kept_picture_can_be_sent_again_and_changed() {
    let app = App::start().await;
    for form in picture_forms(&app).await {
        let token = form.keeps(&jpeg(40)).await;
        form.saves(&token, &[]).await;
        form.saves(&token, &[]).await;
        assert!(form.shows(&token).await, "{}", form.path);
        // A new file replaces the kept picture.
        let other = form.keeps(&jpeg(41)).await;
        form.saves(&token, &jpeg(41)).await;
        assert!(form.shows(&other).await, "{}", form.path);
        assert!(!form.shows(&token).await, "{}", form.path);
        // A form without a picture leaves the stored one.
        form.saves("", &[]).await;
        assert!(form.shows(&other).await, "{}", form.path);
    }
}

#[tokio::test]
async fn a_used_form_does_not_bring_back_a_picture_that_was_replaced_or_removed() {
    // Pictures are removed without waiting for the sweeper.
    let app = App::with(&[("FUNSUN_SWEEP_INTERVAL_SECONDS", "3600")]).await;
    for form in picture_forms(&app).await {
        let token = form.keeps(&jpeg(40)).await;
        form.saves(&token, &[]).await;
        let other = form.keeps(&jpeg(41)).await;
        form.saves(&other, &[]).await;
        form.forgets(&token).await;
        let page = form.send(&token, &[]).await;
        let page = refused(&page);
        assert!(page.contains("사진을 다시 골라 주세요"), "{page}");
        // The form shown again has the stored picture, and is saved with it.
        assert_eq!(value_of(page, &format!("{}_kept", form.file)), "");
        assert!(page.contains(name_of(&other)), "{page}");
        form.saves("", &[]).await;
        assert!(form.shows(&other).await, "{}", form.path);

        form.removes_picture().await;
        form.forgets(&other).await;
        refused(&form.send(&other, &[]).await);
        assert!(!form.shows(&other).await, "{}", form.path);
    }
}

#[tokio::test]
async fn a_used_form_whose_picture_is_gone_takes_a_new_file() {
    let app = App::start().await;
    // A picture that another form of the member has stored is not gone.
    for (form, side) in picture_forms(&app).await.iter().zip((40..).step_by(2)) {
        let (gone, new) = (jpeg(side), jpeg(side + 1));
        let token = form.keeps(&gone).await;
        form.saves(&token, &[]).await;
        form.removes_picture().await;
        form.forgets(&token).await;
        let other = form.keeps(&new).await;
        form.saves(&token, &new).await;
        assert!(form.shows(&other).await, "{}", form.path);
        form.saves(&token, &gone).await;
        assert!(form.shows(&token).await, "{}", form.path);
    }
}

#[tokio::test]
async fn a_review_that_is_sent_again_notifies_supporters_once() {
    let app = App::start().await;
    let minji = author(&app, "민지").await;
    let friend = app.member("하늘").await;
    let browser = Visitor::of(&minji);
    let funding = minji.opens("자전거", true).await;
    friend.supports(&funding, 5_000, "축하해").await;
    let path = format!("/fundings/{}/review", funding["id"]);
    for review in ["고마워요", "고마워요", "정말 고마워요"] {
        let answer = browser.post(&path, &[("review", review)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    }
    let page = browser.get(&format!("/fundings/{}", funding["id"])).await;
    assert!(page.text.contains("정말 고마워요"), "{page:?}");
    let notified = async || {
        let page = Visitor::of(&friend).get("/notifications").await.text;
        page.matches("후기").count()
    };
    eventually("notified", async || notified().await > 0).await;
    assert_eq!(notified().await, 1);
}
