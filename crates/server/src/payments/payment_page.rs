//! What the page of a payment shows.

use askama::Template;
use axum::response::Response;
use funsun_domain::payments::PaymentState;
use http::HeaderValue;
use http::header::REFRESH;

use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};
use crate::identity::Visitor;
use crate::site::{self, Shell, Tab};
use crate::state::AppState;
use crate::visibility;
use web::AppError;

#[derive(Template)]
#[template(path = "payments/payment.html")]
struct PaymentPage {
    shell: Shell,
    tone: &'static str,
    icon: &'static str,
    text: &'static str,
    amount: String,
    at: String,
    order: String,
    /// The funding, if the visitor may see it.
    funding: Option<(i64, String)>,
    waiting: bool,
    over: bool,
}

/// `shown` is the state to show to the payer.
pub(super) async fn page(
    state: &AppState,
    visitor: &Visitor,
    payment: &StoredPayment,
    shown: PaymentState,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let say = |part: &str| {
        let name = shown.as_str();
        t.say(&["payment.state.", name, part].concat())
    };
    let (tone, icon) = tone_and_icon(shown);
    let shell = visitor.shell(state, Tab::None, say(".title")).await?;
    let mut response = site::page(&PaymentPage {
        shell,
        tone,
        icon,
        text: say(".text"),
        amount: t.won(payment.rules.amount.get()),
        at: t.moment(payment.created_at),
        order: payment.order.as_str().to_owned(),
        funding: find_funding(state, visitor, payment).await?,
        waiting: matches!(shown, PaymentState::Created | PaymentState::Ready),
        over: matches!(
            shown,
            PaymentState::Failed | PaymentState::Cancelled | PaymentState::Expired
        ),
    })?;
    let changes_soon = matches!(
        shown,
        PaymentState::Approving | PaymentState::AwaitingDeposit | PaymentState::Refunding
    );
    if changes_soon {
        let headers = response.headers_mut();
        headers.insert(REFRESH, HeaderValue::from_static("3"));
    }
    Ok(response)
}

/// A visitor who may open this page is not necessarily allowed to see the funding.
async fn find_funding(
    state: &AppState,
    visitor: &Visitor,
    payment: &StoredPayment,
) -> Result<Option<(i64, String)>, StorageError> {
    let Some(id) = payment.funding() else {
        return Ok(None);
    };
    let viewer = visitor.viewer();
    let title = move |conn: &mut Conn| visibility::find_title(conn, id, viewer);
    let title = state.db.read(title).await?;
    Ok(title.map(|title| (id.get(), title)))
}

const fn tone_and_icon(shown: PaymentState) -> (&'static str, &'static str) {
    match shown {
        PaymentState::Approved | PaymentState::Attached => ("good", "check"),
        PaymentState::Created
        | PaymentState::Ready
        | PaymentState::Approving
        | PaymentState::AwaitingDeposit => ("wait", "clock"),
        PaymentState::Refunding => ("wait", "refund"),
        PaymentState::Refunded | PaymentState::PartlyRefunded => ("done", "refund"),
        PaymentState::Cancelled => ("done", "x"),
        PaymentState::Failed | PaymentState::Expired => ("bad", "x"),
    }
}
