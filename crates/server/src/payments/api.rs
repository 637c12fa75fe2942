//! The payment calls over HTTP, in the order in which a client makes them: prepare, approve, list.

use std::time::Duration;

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use funsun_domain::ids::FundingId;
use funsun_domain::money::SupportAmount;
use funsun_domain::payments::PaymentState;
use funsun_domain::supports::SupportTerms;
use funsun_domain::text::SupportMessage;
use funsun_domain::time::Timestamp;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::approve::{self, Proof};
use super::list_sql::{self, Slice};
use super::prepare::{NewPayment, PrepareOutcome, PrepareRefusal, Purpose, prepare};
use super::stored::StoredPayment;
use super::{refund, sql};
use crate::db::{Conn, StorageError};
use crate::identity::Member;
use crate::state::AppState;
use http::Method;
use web::paging::{Cursor, PAGE_SIZE, PageParams, PageQuery, Position, next_link, split_page};
use web::rate_limit::Class;
use web::{AppError, Input, Json, Page, Problem, Routes, no_content};

/// How long a request waits for approvals; they go on when it has given up.
const APPROVAL_WAIT: Duration = Duration::from_secs(40);

/// Most payments of one member with which a proof is tried: several may be open.
const CANDIDATES_MAX: i64 = 4;

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(ready))
        .limited(Class::Payment)
        .operations(routes!(approve_payment, is_approved))
        .method_limited(&Method::POST, Class::Payment)
        .operations(routes!(list))
}

/// Fields of a new payment.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct ReadyBody {
    /// KRW, 1,000 to 1,000,000.
    #[schema(minimum = 1_000, maximum = 1_000_000, example = 20_000)]
    amount: i64,
    /// The funding to support; then the approval itself creates the support.
    #[schema(example = "42")]
    funding: Option<String>,
    /// The support's message, 2 to 255 characters; needed with `funding`.
    #[schema(min_length = 2, max_length = 255, example = "생일 축하해!")]
    message: Option<String>,
}

/// Fields of an approval.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct ApproveBody {
    /// What KakaoPay put behind `pg_token=` of the return address.
    #[schema(example = "0f343b0931126a20f133")]
    pg_token: String,
}

/// Where to send the payer.
#[derive(Serialize, ToSchema)]
struct ReadyAnswer {
    /// For an app's web view.
    #[schema(example = "https://online-pay.kakaopay.com/mockup/v1/…/aInfo")]
    url: String,
    /// For a phone's browser.
    #[schema(example = "https://online-pay.kakaopay.com/mockup/v1/…/mInfo")]
    mobile_url: String,
    /// For a desktop browser.
    #[schema(example = "https://online-pay.kakaopay.com/mockup/v1/…/info")]
    pc_url: String,
    /// Our number for the payment.
    #[schema(example = "8f14e45fceea167a5a36dedd4bea2543")]
    order: String,
}

/// One of one's own payments.
#[derive(Serialize, ToSchema)]
struct PaymentAnswer {
    /// Our number for the payment.
    #[schema(example = "8f14e45fceea167a5a36dedd4bea2543")]
    order: String,
    /// KRW.
    #[schema(example = 20_000)]
    amount: i64,
    /// `created`, `ready`, `approving`, `awaiting_deposit`, `approved`, `attached`, `refunding`,
    /// `partly_refunded`, `refunded`, `failed`, `expired` or `cancelled`.
    #[schema(example = "attached")]
    state: &'static str,
    /// KRW given back so far.
    #[schema(example = 0)]
    refunded_amount: i64,
    /// Why it is being, or was, given back.
    #[schema(example = json!(null))]
    refund_reason: Option<String>,
    /// The funding it supports or was meant to.
    #[schema(example = 42)]
    funding: Option<i64>,
    /// In Asia/Seoul.
    #[schema(example = "2026-11-22T10:00:00+09:00")]
    created_on: String,
}

/// Make a payment ready
///
/// With `funding` and `message` the approval itself creates the support; without, `POST /remit/` does.
#[utoipa::path(post, path = "/remit/kakaopay/ready", tag = "payment", security(("bearer" = [])),
    request_body = ReadyBody,
    responses(
        (status = 200, description = "where to send the payer", body = ReadyAnswer),
        (status = 204, description = "no funding that the caller may see"),
        (status = 400, description = "a field takes something else, or it is one's own funding", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 409, description = "the funding takes no more supports", body = Problem),
        (status = 503, description = "KakaoPay did not take the order; nothing was charged", body = Problem),
    ))]
async fn ready(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let amount = SupportAmount::new(input.integer("amount")?)
        .map_err(|error| AppError::bad_request("invalid_field", format!("amount: {error}")))?;
    let mut purpose = Purpose::Unattached(amount);
    if let Some(funding) = input.optional_text("funding")? {
        let message: SupportMessage = input.required("message", str::parse)?;
        let Ok(funding) = funding.parse() else {
            return Ok(no_content());
        };
        purpose = Purpose::Support(SupportTerms {
            funding,
            amount,
            message,
        });
    }
    // Continues when the client disconnects: the provider's id must be stored.
    let own = state.clone();
    let payment = NewPayment::new(&state, purpose, None)?;
    let prepared = async move { Ok(prepare(&own, member, payment).await) };
    match state.background.finish(prepared).await? {
        Ok(PrepareOutcome::Ready(ready)) => Ok(Json(ReadyAnswer {
            url: ready.urls.app,
            mobile_url: ready.urls.mobile,
            pc_url: ready.urls.desktop,
            order: ready.order.as_str().to_owned(),
        })
        .into_response()),
        Ok(PrepareOutcome::Repeated(_)) | Err(PrepareRefusal::NoSuchFunding) => Ok(no_content()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Approve a payment
///
/// With what KakaoPay gave the payer's browser. Asked twice, or while the return page loads, the money is
/// still taken once and both succeed.
#[utoipa::path(post, path = "/remit/kakaopay/approve", tag = "payment", security(("bearer" = [])),
    request_body = ApproveBody,
    responses(
        (status = 200, description = "approved", body = PaymentAnswer),
        (status = 400, description = "no payment of the caller takes this pg_token; nothing was charged", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 409, description = "KakaoPay's answer is not certain yet, or the money is being given back", body = Problem),
    ))]
async fn approve_payment(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Json<PaymentAnswer>, AppError> {
    let proof = input.required("pg_token", |text| {
        Proof::parse(text).ok_or("is not a pg_token")
    })?;
    let digest = proof.digest();
    let wanted = digest.clone();
    let candidates = move |conn: &mut Conn| -> Result<Vec<StoredPayment>, StorageError> {
        // In this order: one that the return page approves in between is in both.
        let mut recent = list_sql::list_of(conn, member.key, Slice::newest(CANDIDATES_MAX))?;
        if let Some(paid) = sql::find_paid_by(conn, member.key, &wanted)? {
            return Ok(vec![paid]);
        }
        recent.retain(|payment| {
            matches!(
                payment.state(),
                PaymentState::Ready | PaymentState::Approving
            )
        });
        Ok(recent)
    };
    let field = |name: &str| (name == "pg_token").then(|| proof.expose().to_owned());
    let mut refusal = not_approved();
    let deadline = Instant::now() + APPROVAL_WAIT;
    for payment in state.db.read(candidates).await? {
        // Another provider's payment takes no pg_token.
        let gateway = state.merchants.gateway(payment.merchant());
        let Some(callback) = gateway.and_then(|gateway| gateway.callback(&field)) else {
            continue;
        };
        let approval = approve::approve(&state, payment.id, callback);
        let Ok(outcome) = tokio::time::timeout_at(deadline, approval).await else {
            return Err(not_certain());
        };
        let outcome = outcome?;
        match outcome.payment.state() {
            // Settled meanwhile with another proof, which proves nothing about this one.
            _ if outcome.payment.proof_digest.as_ref() != Some(&digest) => {}
            state if state.is_kept() => {
                return Ok(Json(PaymentAnswer::new(&outcome.payment, None)));
            }
            PaymentState::Approving if !outcome.refused => refusal = not_certain(),
            PaymentState::Refunding | PaymentState::Refunded => {
                return Err(being_refunded());
            }
            _ => {}
        }
    }
    Err(refusal)
}

/// Whether one's payment is approved
///
/// The one that waits for its support or, when none does, the latest.
#[utoipa::path(get, path = "/remit/kakaopay/approve", tag = "payment", security(("bearer" = [])),
    responses(
        (status = 200, description = "it is", body = PaymentAnswer),
        (status = 400, description = "it is not, or there is none", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn is_approved(
    State(state): State<AppState>,
    member: Member,
) -> Result<Json<PaymentAnswer>, AppError> {
    let find = move |conn: &mut Conn| -> Result<Option<StoredPayment>, StorageError> {
        let waiting = list_sql::list_unattached(conn, member.key)?.pop();
        let latest = list_sql::list_of(conn, member.key, Slice::newest(1))?.pop();
        Ok(waiting.or(latest))
    };
    let found = state.db.read(find).await?;
    found
        .filter(|payment| payment.state().is_kept())
        .map(|payment| Json(PaymentAnswer::new(&payment, None)))
        .ok_or_else(not_approved)
}

/// One's own payments
///
/// Newest first, each with where it stands: also what became of those that were given back.
#[utoipa::path(get, path = "/remit/kakaopay/payments", tag = "payment", security(("bearer" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "a page", body = Vec<PaymentAnswer>),
        (status = 204, description = "past the end"),
        (status = 400, description = "`before` is no cursor", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn list(
    State(state): State<AppState>,
    member: Member,
    PageQuery(position): PageQuery,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let (before, offset) = match position {
        Position::Page(page) => (i64::MAX, i64::from(page - 1) * PAGE_SIZE),
        Position::Before(cursor) => (cursor.first, 0),
        Position::PastEnd => return Ok(no_content()),
    };
    let slice = Slice {
        before,
        offset,
        limit: PAGE_SIZE + 1,
    };
    let load = move |conn: &mut Conn| -> Result<_, StorageError> {
        let payments = list_sql::list_of(conn, member.key, slice)?;
        let ids: Vec<i64> = payments.iter().map(|payment| payment.id.get()).collect();
        Ok((payments, refund::list_reasons(conn, &ids)?))
    };
    let (payments, mut reasons) = state.db.read(load).await?;
    if payments.is_empty() {
        return Ok(no_content());
    }
    let cursor_of = |payment: &StoredPayment| Cursor::one(payment.id.get());
    let (payments, next) = split_page(payments, PAGE_SIZE, cursor_of);
    let next = next.map(|cursor| next_link(uri.path(), [], cursor));
    let mut answer = |payment: StoredPayment| {
        let reason = reasons.remove(&payment.id.get());
        PaymentAnswer::new(&payment, reason)
    };
    let items: Vec<PaymentAnswer> = payments.into_iter().map(&mut answer).collect();
    Ok(Page { items, next }.into_response())
}

fn not_approved() -> AppError {
    AppError::bad_request(
        "not_approved",
        "pg_token: no payment of yours is approved by it",
    )
}

fn not_certain() -> AppError {
    AppError::conflict(
        "not_certain",
        "KakaoPay has not confirmed the payment yet; ask GET /remit/kakaopay/approve again shortly",
    )
}

fn being_refunded() -> AppError {
    AppError::conflict(
        "given_back",
        "the funding takes no more supports; your payment is being given back",
    )
}

impl PaymentAnswer {
    fn new(payment: &StoredPayment, refund_reason: Option<String>) -> Self {
        Self {
            order: payment.order.as_str().to_owned(),
            amount: payment.rules.amount.get(),
            state: payment.state().as_str(),
            refunded_amount: payment.rules.refunded.get(),
            funding: payment.funding().map(FundingId::get),
            refund_reason,
            created_on: Timestamp::to_seoul(payment.created_at),
        }
    }
}
