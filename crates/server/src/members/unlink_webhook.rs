//! Kakao's unlink webhook: authenticated, stored as a job, answered at once.

use axum::extract::State;
use funsun_domain::ids::KakaoId;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use kakao::login::WebhookError;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::unlink::UnlinkedByKakao;
use crate::db::Conn;
use crate::jobs;
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, Input, Problem, QueryInput, Routes};

pub(super) fn router() -> Routes<AppState> {
    // Kakao may send many at once and authenticates with our admin key.
    Routes::new()
        .operations(routes!(unlinked_by_get, unlinked_by_post))
        .limited(Class::Read)
}

/// The parameters that we read; others are ignored.
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the call in the API document")]
struct UnlinkNotice {
    /// The number of our Kakao app.
    #[schema(example = "1000001")]
    #[param(example = "1000001")]
    app_id: String,
    /// The member who has unlinked.
    #[schema(example = "3000000001")]
    #[param(example = "3000000001")]
    user_id: String,
}

/// Kakao: a member has unlinked
///
/// Carries Kakao's admin key. Answered at once; the member is withdrawn soon after.
#[utoipa::path(get, path = "/kakao/unlink", tag = "kakao", security(("kakao" = [])),
    params(UnlinkNotice),
    responses(
        (status = 200, description = "noted"),
        (status = 401, description = "not sent by Kakao for our app", body = Problem),
    ))]
async fn unlinked_by_get(
    State(state): State<AppState>,
    headers: HeaderMap,
    query: QueryInput,
) -> Result<(), AppError> {
    note(&state, &headers, query.pairs()).await
}

/// Kakao: a member has unlinked
///
/// Carries Kakao's admin key. Answered at once; the member is withdrawn soon after.
#[utoipa::path(post, path = "/kakao/unlink", tag = "kakao", security(("kakao" = [])),
    request_body = UnlinkNotice,
    responses(
        (status = 200, description = "noted"),
        (status = 400, description = "not a form", body = Problem),
        (status = 401, description = "not sent by Kakao for our app", body = Problem),
    ))]
async fn unlinked_by_post(
    State(state): State<AppState>,
    headers: HeaderMap,
    input: Input,
) -> Result<(), AppError> {
    note(&state, &headers, input.pairs()).await
}

async fn note<'a>(
    state: &AppState,
    headers: &HeaderMap,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), AppError> {
    let sender = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let params: Vec<_> = pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let notice = state
        .login
        .verify_unlink_webhook(sender, &params)
        .map_err(refuse)?;
    // Kakao expects a 200 for an unknown user, too.
    let Ok(id) = KakaoId::new(notice.user_id) else {
        return Ok(());
    };
    let now = state.clock.now();
    let notice = UnlinkedByKakao {
        id,
        received_at: now.micros(),
    };
    let enqueue = move |conn: &mut Conn| jobs::enqueue(conn, &notice, now);
    state.db.write(enqueue).await?;
    state.jobs_now.notify_one();
    Ok(())
}

fn refuse(_: WebhookError) -> AppError {
    AppError::unauthorized(
        "not_kakao",
        "this call is for Kakao, with our app's admin key",
    )
}
