//! The page of a member's own payments and their states.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::FundingId;
use funsun_domain::payments::PaymentState;

use super::list_sql::{self, Slice};
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};
use crate::identity::PageMember;
use crate::site::{Shell, Tab, Texts, page};
use crate::state::AppState;
use crate::visibility;
use web::paging::{Cursor, PageQuery, split_page};
use web::{AppError, Routes};

/// Payments on a page.
const SHOWN: i64 = 20;

/// `/me/payments`.
pub fn router() -> Routes<AppState> {
    Routes::new().route("/me/payments", get(show))
}

#[derive(Template)]
#[template(path = "payments/history.html")]
struct HistoryPage {
    shell: Shell,
    payments: Vec<Line>,
    next: Option<String>,
}

/// One payment.
struct Line {
    order: String,
    amount: String,
    funding: Option<String>,
    at: String,
    state: &'static str,
    tone: &'static str,
}

async fn show(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let before = position.cursor().map_or(i64::MAX, |cursor| cursor.first);
    let key = member.key;
    let read = move |conn: &mut Conn| -> Result<_, StorageError> {
        let slice = Slice {
            before,
            ..Slice::newest(SHOWN + 1)
        };
        let payments = list_sql::list_of(conn, key, slice)?;
        let supported = payments.iter().filter_map(StoredPayment::funding);
        let ids: Vec<i64> = supported.map(FundingId::get).collect();
        Ok((payments, visibility::list_titles(conn, &ids, key.into())?))
    };
    let (payments, titles) = state.db.read(read).await?;
    let cursor_of = |payment: &StoredPayment| Cursor::one(payment.id.get());
    let (payments, next) = split_page(payments, SHOWN, cursor_of);
    page(&HistoryPage {
        shell: visitor.shell(&state, Tab::Me, t.say("me.payments")).await?,
        next: next.map(Cursor::encode),
        payments: payments.iter().map(|it| line(it, &titles, t)).collect(),
    })
}

fn line(payment: &StoredPayment, titles: &HashMap<i64, String>, t: Texts) -> Line {
    let funding = payment.funding().and_then(|id| titles.get(&id.get()));
    let state = payment.state();
    Line {
        order: payment.order.as_str().to_owned(),
        amount: t.won(payment.rules.amount.get()),
        funding: funding.cloned(),
        at: t.moment(payment.created_at),
        state: t.say(&["payment.state.", state.as_str(), ".title"].concat()),
        tone: match state {
            PaymentState::Attached | PaymentState::Approved => "good",
            PaymentState::Created
            | PaymentState::Ready
            | PaymentState::Approving
            | PaymentState::AwaitingDeposit
            | PaymentState::Refunding => "wait",
            PaymentState::Failed | PaymentState::Expired => "bad",
            PaymentState::Cancelled | PaymentState::Refunded | PaymentState::PartlyRefunded => "",
        },
    }
}
