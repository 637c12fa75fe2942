//! Reporting a funding, a member or a support from the page where it is seen.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::text::ReportMessage;

use super::api::{ReportKind, write_report};
use crate::accounts::{Member, PageMember, SignedForm, Visitor, write_as};
use crate::db::{Conn, StorageError};
use crate::site::small_pages::TextForm;
use crate::site::{Form, Tab, page, refused_form, see_other};
use crate::state::AppState;
use crate::web::{AppError, QueryInput};

/// `/reports/new`.
pub fn router() -> Router<AppState> {
    Router::new().route("/reports/new", get(ask).post(send))
}

/// What is reported: its kind in the address, and its id.
struct Target {
    kind: ReportKind,
    word: &'static str,
    id: String,
}

fn target(query: &QueryInput) -> Result<Target, AppError> {
    let (kind, word) = match query.optional_text("kind")?.as_deref() {
        Some("funding") => (ReportKind::Funding, "funding"),
        Some("member") => (ReportKind::Account, "member"),
        Some("support") => (ReportKind::Remit, "support"),
        _ => return Err(nothing_there()),
    };
    let id = query.optional_text("id")?.unwrap_or_default();
    Ok(Target { kind, word, id })
}

fn nothing_there() -> AppError {
    AppError::not_found("nothing_to_report", "there is nothing to report by this id")
}

async fn must_be_visible(
    state: &AppState,
    member: Member,
    target: &Target,
) -> Result<(), AppError> {
    let (kind, id) = (target.kind, target.id.clone());
    let find =
        move |conn: &mut Conn| -> Result<_, StorageError> { kind.find(conn, &id, member.key) };
    let found = state.db.read(find).await?;
    found.map(|_| ()).ok_or_else(nothing_there)
}

async fn ask(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    query: QueryInput,
) -> Result<Response, AppError> {
    let target = target(&query)?;
    must_be_visible(&state, member, &target).await?;
    page(&form_page(&state, &visitor, &target, Form::default()).await?)
}

async fn form_page(
    state: &AppState,
    visitor: &Visitor,
    target: &Target,
    form: Form,
) -> Result<TextForm, StorageError> {
    let t = visitor.t;
    let title = form.title(t, t.say(&["report.title.", target.word].concat()));
    Ok(TextForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        lead: t.say("report.lead").to_owned(),
        form,
        label: "report.message",
        hint: "report.hint",
        action: format!("/reports/new?kind={}&id={}", target.word, target.id),
        button: "report.button",
        back: back(target),
    })
}

fn back(target: &Target) -> String {
    match target.kind {
        ReportKind::Funding => format!("/fundings/{}", target.id),
        ReportKind::Account => format!("/members/{}", target.id),
        ReportKind::Remit => "/".to_owned(),
    }
}

async fn send(
    State(state): State<AppState>,
    query: QueryInput,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let target = target(&query)?;
    must_be_visible(&state, member, &target).await?;
    let t = visitor.t;
    let mut form = Form::default();
    let message = form.read(
        &input,
        "message",
        str::parse::<ReportMessage>,
        t.say("report.error"),
    );
    let Some(message) = message else {
        return refused_form(&form_page(&state, &visitor, &target, form).await?);
    };
    let (kind, id, now) = (target.kind, target.id.clone(), state.clock.now());
    let write = move |conn: &mut Conn| write_report(conn, member.key, (kind, &id), &message, now);
    write_as(&state, member, write).await??;
    Ok(see_other(&format!("{}?done=reported", back(&target))))
}
