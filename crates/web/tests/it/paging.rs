//! Pages, cursors and the link to the next page.

use web::QueryInput;
use web::paging::{Cursor, PageQuery, Position, next_link, split_page};

use crate::status_and_detail;

fn position(query: &str) -> Position {
    PageQuery::read(&QueryInput::of(&format!("/?{query}").parse().unwrap())).unwrap()
}

#[test]
fn a_missing_or_non_numeric_page_is_the_first() {
    for query in [
        "",
        "page=",
        "page=abc",
        "page=1.5",
        "page=%EF%BC%92",
        "page=+2",
        "page=--1",
    ] {
        assert_eq!(position(query), Position::Page(1), "{query}");
    }
    assert_eq!(position("page=3"), Position::Page(3));
    assert_eq!(position("page=007"), Position::Page(7));
}

#[test]
fn impossible_pages_are_past_the_end() {
    let long = format!("page={}", "9".repeat(5000));
    for query in [
        "page=0",
        "page=-1",
        "page=-0",
        "page=10000001",
        "page=99999999999999999999",
        &long,
    ] {
        assert_eq!(position(query), Position::PastEnd, "{query}");
    }
}

#[test]
fn a_cursor_survives_the_round_trip() {
    for cursor in [
        Cursor::one(0),
        Cursor::one(i64::MIN),
        Cursor::two(i64::MAX, -1),
        Cursor::two(5, i64::MIN),
    ] {
        let text = cursor.encode();
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(
            position(&format!("page=4&before={text}")),
            Position::Before(cursor)
        );
    }
}

#[test]
fn a_broken_cursor_is_refused_by_name() {
    let long = "A".repeat(100_000);
    for text in [
        "",
        "x",
        "!!!",
        "AAAA",
        "AAAAAAAAAAAAAAA=",
        "%ff",
        long.get(..9000).unwrap(),
    ] {
        let uri = format!("/?before={text}").parse().unwrap();
        let (status, detail) =
            status_and_detail(PageQuery::read(&QueryInput::of(&uri)).unwrap_err());
        assert_eq!(status, 400, "{text}");
        assert!(detail.starts_with("before: "), "{detail}");
    }
}

#[test]
fn the_next_link_keeps_the_other_parameters() {
    let uri = "/funding/user?id=1%262&page=3&before=old&q=%3E%22%ED%95%9C"
        .parse()
        .unwrap();
    let query = QueryInput::of(&uri);
    let link = next_link("/funding/user", query.pairs(), Cursor::one(7));
    assert_eq!(
        link.to_str().unwrap(),
        "</funding/user?id=1%262&q=%3E%22%ED%95%9C&before=AAAAAAAAAAc>; rel=\"next\""
    );
}

#[test]
fn a_malicious_path_cannot_break_out_of_the_link() {
    let link = next_link("/a>; rel=\"x\"\r\nset-cookie: b", [], Cursor::one(7));
    let text = link.to_str().unwrap();
    assert_eq!(text.matches('>').count(), 1);
    assert!(!text.contains('\r') && !text.contains('\n'));
}

#[test]
fn a_page_has_a_cursor_only_when_one_more_row_was_loaded() {
    let split = |rows: &[i64]| split_page(rows.to_vec(), 2, |row| Cursor::one(*row));
    assert_eq!(split(&[]), (vec![], None));
    assert_eq!(split(&[9]), (vec![9], None));
    assert_eq!(split(&[9, 8]), (vec![9, 8], None));
    assert_eq!(split(&[9, 8, 7]), (vec![9, 8], Some(Cursor::one(8))));
    assert_eq!(split(&[9, 8, 7, 6]), (vec![9, 8], Some(Cursor::one(8))));
}

#[test]
fn a_page_without_room_has_neither_rows_nor_a_cursor() {
    for size in [0, -1] {
        let page = split_page(vec![9], size, |row| Cursor::one(*row));
        assert_eq!(page, (vec![], None));
    }
}
