//! Changing a support's message, taking a support back, thanking for it.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use funsun_domain::ids::SupportId;
use funsun_domain::text::SupportMessage;
use funsun_domain::time::Timestamp;

use crate::db::{Conn, StorageError};
use crate::identity::{PageMember, SignedForm, Visitor, write_as};
use crate::payments::{StepContext, refund};
use crate::site::small_pages::{Confirm, TextForm};
use crate::site::{Form, Tab, Texts, page, refused_form, see_other};
use crate::state::AppState;
use crate::supports::change::{ChangeRefusal, change_message, take_back};
use crate::supports::{sql, thank};
use web::{AppError, PathInput, Routes};

/// `/supports/…`.
pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/supports/{id}/edit", get(edit_form).post(edit))
        .route(
            "/supports/{id}/take-back",
            get(confirm_take_back).post(take_support_back),
        )
        .route("/supports/{id}/thanks", post(say_thanks))
}

fn no_such_support() -> AppError {
    AppError::not_found("no_such_support", "there is no such support")
}

/// A support of this member that was not taken back.
async fn find_own(
    state: &AppState,
    page: &PageMember,
    id: &str,
) -> Result<sql::SupportRow, AppError> {
    let id: SupportId = id.parse().map_err(|_| no_such_support())?;
    let key = page.member.key;
    let read = move |conn: &mut Conn| -> Result<_, StorageError> {
        match sql::find_own(conn, key, id)? {
            Some(facts) if !facts.taken_back => sql::get(conn, id).map(Some),
            _ => Ok(None),
        }
    };
    let found = state.db.read(read).await?;
    found.ok_or_else(no_such_support)
}

async fn edit_form(
    State(state): State<AppState>,
    page_member: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let support = find_own(&state, &page_member, &id).await?;
    let form = Form::default().with("message", support.message.clone());
    page(&message_form(&state, &page_member.visitor, &support, form).await?)
}

async fn message_form(
    state: &AppState,
    visitor: &Visitor,
    support: &sql::SupportRow,
    form: Form,
) -> Result<TextForm, AppError> {
    let title = form.title(visitor.t, visitor.t.say("support.edit"));
    Ok(TextForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        lead: String::new(),
        form,
        label: "give.message",
        hint: "give.message_hint",
        action: format!("/supports/{}/edit", support.id),
        button: "settings.save",
        back: format!("/fundings/{}", support.funding_id),
    })
}

async fn edit(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let page_member = PageMember { member, visitor };
    let support = find_own(&state, &page_member, &id).await?;
    let t = page_member.visitor.t;
    let mut form = Form::default();
    let message = form.read(
        &input,
        "message",
        str::parse::<SupportMessage>,
        t.say("give.message_error"),
    );
    let Some(message) = message else {
        let again = message_form(&state, &page_member.visitor, &support, form).await?;
        return refused_form(&again);
    };
    let id = SupportId::new(support.id).map_err(AppError::internal)?;
    let change = move |conn: &mut Conn| change_message(conn, member.key, id, &message);
    write_as(&state, member, change).await??;
    Ok(see_other(&format!(
        "/fundings/{}?done=edited",
        support.funding_id
    )))
}

async fn confirm_take_back(
    State(state): State<AppState>,
    page_member: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let support = find_own(&state, &page_member, &id).await?;
    let visitor = &page_member.visitor;
    let t = visitor.t;
    let id = SupportId::new(support.id).map_err(AppError::internal)?;
    let key = page_member.member.key;
    let own = state
        .db
        .read(move |conn| sql::find_own(conn, key, id))
        .await?;
    let deadline = own.ok_or_else(no_such_support)?.deadline;
    if deadline <= state.clock.now() {
        return Err(ChangeRefusal::Ended.into());
    }
    page(&Confirm {
        shell: visitor
            .shell(&state, Tab::None, t.say("take_back.title"))
            .await?,
        lines: take_back_lines(t, support.amount, deadline),
        action: format!("/supports/{}/take-back", support.id),
        button: "support.take_back",
        back: format!("/fundings/{}", support.funding_id),
    })
}

fn take_back_lines(t: Texts, amount: i64, deadline: Timestamp) -> Vec<String> {
    vec![
        t.fill("take_back.money", [("amount", t.won(amount))]),
        t.say("take_back.message").to_owned(),
        t.fill("take_back.until", [("until", t.moment(deadline))]),
        t.say("take_back.days").to_owned(),
    ]
}

async fn take_support_back(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm {
        member, visitor, ..
    }: SignedForm,
) -> Result<Response, AppError> {
    let page_member = PageMember { member, visitor };
    let support = find_own(&state, &page_member, &id).await?;
    let id = SupportId::new(support.id).map_err(AppError::internal)?;
    let cx = StepContext::new(&state);
    let back = move |conn: &mut Conn| take_back(conn, member.key, id, cx);
    let payment = write_as(&state, member, back).await??;
    refund::carry_out(&state, payment).await?;
    Ok(see_other(&format!(
        "/fundings/{}?done=taken_back",
        support.funding_id
    )))
}

async fn say_thanks(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm { member, input, .. }: SignedForm,
) -> Result<Response, AppError> {
    let id: SupportId = id.parse().map_err(|_| no_such_support())?;
    let text = input.required("thanks", str::parse)?;
    let now = state.clock.now();
    let thank = move |conn: &mut Conn| thank::thank(conn, member.key, id, &text, now);
    write_as(&state, member, thank).await??;
    let support = state.db.read(move |conn| sql::get(conn, id)).await?;
    Ok(see_other(&format!(
        "/fundings/{}?done=thanked#support-{}",
        support.funding_id, support.id
    )))
}
