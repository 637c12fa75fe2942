//! `ready`: creates a payment and returns the URL of its payment page. Nothing is charged.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::checks::{Fields, into_response};
use super::errors::Refusal;
use super::payment::{Amount, Payment, Status};
use crate::clock::format_seoul;
use crate::connection::ConnectionHandle;
use crate::faults::{Call, Fault, injection};
use crate::http::{json, origin};
use crate::random::random_hex;
use crate::state::{Entry, SharedState};

pub(super) async fn handle(
    State(state): State<SharedState>,
    Extension(connection): Extension<ConnectionHandle>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = match Fields::parse(&headers, &body, &state.settings) {
        Ok(fields) => fields,
        Err(refusal) => return refusal.response(),
    };
    let user = fields
        .optional_text("partner_user_id", 100)
        .ok()
        .flatten()
        .unwrap_or_default();
    let injected = state.faults().inject(Call::Ready, "", user);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    if injected.is_some_and(|injected| injected.fault == Fault::Declined) {
        return Refusal::AmountInfo.response();
    }
    let response = into_response(create(&state, &fields, &origin(&headers, &state.base)));
    state.journal.flush().await;
    injection::after(injected, response, &connection).await
}

fn create(state: &SharedState, fields: &Fields, origin: &str) -> Result<Response, Refusal> {
    let payment = parse(state, fields)?;
    let page = format!("{origin}/sandbox/pay/{}", payment.secret);
    let scheme = format!("kakaotalk://kakaopay/pg?url={page}");
    let body = json!({
        "tid": payment.tid,
        "next_redirect_app_url": page,
        "next_redirect_mobile_url": page,
        "next_redirect_pc_url": page,
        "android_app_scheme": scheme,
        "ios_app_scheme": scheme,
        "created_at": format_seoul(payment.created_at),
    });
    let mut payments = state.payments();
    state.journal.record(&Entry::Payment(&payment));
    payments.put(payment);
    Ok(json(200, &body))
}

fn parse(state: &SharedState, fields: &Fields) -> Result<Payment, Refusal> {
    let url = |name| {
        let url = fields.required_text(name, 255)?;
        if state.settings.accepts_host_of(url) {
            Ok(url.to_owned())
        } else {
            Err(Refusal::WrongDomain)
        }
    };
    let quantity = fields.required_amount("quantity", Refusal::OrderInfo)?;
    if quantity == 0 {
        return Err(Refusal::OrderInfo);
    }
    Ok(Payment {
        tid: format!("T{}", random_hex(19)),
        secret: random_hex(32),
        cid: fields.cid().to_owned(),
        status: Status::Ready,
        partner_order_id: fields.required_text("partner_order_id", 100)?.to_owned(),
        partner_user_id: fields.required_text("partner_user_id", 100)?.to_owned(),
        item_name: fields.required_text("item_name", 100)?.to_owned(),
        item_code: fields.optional_text("item_code", 100)?.map(str::to_owned),
        quantity,
        amount: amount(fields)?,
        canceled: Amount::default(),
        approval_url: url("approval_url")?,
        cancel_url: url("cancel_url")?,
        fail_url: url("fail_url")?,
        method: method(fields)?,
        pg_token: None,
        created_at: state.clock.now(),
        approved_at: None,
        canceled_at: None,
        actions: Vec::new(),
        in_flight: false,
    })
}

fn amount(fields: &Fields) -> Result<Amount, Refusal> {
    let total = fields.required_amount("total_amount", Refusal::TotalAmount)?;
    if total == 0 {
        return Err(Refusal::TotalAmount);
    }
    let tax_free = fields.required_amount("tax_free_amount", Refusal::AmountInfo)?;
    if tax_free > total {
        return Err(Refusal::AmountInfo);
    }
    let vat = fields.optional_integer("vat_amount", Refusal::AmountInfo)?;
    let vat = vat.unwrap_or_else(|| Amount::default_vat(total, tax_free));
    let green_deposit = fields
        .optional_integer("green_deposit", Refusal::AmountInfo)?
        .unwrap_or(0);
    let parts_fit = (0..=total - tax_free).contains(&vat) && (0..=total).contains(&green_deposit);
    if !parts_fit {
        return Err(Refusal::AmountInfo);
    }
    Ok(Amount {
        total,
        tax_free,
        vat,
        green_deposit,
        ..Amount::default()
    })
}

fn method(fields: &Fields) -> Result<Option<String>, Refusal> {
    match fields.optional_text("payment_method_type", 10)? {
        None | Some("") => Ok(None),
        Some(method @ ("CARD" | "MONEY")) => Ok(Some(method.to_owned())),
        Some(_) => Err(Refusal::OrderInfo),
    }
}
