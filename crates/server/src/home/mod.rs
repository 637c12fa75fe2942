//! The home page: for guests, the landing page; for members, their friends' fundings, upcoming birthdays and their own
//! running fundings. Also the pages about FunSun.

pub mod about;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::time::Timestamp;

use crate::db::{Conn, StorageError};
use crate::follows;
use crate::fundings::pages::{CardView, cards};
use crate::fundings::{self, CardPage, CardRows};
use crate::identity::{Member, Visitor};
use crate::people::face;
use crate::site::{Face, Shell, Tab, Texts, page};
use crate::state::AppState;
use web::paging::{PageQuery, Position};
use web::{AppError, Routes};

/// Number of public fundings on the landing page.
const SHOWN_TO_GUESTS: i64 = 6;

/// `/`.
pub fn router() -> Routes<AppState> {
    Routes::new().route("/", get(home_or_landing))
}

#[derive(Template)]
#[template(path = "home/landing.html")]
struct Landing {
    shell: Shell,
    cards: Vec<CardView>,
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct Home {
    shell: Shell,
    greeting: String,
    running: Vec<CardView>,
    birthdays: Vec<BirthdayView>,
    cards: Vec<CardView>,
    /// Whether this is a later page of the list: only the list is shown.
    further: bool,
    next: Option<String>,
}

/// A friend with an upcoming birthday.
struct BirthdayView {
    friend: Face,
    when: String,
    date: String,
}

async fn home_or_landing(
    State(state): State<AppState>,
    visitor: Visitor,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    match visitor.member {
        Some(member) => home(&state, &visitor, member, position).await,
        None => landing(&state, &visitor).await,
    }
}

async fn landing(state: &AppState, visitor: &Visitor) -> Result<Response, AppError> {
    let (t, now) = (visitor.t, state.clock.now());
    let list = move |conn: &mut Conn| fundings::list_running(conn, now, SHOWN_TO_GUESTS);
    let running = state.db.read(list).await?;
    let card = |rows| CardView::new(rows, &state.media, t, now);
    let title = visitor.t.say("landing.title");
    page(&Landing {
        shell: visitor.shell(state, Tab::Home, title).await?,
        cards: running.into_iter().map(card).collect(),
    })
}

/// The data of the home page, loaded together.
struct HomeData {
    running: Vec<CardRows>,
    birthdays: Vec<follows::UpcomingBirthday>,
    friends: CardPage,
}

fn load(
    conn: &mut Conn,
    member: Member,
    position: Position,
    now: Timestamp,
) -> Result<HomeData, StorageError> {
    let key = member.key;
    Ok(HomeData {
        running: fundings::list_running_of(conn, key, now)?,
        birthdays: follows::list_birthdays(conn, key, now)?,
        friends: fundings::list_of_followees(conn, key, position)?,
    })
}

async fn home(
    state: &AppState,
    visitor: &Visitor,
    member: Member,
    position: Position,
) -> Result<Response, AppError> {
    let (t, now) = (visitor.t, state.clock.now());
    let found = state
        .db
        .read(move |conn| load(conn, member, position, now))
        .await?;
    let shell = visitor.shell(state, Tab::Home, t.say("home.title")).await?;
    let name = shell.me.as_ref().map_or("", |me| &me.username);
    let (cards, next) = cards(state, found.friends, t);
    let mine = |rows| CardView::new(rows, &state.media, t, now);
    page(&Home {
        greeting: t.fill("home.greeting", [("name", name)]),
        running: found.running.into_iter().map(mine).collect(),
        birthdays: found
            .birthdays
            .into_iter()
            .map(|found| birthday_view(found, t))
            .collect(),
        cards,
        further: !matches!(position, Position::Page(1)),
        next,
        shell,
    })
}

fn birthday_view(birthday: follows::UpcomingBirthday, t: Texts) -> BirthdayView {
    let friend = birthday.friend;
    let when = match birthday.days {
        0 => t.say("home.birthday_today").to_owned(),
        days => t.fill("home.birthday_in", [("days", days)]),
    };
    BirthdayView {
        when,
        date: t.birthday(friend.birthday.as_deref().unwrap_or_default()),
        friend: face(friend.kakao_id, friend.username, friend.image.as_deref(), t),
    }
}
