//! Lists: eight items a page, by page number and by cursor, and their order.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, Member, send};
use crate::database;

/// More than two pages.
const MANY: usize = 21;

fn ids(list: &Value) -> Vec<i64> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item["id"].as_i64().unwrap()).collect()
}

async fn get(reader: &Member, path: &str) -> Answer {
    send(reader.call(Method::GET, path)).await
}

/// The path in the `Link` header, if any.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get("link")?.to_str().unwrap();
    let path = link
        .strip_prefix('<')
        .unwrap()
        .strip_suffix(">; rel=\"next\"");
    Some(path.unwrap().to_owned())
}

/// Checks that `path` lists exactly `expected` in this order, by page number and by cursor.
async fn assert_lists(reader: &Member, path: &str, expected: &[i64], past_end: u16) {
    let joint = if path.contains('?') { '&' } else { '?' };
    let page = |number: &str| format!("{path}{joint}page={number}");
    let mut by_page = Vec::new();
    for number in 1..=expected.len().div_ceil(8) {
        let answer = get(reader, &page(&number.to_string())).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} page {number}");
        by_page.extend(ids(&answer.json()));
    }
    assert_eq!(by_page, expected, "{path} by page");

    let (mut by_link, mut here) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = here {
        let answer = get(reader, &path).await;
        let found = ids(&answer.json());
        assert!(found.len() <= 8, "{path}");
        by_link.extend(found);
        here = next(&answer);
    }
    assert_eq!(by_link, expected, "{path} by link");

    for number in ["0", "-1", "99", "4294967296", "99999999999999999999"] {
        let answer = get(reader, &page(number)).await;
        assert_eq!(answer.status.as_u16(), past_end, "{path} page {number}");
        let body = if past_end == 200 { "[]" } else { "" };
        assert_eq!(answer.text, body, "{path} page {number}");
    }
    for number in ["", "one", "1.5", "１", "2e0", "%00"] {
        let answer = get(reader, &page(number)).await;
        assert_eq!(ids(&answer.json()), expected[..8], "{path} page {number}");
    }
    for cursor in ["", "x", "AAAA", "%FF", &"A".repeat(10_000)] {
        let answer = get(reader, &format!("{path}{joint}before={cursor}")).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{path} {cursor:.10}"
        );
        assert!(
            answer.json()["detail"]
                .as_str()
                .unwrap()
                .starts_with("before")
        );
    }
}

#[tokio::test]
async fn public_own_and_followed_fundings_are_listed_newest_first() {
    let app = App::start().await;
    let (author, reader) = (app.member("민지").await, app.member("지우").await);
    reader.follows(&author).await;
    assert_eq!(reader.status("/funding/public").await, 204);
    assert_eq!(reader.get("/funding/following").await, json!([]));
    let (mut all, mut public) = (Vec::new(), Vec::new());
    for number in 0..MANY {
        let opened = author
            .opens(&format!("소원 {number}"), number % 7 != 3)
            .await;
        all.insert(0, opened["id"].as_i64().unwrap());
        if opened["public"] == true {
            public.insert(0, opened["id"].as_i64().unwrap());
        }
    }
    let theirs = format!("/funding/user?id={}", author.id);
    assert_lists(&author, &theirs, &all, 204).await;
    assert_lists(&reader, &theirs, &public, 204).await;
    assert_lists(&reader, "/funding/following", &public, 200).await;
    assert_lists(&reader, "/funding/public/", &public, 204).await;
    author.follows(&reader).await;
    assert_lists(&reader, &theirs, &all, 204).await;
    assert_lists(&reader, "//funding/following", &all, 200).await;
    let visitor = send(app.visitor(Method::GET, "/funding/public?page=1")).await;
    assert_eq!(ids(&visitor.json()), public[..8]);
    let card = &visitor.json()[0];
    let mut names: Vec<&String> = card.as_object().unwrap().keys().collect();
    names.sort_unstable();
    let expected = [
        "author",
        "current_amount",
        "expire_on",
        "goal_amount",
        "id",
        "image",
        "public",
        "title",
    ];
    assert_eq!(names, expected);
    assert_eq!(card["author"]["username"], "민지");
}

#[tokio::test]
async fn numbered_pages_stay_exact_across_blocks_of_ids() {
    let app = App::start().await;
    let (author, other) = (app.member("민지").await, app.member("지우").await);
    let (mut all, mut public) = (Vec::new(), Vec::new());
    // Ids on both sides of the limits of blocks, and whole blocks without any.
    for after in [505, 1_020, 5_000] {
        app.change_database(&database::number_after("fundings", after));
        for number in 0..12 {
            let opened = author
                .opens(&format!("소원 {number}"), number % 4 != 3)
                .await;
            let id = opened["id"].as_i64().unwrap();
            all.insert(0, id);
            if number % 4 != 3 {
                public.insert(0, id);
            }
        }
    }
    assert_lists(&other, "/funding/public", &public, 204).await;
    // An edit hides one and shows another, and one is deleted.
    let edit = async |id: i64, public: bool| {
        let body = json!({"id": id, "public": public});
        let answer = author.json(Method::PUT, "/funding/", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    };
    let shown = *all.iter().find(|id| !public.contains(id)).unwrap();
    edit(public[0], false).await;
    edit(shown, true).await;
    let gone = public[9].to_string();
    let deleted = author
        .form(Method::DELETE, "/funding/", &[("id", &gone)])
        .await;
    assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
    let (hidden, gone) = (public[0], public[9]);
    public.retain(|id| *id != hidden && *id != gone);
    public.push(shown);
    public.sort_unstable_by(|one, other| other.cmp(one));
    assert_lists(&other, "/funding/public", &public, 204).await;
    // The author is suspended and reinstated.
    let id = author.id.as_str();
    assert_eq!(app.command(&["admin", "suspend", id]).await.0, 0);
    assert_eq!(other.status("/funding/public?page=2").await, 204);
    assert_eq!(app.command(&["admin", "reinstate", id]).await.0, 0);
    assert_lists(&other, "/funding/public", &public, 204).await;
    let wrong = "SELECT count(*) FROM public_blocks WHERE fundings <> (SELECT count(*) FROM fundings \
        WHERE visible_to = 2 AND id BETWEEN block * 512 AND block * 512 + 511)";
    assert_eq!(app.count(wrong), 0);
    let counted = app.count("SELECT sum(fundings) FROM public_blocks");
    assert_eq!(counted, i64::try_from(public.len()).unwrap());
}

#[tokio::test]
async fn a_cursor_is_stable_when_new_fundings_appear() {
    let app = App::start().await;
    let (author, reader) = (app.member("민지").await, app.member("지우").await);
    let mut newest_first = Vec::new();
    for number in 0..10 {
        let opened = author.opens(&format!("소원 {number}"), true).await;
        newest_first.insert(0, opened["id"].as_i64().unwrap());
    }
    let first = get(&reader, "/funding/public").await;
    assert_eq!(ids(&first.json()), newest_first[..8]);
    author.opens("새로 나타난 소원", true).await;
    let second = get(&reader, &next(&first).unwrap()).await;
    assert_eq!(ids(&second.json()), newest_first[8..]);
    assert_eq!(next(&second), None);
}

#[tokio::test]
async fn lists_of_unknown_members_are_204() {
    let app = App::start().await;
    let reader = app.member("지우").await;
    for path in [
        "/funding/user?id=4242",
        "/funding/user?id=x&page=1",
        "/remit/?id=4242",
    ] {
        assert_eq!(reader.status(path).await, 204, "{path}");
    }
    assert_eq!(reader.status("/funding/user").await, 400);
    assert_eq!(reader.status("/remit/").await, 400);
}

#[tokio::test]
async fn supports_are_listed_oldest_first_and_joined_fundings_by_latest_support() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let first = author.opens("먼저 연 소원", true).await;
    let (mut supports, mut joined) = (Vec::new(), vec![first["id"].as_i64().unwrap()]);
    for number in 0..MANY {
        let given = giver
            .supports(&first, 1_000, &format!("응원 {number}"))
            .await;
        supports.push(given["id"].as_i64().unwrap());
    }
    assert_eq!(
        giver.get("/funding/joined").await.as_array().unwrap().len(),
        1
    );
    let list = format!("/remit/?id={}", first["id"]);
    assert_lists(&giver, &list, &supports, 204).await;
    for number in 1..MANY {
        let funding = author.opens(&format!("다음 소원 {number}"), true).await;
        giver.supports(&funding, 1_000, "이것도 응원").await;
        joined.insert(0, funding["id"].as_i64().unwrap());
    }
    assert_lists(&giver, "/funding/joined", &joined, 204).await;
    giver.supports(&first, 2_000, "한 번 더").await;
    joined.rotate_right(1);
    assert_lists(&giver, "/funding/joined", &joined, 204).await;
    assert_eq!(author.status("/funding/joined").await, 204);
}
