//! Reporting a funding, a member or a support from the page where it is seen.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::SupportId;
use funsun_domain::text::ReportMessage;

use super::api::{ReportKind, Target, write_report};
use crate::db::{Conn, StorageError};
use crate::identity::{Member, PageMember, SignedForm, Visitor, write_as};
use crate::site::small_pages::TextForm;
use crate::site::{Form, Tab, page, refused_form, see_other};
use crate::state::AppState;
use crate::supports;
use web::{AppError, QueryInput, Routes};

/// `/reports/new`.
pub fn router() -> Routes<AppState> {
    Routes::new().route("/reports/new", get(show_form).post(send))
}

fn target(query: &QueryInput) -> Result<Target, AppError> {
    let kind = match query.optional_text("kind")?.as_deref() {
        Some("funding") => ReportKind::Funding,
        Some("member") => ReportKind::Account,
        Some("support") => ReportKind::Remit,
        _ => return Err(nothing_to_report()),
    };
    let id = query.optional_text("id")?.unwrap_or_default();
    Ok(Target { kind, id })
}

/// The kind in our own paths and texts; `remit` is the word of the JSON API.
const fn word(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Funding => "funding",
        ReportKind::Account => "member",
        ReportKind::Remit => "support",
    }
}

fn nothing_to_report() -> AppError {
    AppError::not_found("nothing_to_report", "there is nothing to report by this id")
}

/// The path of the page that shows what is reported; 404 when the member may not see it.
async fn find_origin(
    state: &AppState,
    member: Member,
    target: &Target,
) -> Result<String, AppError> {
    let target = target.clone();
    let find = move |conn: &mut Conn| -> Result<_, StorageError> {
        let Some(row) = target.find(conn, member.key)? else {
            return Ok(None);
        };
        let id = &target.id;
        Ok(Some(match target.kind {
            ReportKind::Funding => format!("/fundings/{id}"),
            ReportKind::Account => format!("/members/{id}"),
            ReportKind::Remit => {
                let support = SupportId::new(row).map_err(StorageError::corrupt)?;
                let funding = supports::get(conn, support)?.funding_id;
                format!("/fundings/{funding}")
            }
        }))
    };
    state.db.read(find).await?.ok_or_else(nothing_to_report)
}

async fn show_form(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    query: QueryInput,
) -> Result<Response, AppError> {
    let target = target(&query)?;
    let origin = find_origin(&state, member, &target).await?;
    page(&form_page(&state, &visitor, &target, origin, Form::default()).await?)
}

async fn form_page(
    state: &AppState,
    visitor: &Visitor,
    target: &Target,
    origin: String,
    form: Form,
) -> Result<TextForm, StorageError> {
    let t = visitor.t;
    let title = form.title(t, t.say(&["report.title.", word(target.kind)].concat()));
    Ok(TextForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        lead: t.say("report.lead").to_owned(),
        form,
        label: "report.message",
        hint: "report.hint",
        action: format!("/reports/new?kind={}&id={}", word(target.kind), target.id),
        button: "report.button",
        back: origin,
    })
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
    let origin = find_origin(&state, member, &target).await?;
    let t = visitor.t;
    let mut form = Form::default();
    let message = form.read(
        &input,
        "message",
        str::parse::<ReportMessage>,
        t.say("report.error"),
    );
    let Some(message) = message else {
        return refused_form(&form_page(&state, &visitor, &target, origin, form).await?);
    };
    let now = state.clock.now();
    let write = move |conn: &mut Conn| write_report(conn, member.key, &target, &message, now);
    write_as(&state, member, write).await??;
    Ok(see_other(&format!("{origin}?done=reported")))
}
