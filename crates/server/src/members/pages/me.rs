//! A member's own page: profile, fundings, links to everything else; editing the profile; leaving.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::text::{BankAccount, Birthday, Username};

use super::login::clear_login;
use crate::db::{Conn, StorageError};
use crate::fundings::list_of_author;
use crate::fundings::pages::{CardView, cards};
use crate::identity::{Member, PageMember, SignedForm, Visitor, account_gone, write_as};
use crate::media::{IMAGE, kept_picture, read_picture};
use crate::members::api::blank_or;
use crate::members::edit::{ProfileEdit, edit_profile};
use crate::members::leave::leave as leave_for_good;
use crate::people::{self, ProfileRow, face};
use crate::site::small_pages::Confirm;
use crate::site::{Face, Form, Shell, Tab, page, refused_form, see_other};
use crate::state::AppState;
use http::Method;
use web::paging::PageQuery;
use web::rate_limit::Class;
use web::{AppError, Routes};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/me", get(show))
        .route("/me/edit", get(show_form).post(save))
        .method_limited(&Method::POST, Class::Upload)
        .route("/me/withdraw", get(confirm_leave).post(leave))
}

#[derive(Template)]
#[template(path = "members/me.html")]
struct MePage {
    shell: Shell,
    member: Face,
    followers: i64,
    following: i64,
    bank_account: Option<String>,
    cards: Vec<CardView>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "members/edit.html")]
struct EditPage {
    shell: Shell,
    member: Face,
    form: Form,
    banks: Vec<String>,
}

async fn find(state: &AppState, member: Member) -> Result<ProfileRow, AppError> {
    let row = people::read_own(state, member.key).await?;
    row.ok_or_else(account_gone)
}

async fn show(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let row = find(&state, member).await?;
    let list = move |conn: &mut Conn| list_of_author(conn, member.key, member.key.into(), position);
    let (cards, next) = cards(&state, state.db.read(list).await?, t);
    page(&MePage {
        shell: visitor.shell(&state, Tab::Me, t.say("nav.me")).await?,
        followers: row.follower_count,
        following: row.followee_count,
        bank_account: row.bank_account,
        member: face(row.kakao_id, row.username, row.image.as_deref(), t),
        cards,
        next,
    })
}

async fn show_form(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
) -> Result<Response, AppError> {
    let row = find(&state, member).await?;
    let birthday = row.birthday.clone().unwrap_or_default();
    let (month, day) = birthday.split_at_checked(2).unwrap_or_default();
    let account = row.bank_account.clone().unwrap_or_default();
    let (bank, number) = account.split_once(' ').unwrap_or(("", &account));
    let form = Form::default()
        .with("username", row.username.clone())
        .with("month", month)
        .with("day", day)
        .with("bank", bank)
        .with("number", number);
    page(&edit_page(&state, &visitor, row, form).await?)
}

async fn edit_page(
    state: &AppState,
    visitor: &Visitor,
    row: ProfileRow,
    form: Form,
) -> Result<EditPage, StorageError> {
    let t = visitor.t;
    let title = form.title(t, t.say("edit.title"));
    let banks = t.say("edit.banks").split(',').map(str::to_owned);
    // A bank that was entered in the app and is not in our list must not be lost.
    let known = form.value("bank").to_owned();
    let mut banks: Vec<String> = banks.collect();
    if !known.is_empty() && !banks.contains(&known) {
        banks.push(known);
    }
    let mut member = face(row.kakao_id, row.username, row.image.as_deref(), t);
    if let Some(kept) = kept_picture(&form, IMAGE) {
        member.image = Some(kept.small);
    }
    Ok(EditPage {
        shell: visitor.shell(state, Tab::Me, title).await?,
        member,
        form,
        banks,
    })
}

async fn save(
    State(state): State<AppState>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let mut form = Form::default();
    let username = form.read(
        &input,
        "username",
        str::parse::<Username>,
        t.say("edit.username_error"),
    );
    let [month, day, bank, number] =
        ["month", "day", "bank", "number"].map(|name| form.text(&input, name));
    let birthday = blank_or::<Birthday>(&format!("{month}{day}"));
    if birthday.is_err() {
        form.refuse("birthday", t.say("edit.birthday_error"));
    }
    let account = blank_or::<BankAccount>(&format!("{bank} {number}"));
    if account.is_err() || bank.is_empty() != number.is_empty() {
        form.refuse("bank", t.say("edit.bank_error"));
    }
    let picture = read_picture(&state, member, &input, IMAGE, &mut form, t).await;
    let (Some(username), Ok(birthday), Ok(account), true) =
        (username, birthday, account, form.is_good())
    else {
        let row = find(&state, member).await?;
        return refused_form(&edit_page(&state, &visitor, row, form).await?);
    };
    let edit = ProfileEdit {
        username: Some(username),
        birthday: Some(birthday),
        bank_account: Some(account),
        picture,
    };
    let now = state.clock.now();
    let change = move |conn: &mut Conn| edit_profile(conn, member.key, &edit, now);
    write_as(&state, member, change)
        .await??
        .ok_or_else(account_gone)?;
    // An old form must not find the replaced picture.
    state.jobs_now.notify_one();
    Ok(see_other("/me?done=saved"))
}

async fn confirm_leave(
    State(state): State<AppState>,
    PageMember { visitor, .. }: PageMember,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let lines =
        ["1", "2", "3", "4"].map(|line| t.say(&["withdraw.line.", line].concat()).to_owned());
    page(&Confirm {
        shell: visitor
            .shell(&state, Tab::Me, t.say("withdraw.title"))
            .await?,
        lines: lines.to_vec(),
        action: "/me/withdraw".to_owned(),
        button: "withdraw.button",
        back: "/me".to_owned(),
    })
}

async fn leave(State(state): State<AppState>, form: SignedForm) -> Result<Response, AppError> {
    if form.input.optional_text("sure")?.is_none() {
        return Ok(see_other("/me/withdraw"));
    }
    leave_for_good(&state, form.member.key).await?;
    let mut response = see_other("/?done=withdrawn");
    clear_login(&state, response.headers_mut());
    Ok(response)
}
