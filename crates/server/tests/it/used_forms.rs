//! Forms that are used again, after going back in the browser: sent unchanged they take effect once, and changed they
//! are a new submission.

use reqwest::StatusCode;

use crate::app::{App, Member, eventually};
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
