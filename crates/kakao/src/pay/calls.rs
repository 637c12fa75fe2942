//! The four calls. Each is sent once, never retried; after a lost response the caller must look the order up.

use reqwest::header::AUTHORIZATION;
use serde::Serialize;

use super::error;
use super::requests::OrderBody;
use super::{
    ApproveOrder, Approved, CancelOrder, Cancelled, NotSentCause, Order, PayClient, PayError,
    Ready, ReadyOrder,
};
use crate::http::{self, HttpResponse};
use crate::json::Object;

impl PayClient {
    /// Prepares a payment, which expires after 15 minutes. Moves no money: after any failure, retrying with a new
    /// order id is safe.
    ///
    /// # Errors
    /// [`PayError`]
    pub async fn ready(&self, order: &ReadyOrder<'_>) -> Result<Ready, PayError> {
        let body = order.body(&self.cid)?;
        Ready::parse(
            &self
                .post("kakaopay.ready", "/online/v1/payment/ready", &body)
                .await?,
        )
    }

    /// Approves a payment that the payer has authenticated: this charges the payer. A response that does not match
    /// the request is [`PayError::Unknown`].
    ///
    /// # Errors
    /// [`PayError`]; after any variant but [`PayError::NotSent`], look the order up to learn the outcome.
    pub async fn approve(&self, order: &ApproveOrder<'_>) -> Result<Approved, PayError> {
        let body = order.body(&self.cid)?;
        let response = self
            .send("kakaopay.approve", "/online/v1/payment/approve", &body)
            .await?;
        let response = error::accept(&response, Some(order.pg_token))?;
        Approved::parse(&response, &self.cid, order)
    }

    /// Looks an order up. Read-only, so it may be retried freely.
    ///
    /// # Errors
    /// [`PayError`]; no variant says anything about the state of the order.
    pub async fn order(&self, tid: &str) -> Result<Order, PayError> {
        if tid.is_empty() {
            return Err(PayError::NotSent(NotSentCause::BadRequest { field: "tid" }));
        }
        let body = OrderBody {
            cid: &self.cid,
            tid,
        };
        let response = self
            .post("kakaopay.order", "/online/v1/payment/order", &body)
            .await?;
        Order::parse(&response, &self.cid, tid)
    }

    /// Refunds a payment, partly or fully.
    ///
    /// # Errors
    /// [`PayError`]; after any variant but [`PayError::NotSent`], look the order up, and retry only with the same
    /// `cancelable_before`, which KakaoPay refuses when the first refund went through.
    pub async fn cancel(&self, order: &CancelOrder<'_>) -> Result<Cancelled, PayError> {
        let body = order.body(&self.cid)?;
        let response = self
            .post("kakaopay.cancel", "/online/v1/payment/cancel", &body)
            .await?;
        Cancelled::parse(&response, &self.cid, order)
    }

    async fn post(
        &self,
        call: &'static str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Object, PayError> {
        error::accept(&self.send(call, path, body).await?, None)
    }

    async fn send(
        &self,
        call: &'static str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<HttpResponse, PayError> {
        let request = self
            .client
            .post(self.base.at(path))
            .header(AUTHORIZATION, self.authorization.clone())
            .json(body);
        Ok(http::send(call, request).await?)
    }
}
