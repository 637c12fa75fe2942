//! One's own payments as a page: what was given, and where each stands.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::payments::PaymentState;

use super::sql;
use super::stored::StoredPayment;
use crate::accounts::PageMember;
use crate::db::{Conn, StorageError};
use crate::fundings;
use crate::site::{Shell, Tab, Texts, page};
use crate::state::AppState;
use crate::web::AppError;
use crate::web::paging::{Cursor, PageQuery, Position};

/// Payments on a page.
const SHOWN: i64 = 20;

/// `/me/payments`.
pub fn router() -> Router<AppState> {
    Router::new().route("/me/payments", get(show))
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
    let before = match position {
        Position::Before(cursor) => cursor.first,
        Position::Page(_) | Position::PastEnd => i64::MAX,
    };
    let key = member.key;
    let read = move |conn: &mut Conn| -> Result<_, StorageError> {
        let mut found = Vec::new();
        for payment in sql::list_of(conn, key, before, 0, SHOWN + 1)? {
            let title = match payment.funding() {
                Some(funding) => fundings::find_title(conn, funding, key.get())?,
                None => None,
            };
            found.push((payment, title));
        }
        Ok(found)
    };
    let mut found = state.db.read(read).await?;
    let size = usize::try_from(SHOWN).expect("a page is small");
    let more = found.len() > size;
    found.truncate(size);
    let last = found.last().filter(|_| more);
    page(&HistoryPage {
        shell: visitor.shell(&state, Tab::Me, t.say("me.payments")).await?,
        next: last.map(|(payment, _)| Cursor::one(payment.id.get()).encode()),
        payments: found
            .into_iter()
            .map(|(payment, title)| line(&payment, title, t))
            .collect(),
    })
}

fn line(payment: &StoredPayment, funding: Option<String>, t: Texts) -> Line {
    let state = payment.state();
    Line {
        order: payment.order.as_str().to_owned(),
        amount: t.won(payment.rules.amount.get()),
        funding,
        at: t.moment(payment.created_at),
        state: t.say(&["payment.state.", state.as_str(), ".title"].concat()),
        tone: match state {
            PaymentState::Attached | PaymentState::Approved => "good",
            PaymentState::Created
            | PaymentState::Ready
            | PaymentState::Approving
            | PaymentState::Refunding => "wait",
            PaymentState::Failed | PaymentState::Expired => "bad",
            PaymentState::Cancelled | PaymentState::Refunded | PaymentState::PartlyRefunded => "",
        },
    }
}
