//! `ready`: opens a payment and hands out the payer's page. Nothing is charged here.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::checks::{Fields, answer};
use super::errors::Refusal;
use super::payment::{Amount, Payment, Status};
use crate::clock::seoul;
use crate::connection::Wire;
use crate::faults::{Call, Fault, injection};
use crate::http::{json, origin};
use crate::random::random_hex;
use crate::state::{Entry, Shared};

pub(super) async fn handle(
    Given(state): Given<Shared>,
    Extension(wire): Extension<Wire>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = match Fields::read(&headers, &body, &state.settings) {
        Ok(fields) => fields,
        Err(refusal) => return refusal.answer(),
    };
    let user = fields
        .optional("partner_user_id", 100)
        .ok()
        .flatten()
        .unwrap_or_default();
    let strike = state.faults().strike(Call::Ready, "", user);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    if strike.is_some_and(|strike| strike.fault == Fault::Declined) {
        return Refusal::AmountInfo.answer();
    }
    let answered = answer(open(&state, &fields, &origin(&headers, &state.base)));
    state.journal.settled().await;
    injection::after(strike, answered, &wire).await
}

fn open(state: &Shared, fields: &Fields, origin: &str) -> Result<Response, Refusal> {
    let payment = read(state, fields)?;
    let page = format!("{origin}/sandbox/pay/{}", payment.secret);
    let scheme = format!("kakaotalk://kakaopay/pg?url={page}");
    let answer = json!({
        "tid": payment.tid,
        "next_redirect_app_url": page,
        "next_redirect_mobile_url": page,
        "next_redirect_pc_url": page,
        "android_app_scheme": scheme,
        "ios_app_scheme": scheme,
        "created_at": seoul(payment.created_at),
    });
    let mut book = state.book();
    state.journal.record(&Entry::Payment(&payment));
    book.put(payment);
    Ok(json(200, &answer))
}

fn read(state: &Shared, fields: &Fields) -> Result<Payment, Refusal> {
    let url = |name| {
        let url = fields.text(name, 255)?;
        if state.settings.accepts_host_of(url) {
            Ok(url.to_owned())
        } else {
            Err(Refusal::WrongDomain)
        }
    };
    let quantity = fields.sum("quantity", Refusal::OrderInfo)?;
    if quantity == 0 {
        return Err(Refusal::OrderInfo);
    }
    Ok(Payment {
        tid: format!("T{}", random_hex(19)),
        secret: random_hex(32),
        cid: state.settings.cid.clone(),
        status: Status::Ready,
        partner_order_id: fields.text("partner_order_id", 100)?.to_owned(),
        partner_user_id: fields.text("partner_user_id", 100)?.to_owned(),
        item_name: fields.text("item_name", 100)?.to_owned(),
        item_code: fields.optional("item_code", 100)?.map(str::to_owned),
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
    let total = fields.sum("total_amount", Refusal::TotalAmount)?;
    if total == 0 {
        return Err(Refusal::TotalAmount);
    }
    let tax_free = fields.sum("tax_free_amount", Refusal::AmountInfo)?;
    if tax_free > total {
        return Err(Refusal::AmountInfo);
    }
    let vat = fields.number("vat_amount", Refusal::AmountInfo)?;
    let vat = vat.unwrap_or_else(|| Amount::default_vat(total, tax_free));
    let green_deposit = fields
        .number("green_deposit", Refusal::AmountInfo)?
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
    match fields.optional("payment_method_type", 10)? {
        None | Some("") => Ok(None),
        Some(method @ ("CARD" | "MONEY")) => Ok(Some(method.to_owned())),
        Some(_) => Err(Refusal::OrderInfo),
    }
}
