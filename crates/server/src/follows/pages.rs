//! A member's page, and following them from there.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use funsun_domain::ids::{AccountKey, KakaoId};

use super::lists::{Side, list_people};
use super::{FollowRefusal, follow, sql, unfollow};
use crate::db::{Conn, StorageError};
use crate::fundings::pages::{CardView, cards};
use crate::fundings::{CardPage, list_of_author};
use crate::identity::{Member, PageMember, SignedForm, write_as};
use crate::people::ProfileRow;
use crate::people::{self, PersonRow, face};
use crate::site::{Face, Shell, Tab, page, see_other};
use crate::state::AppState;
use web::paging::{Cursor, PageQuery, Position};
use web::{AppError, PathInput, Routes};

/// `/members/…`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/members/{id}", get(show))
        .route("/members/{id}/followers", get(followers))
        .route("/members/{id}/following", get(following))
        .route("/members/{id}/follow", post(begin))
        .route("/members/{id}/unfollow", post(end))
}

#[derive(Template)]
#[template(path = "follows/member.html")]
struct MemberPage {
    shell: Shell,
    member: Face,
    followers: i64,
    following: i64,
    birthday: Option<String>,
    friend: bool,
    followed: bool,
    cards: Vec<CardView>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "follows/people.html")]
struct PeoplePage {
    shell: Shell,
    back: String,
    people: Vec<Person>,
    /// The text key for an empty list.
    nobody: &'static str,
    next: Option<String>,
}

/// A member of a list.
struct Person {
    face: Face,
    /// Whether the member is a friend of the viewer.
    friend: bool,
}

/// The data of a member's page.
struct Found {
    profile: ProfileRow,
    suspended: bool,
    friend: bool,
    followed: bool,
    fundings: CardPage,
}

fn find(
    conn: &mut Conn,
    id: KakaoId,
    viewer: AccountKey,
    position: Position,
) -> Result<Option<Found>, StorageError> {
    let Some(person) = people::find_profile(conn, id, viewer)? else {
        return Ok(None);
    };
    let profile = person.profile;
    let key = AccountKey::new(profile.id).map_err(StorageError::corrupt)?;
    Ok(Some(Found {
        suspended: people::is_suspended(conn, key)?,
        profile,
        friend: person.is_friend,
        followed: sql::follows(conn, viewer, key)?,
        fundings: list_of_author(conn, key, viewer.into(), position)?,
    }))
}

fn no_such_member() -> AppError {
    AppError::not_found("no_such_member", "there is no such member")
}

fn member_gone() -> AppError {
    AppError::gone("member_gone", "this member can't be seen")
}

fn member_id(text: &str) -> Result<KakaoId, AppError> {
    text.parse().map_err(|_| no_such_member())
}

async fn show(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let id = member_id(&id)?;
    let read = move |conn: &mut Conn| find(conn, id, member.key, position);
    let found = state.db.read(read).await?.ok_or_else(no_such_member)?;
    if found.profile.id == member.key.get() {
        return Ok(see_other("/me"));
    }
    if found.suspended {
        return Err(member_gone());
    }
    let t = visitor.t;
    let row = found.profile;
    let (cards, next) = cards(&state, found.fundings, t);
    page(&MemberPage {
        shell: visitor
            .shell(&state, Tab::None, row.username.clone())
            .await?,
        followers: row.follower_count,
        following: row.followee_count,
        birthday: row
            .birthday
            .filter(|_| found.friend)
            .map(|day| t.birthday(&day)),
        member: face(row.kakao_id, row.username, row.image.as_deref(), t),
        friend: found.friend,
        followed: found.followed,
        cards,
        next,
    })
}

async fn followers(
    state: State<AppState>,
    viewer: PageMember,
    id: PathInput<String>,
    position: PageQuery,
) -> Result<Response, AppError> {
    people(state, viewer, id, position, Side::Followers).await
}

async fn following(
    state: State<AppState>,
    viewer: PageMember,
    id: PathInput<String>,
    position: PageQuery,
) -> Result<Response, AppError> {
    people(state, viewer, id, position, Side::Following).await
}

async fn people(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
    PageQuery(position): PageQuery,
    side: Side,
) -> Result<Response, AppError> {
    let (id, t) = (member_id(&id)?, visitor.t);
    let list = move |conn: &mut Conn| list_people(conn, id, side, member.key, position.cursor());
    let found = state.db.read(list).await?.ok_or_else(no_such_member)?;
    if found.suspended {
        return Err(member_gone());
    }
    let (title, nobody) = match side {
        Side::Followers => ("member.followers_of", "member.no_followers"),
        Side::Following => ("member.following_of", "member.no_following"),
    };
    let title = t.fill(title, [("name", &found.of)]);
    let person = |person: PersonRow| {
        let row = person.profile;
        Person {
            face: face(row.kakao_id, row.username, row.image.as_deref(), t),
            friend: person.is_friend,
        }
    };
    page(&PeoplePage {
        shell: visitor.shell(&state, Tab::None, title).await?,
        back: format!("/members/{}", id.get()),
        people: found.members.into_iter().map(person).collect(),
        nobody,
        next: found.next.map(Cursor::encode),
    })
}

async fn begin(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    form: SignedForm,
) -> Result<Response, AppError> {
    let id = member_id(&id)?;
    let (Member { key, .. }, now) = (form.member, state.clock.now());
    let begin = move |conn: &mut Conn| follow(conn, key, id, now);
    match write_as(&state, form.member, begin).await? {
        // A repeated submission: the follow exists, as requested.
        Ok(()) | Err(FollowRefusal::Already) => {
            Ok(see_other(&format!("/members/{}?done=followed", id.get())))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn end(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    form: SignedForm,
) -> Result<Response, AppError> {
    let id = member_id(&id)?;
    let key = form.member.key;
    let end = move |conn: &mut Conn| unfollow(conn, key, id);
    write_as(&state, form.member, end).await??;
    Ok(see_other(&format!("/members/{}?done=unfollowed", id.get())))
}
