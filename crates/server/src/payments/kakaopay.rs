//! KakaoPay as a payment gateway.

use funsun_domain::money::Won;
use futures_util::future::BoxFuture;
use kakao::pay::{
    ApproveOrder, CancelOrder, NotSentCause, Order, OrderStatus, PayClient, PayError, ReadyOrder,
    StatusGroup, UnknownCause,
};

use super::approve::Proof;
use super::gateway::{
    Callback, Checkout, Confirmation, GatewayError, Lookup, NewOrder, Notice, PaymentGateway,
    PaymentUrls, Prepared, ProviderOrder, ReceivedNotice, RefundOrder, RefundOutcome, Standing,
};

/// Seconds from `ready` until KakaoPay refuses an approval (15 minutes; KakaoPay answers -723 afterwards), and a margin.
const LIFETIME_SECONDS: i64 = 15 * 60 + 60;

/// KakaoPay single payments.
pub struct KakaoPay {
    /// The client, for one merchant code.
    pub client: PayClient,
    /// For how long KakaoPay refunds payments by card, in days.
    pub card_refund_days: i64,
    /// For how long KakaoPay refunds payments with KakaoPay money, in days.
    pub money_refund_days: i64,
}

impl PaymentGateway for KakaoPay {
    fn provider(&self) -> &'static str {
        "kakaopay"
    }

    fn account(&self) -> &str {
        self.client.cid()
    }

    /// By its own number only.
    fn finds_by_order(&self) -> bool {
        false
    }

    fn prepare<'a>(&'a self, order: NewOrder<'a>) -> BoxFuture<'a, Result<Prepared, GatewayError>> {
        Box::pin(async move {
            let ready = ReadyOrder {
                order_id: order.order,
                user_id: order.payer,
                item_name: order.item_name,
                amount: order.amount.get(),
                tax_free: order.tax_free.get(),
                approval_url: &order.return_urls.approved,
                cancel_url: &order.return_urls.cancelled,
                fail_url: &order.return_urls.failed,
            };
            let ready = self
                .client
                .ready(&ready)
                .await
                .map_err(|error| gateway_error(&error))?;
            let urls = [ready.app_url, ready.mobile_url, ready.pc_url];
            let any = urls.iter().flatten().next().cloned().unwrap_or_default();
            let [app, mobile, desktop] = urls.map(|url| url.unwrap_or(any.clone()));
            Ok(Prepared {
                reference: Some(ready.tid),
                checkout: Checkout::Redirect(PaymentUrls {
                    app,
                    mobile,
                    desktop,
                }),
                expires_at: order.now.plus_seconds(LIFETIME_SECONDS),
            })
        })
    }

    fn callback(&self, field: &dyn Fn(&str) -> Option<String>) -> Option<Callback> {
        Some(Callback {
            proof: Proof::parse(&field("pg_token")?)?,
            reference: None,
            order: None,
            amount: None,
        })
    }

    fn confirm<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        callback: &'a Callback,
    ) -> BoxFuture<'a, Confirmation> {
        Box::pin(async move {
            let Some(tid) = order.reference else {
                return Confirmation::Unclear("KakaoPay's number is not known".into());
            };
            let approval = ApproveOrder {
                tid,
                order_id: order.order,
                user_id: order.payer,
                pg_token: callback.proof.expose(),
                amount: order.amount.get(),
            };
            match self.client.approve(&approval).await {
                Ok(approved) => Confirmation::Paid(self.standing(Won::ZERO, approved.method)),
                Err(error @ PayError::Declined { .. }) => Confirmation::Refused(error.to_string()),
                Err(error) => Confirmation::Unclear(error.to_string()),
            }
        })
    }

    fn look_up<'a>(
        &'a self,
        order: ProviderOrder<'a>,
    ) -> BoxFuture<'a, Result<Lookup, GatewayError>> {
        Box::pin(async move {
            let Some(tid) = order.reference else {
                return Err(GatewayError::Unusable(
                    "KakaoPay's number is not known".into(),
                ));
            };
            let found = self
                .client
                .order(tid)
                .await
                .map_err(|error| gateway_error(&error))?;
            check_is_ours(&order, &found)?;
            self.lookup(&found)
        })
    }

    fn refund<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        refund: RefundOrder<'a>,
    ) -> BoxFuture<'a, RefundOutcome> {
        Box::pin(async move {
            let Some(tid) = order.reference else {
                return RefundOutcome::Unclear("KakaoPay's number is not known".into());
            };
            let cancellation = CancelOrder {
                tid,
                amount: refund.part.get(),
                tax_free: refund.tax_free.get(),
                cancelable_before: refund.left_before.get(),
                payload: refund.key,
            };
            match self.client.cancel(&cancellation).await {
                Ok(_) => RefundOutcome::Done,
                Err(error) if error.refuses_for_good() => RefundOutcome::Refused(error.to_string()),
                Err(error @ PayError::Declined { .. }) => {
                    RefundOutcome::Declined(error.to_string())
                }
                Err(error) => RefundOutcome::Unclear(error.to_string()),
            }
        })
    }

    /// KakaoPay sends none.
    fn notice(&self, _notice: ReceivedNotice<'_>) -> Notice {
        Notice::Ignore
    }
}

impl KakaoPay {
    fn standing(&self, refunded: Won, method: Option<String>) -> Standing {
        let refund_days = match method.as_deref() {
            Some("MONEY") => self.money_refund_days,
            _ => self.card_refund_days,
        };
        Standing {
            reference: None,
            refunded,
            refunding: Won::ZERO,
            method,
            refund_days,
        }
    }

    /// A record of captured money that does not say how much was refunded proves nothing.
    fn lookup(&self, found: &Order) -> Result<Lookup, GatewayError> {
        let standing = || {
            let refunded = found.canceled.ok_or_else(|| missing("canceled_amount"))?;
            let refunded =
                Won::new(refunded).map_err(|error| GatewayError::Unusable(error.to_string()))?;
            Ok(self.standing(refunded, found.method.clone()))
        };
        Ok(match (&found.status, found.status.group()) {
            (OrderStatus::Unknown(word), _) => Lookup::Unknown(word.clone()),
            (OrderStatus::Quit, _) => Lookup::Cancelled,
            (_, StatusGroup::Pending) => Lookup::Open,
            (_, StatusGroup::Paid) => Lookup::Paid(standing()?),
            (_, StatusGroup::Cancelled) => match standing()? {
                nothing if nothing.refunded.is_zero() => Lookup::Cancelled,
                standing => Lookup::Refunded(standing),
            },
            (_, StatusGroup::Failed) => Lookup::Failed,
        })
    }
}

/// The order's number, payer and amount must be there, and be ours.
fn check_is_ours(order: &ProviderOrder<'_>, found: &Order) -> Result<(), GatewayError> {
    let order_id = found.order_id.as_deref();
    let user_id = found.user_id.as_deref();
    let same = [
        order_id.ok_or_else(|| missing("partner_order_id"))? == order.order,
        user_id.ok_or_else(|| missing("partner_user_id"))? == order.payer,
        found.total.ok_or_else(|| missing("amount"))? == order.amount.get(),
    ];
    if same.contains(&false) {
        let note = "the provider's record is of another order or amount";
        return Err(GatewayError::Unusable(note.into()));
    }
    Ok(())
}

fn missing(field: &str) -> GatewayError {
    GatewayError::Unusable(format!("KakaoPay's record lacks {field}"))
}

fn gateway_error(error: &PayError) -> GatewayError {
    match error {
        PayError::NotSent(NotSentCause::ConnectFailed | NotSentCause::ConnectTimedOut)
        | PayError::Unknown(
            UnknownCause::Timeout | UnknownCause::ConnectionLost | UnknownCause::Server { .. },
        ) => GatewayError::Unreachable(error.to_string()),
        _ => GatewayError::Unusable(error.to_string()),
    }
}
