//! Reporting over HTTP.

use axum::extract::State;
use axum::response::Response;
use funsun_domain::ids::{AccountKey, ReportId};
use funsun_domain::text::ReportMessage;
use funsun_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::identity::{Member, write_as};
use crate::people::Author;
use crate::state::AppState;
use crate::{people, supports, visibility};
use web::{AppError, Input, Problem, Routes, created, no_content};

pub(super) fn router() -> Routes<AppState> {
    Routes::new().operations(routes!(report))
}

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReportKind {
    /// A funding.
    Funding,
    /// A member.
    Account,
    /// A support.
    Remit,
}

/// What is reported: its kind, and its id as the client sent it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) kind: ReportKind,
    pub(super) id: String,
}

/// Fields of a report.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct ReportBody {
    /// What is reported.
    r#type: ReportKind,
    /// Its id.
    #[schema(example = "42")]
    target: String,
    /// 2 to 255 characters.
    #[schema(min_length = 2, max_length = 255, example = "사진이 이상해요.")]
    message: String,
}

/// A report as its author sees it.
#[derive(Serialize, ToSchema)]
struct Report {
    #[schema(example = 3)]
    id: i64,
    r#type: ReportKind,
    /// The id that was given.
    #[schema(example = "42")]
    target: String,
    /// What was said.
    #[schema(example = "사진이 이상해요.")]
    message: String,
    author: Author,
    /// In Asia/Seoul.
    #[schema(example = "2026-11-22T10:00:00+09:00")]
    created_on: String,
    /// An operator has dealt with it.
    #[schema(example = false)]
    is_solved: bool,
}

/// Report a funding, a member or a support
#[utoipa::path(post, path = "/report/", tag = "report", security(("bearer" = [])),
    request_body = ReportBody,
    responses(
        (status = 201, description = "the report", body = Report),
        (status = 204, description = "nothing by this id that the caller may see"),
        (status = 400, description = "a field takes something else", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn report(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let kind = input.required("type", |text| {
        ReportKind::parse(text).ok_or(ReportKind::TAKES)
    })?;
    let target = input.text("target")?;
    let message: ReportMessage = input.required("message", str::parse)?;
    let (now, text) = (state.clock.now(), message.clone());
    let reported = Target {
        kind,
        id: target.clone(),
    };
    let write = move |conn: &mut Conn| -> Result<_, StorageError> {
        let written = write_report(conn, member.key, &reported, &text, now)?;
        let author = people::find_own(conn, member.key)?;
        Ok(written.zip(author))
    };
    let Some((id, author)) = write_as(&state, member, write).await?? else {
        return Ok(no_content());
    };
    Ok(created(&Report {
        id: id.get(),
        r#type: kind,
        target,
        message: message.into_string(),
        author: Author::new(author.kakao_id, author.username, author.image.as_deref()),
        created_on: Timestamp::to_seoul(now),
        is_solved: false,
    }))
}

/// Stores a report; `None` when the target does not exist or `author` may not see it.
pub(super) fn write_report(
    conn: &mut Conn,
    author: AccountKey,
    target: &Target,
    message: &ReportMessage,
    now: Timestamp,
) -> Result<Option<ReportId>, StorageError> {
    let Some(row) = target.find(conn, author)? else {
        return Ok(None);
    };
    sql::create(
        conn,
        author,
        target.kind.as_str(),
        row,
        message.as_str(),
        now,
    )
    .map(Some)
}

impl ReportKind {
    const TAKES: &'static str = "takes funding, account or remit";

    fn parse(text: &str) -> Option<Self> {
        [Self::Funding, Self::Account, Self::Remit]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::Account => "account",
            Self::Remit => "remit",
        }
    }
}

impl Target {
    /// The row of what is reported, if `viewer` may see it.
    pub(super) fn find(
        &self,
        conn: &mut Conn,
        viewer: AccountKey,
    ) -> Result<Option<i64>, StorageError> {
        match self.kind {
            ReportKind::Funding => {
                let Ok(id) = self.id.parse() else {
                    return Ok(None);
                };
                let visible = visibility::can_see(conn, id, viewer.into())?;
                Ok(visible.then_some(id.get()))
            }
            ReportKind::Account => {
                let Ok(id) = self.id.parse() else {
                    return Ok(None);
                };
                Ok(people::find_key(conn, id)?.map(AccountKey::get))
            }
            ReportKind::Remit => {
                let Ok(id) = self.id.parse() else {
                    return Ok(None);
                };
                let visible = supports::is_visible(conn, id, viewer.into())?;
                Ok(visible.then_some(id.get()))
            }
        }
    }
}
