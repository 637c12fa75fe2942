//! Editing one's own profile and leaving, over HTTP.

use axum::extract::State;
use axum::response::Response;
use funsun_domain::text::{BankAccount, Birthday, TextError};
use http::StatusCode;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::edit::{ProfileEdit, edit_profile};
use super::leave::{LeaveOutcome, leave as leave_for_good};
use super::sql;
use crate::db::Conn;
use crate::identity::{FormerMember, Member, account_gone, write_as};
use crate::media::picture_edit;
use crate::people::OwnProfile;
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, Done, Input, Json, Problem, Routes, done};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(edit, leave))
        .method_limited(&Method::PUT, Class::Upload)
}

/// Fields of a profile edit; what is absent stays as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct ProfileBody {
    /// 2 to 20 characters.
    #[schema(min_length = 2, max_length = 20, example = "김민지")]
    username: Option<String>,
    /// `MMDD`; blank means none.
    #[schema(pattern = r"^\s*$|^[01]\d[0-3]\d$", example = "0816")]
    birthday: Option<String>,
    /// Bank and account number, up to 30 characters; blank means none.
    #[schema(max_length = 30, example = "국민은행 00000000000000")]
    bank_account: Option<String>,
    /// `delete` removes the picture, unless a new one comes along.
    #[schema(example = "")]
    image_delete: Option<String>,
    /// PNG, JPEG, WebP or GIF, up to 10 MB and 50 megapixels.
    #[schema(content_media_type = "application/octet-stream")]
    image: Option<String>,
}

/// Edit one's own profile
#[utoipa::path(put, path = "/account/", tag = "account", security(("bearer" = [])),
    request_body(content((ProfileBody = "multipart/form-data"))),
    responses(
        (status = 200, description = "one's own profile as it is now", body = OwnProfile),
        (status = 400, description = "a field takes something else", body = Problem),
        (status = 401, description = "no valid access token, or the account is gone", body = Problem),
        (status = 413, description = "the picture is too large", body = Problem),
        (status = 415, description = "not a picture we take", body = Problem),
    ))]
async fn edit(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Json<OwnProfile>, AppError> {
    let edit = ProfileEdit {
        username: input.optional("username", str::parse)?,
        birthday: input.optional("birthday", blank_or::<Birthday>)?,
        bank_account: input.optional("bank_account", blank_or::<BankAccount>)?,
        picture: picture_edit(&state, member, &input, "image").await?,
    };
    let now = state.clock.now();
    let change = move |conn: &mut Conn| edit_profile(conn, member.key, &edit, now);
    let edited = write_as(&state, member, change).await??;
    edited.map(|row| Json(row.into())).ok_or_else(account_gone)
}

/// Withdraw
///
/// One's fundings are deleted and everybody who paid is refunded; personal data is removed.
#[utoipa::path(delete, path = "/account/", tag = "account", security(("bearer" = [])),
    responses(
        (status = 200, description = "the account is gone", body = Done),
        (status = 208, description = "it was gone before", body = Done),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn leave(
    State(state): State<AppState>,
    FormerMember(bearer): FormerMember,
) -> Result<Response, AppError> {
    let logged_in = !state.tokens.is_revoked(bearer.session);
    let key = bearer.account;
    if !logged_in {
        // Left before, or merely logged out: only the former is answered with 208.
        let left = state.db.read(move |conn| sql::has_left(conn, key)).await?;
        return if left {
            Ok(done(StatusCode::ALREADY_REPORTED))
        } else {
            Err(account_gone())
        };
    }
    Ok(match leave_for_good(&state, key).await? {
        LeaveOutcome::Done => done(StatusCode::OK),
        LeaveOutcome::AlreadyGone => done(StatusCode::ALREADY_REPORTED),
    })
}

/// Parses a field; `None` when it is blank.
pub(super) fn blank_or<T>(text: &str) -> Result<Option<T>, TextError>
where
    T: std::str::FromStr<Err = TextError>,
{
    if text.trim().is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some)
    }
}
