//! KakaoPay as a payment gateway.

use funsun_domain::money::Won;
use futures_util::future::BoxFuture;
use kakao::pay::{
    ApproveOrder, CancelOrder, OrderStatus, PayClient, PayError, ReadyOrder, StatusGroup,
};

use super::gateway::{
    Confirmation, GatewayError, Lookup, NewOrder, PaymentGateway, Prepared, ProviderOrder,
    ProviderState, RefundOutcome,
};

/// KakaoPay single payments.
pub struct KakaoPay(pub PayClient);

impl PaymentGateway for KakaoPay {
    fn prepare<'a>(&'a self, order: NewOrder<'a>) -> BoxFuture<'a, Result<Prepared, GatewayError>> {
        Box::pin(async move {
            let ready = ReadyOrder {
                order_id: order.order,
                user_id: order.payer,
                item_name: order.item_name,
                amount: order.amount.get(),
                tax_free: 0,
                approval_url: &order.return_urls.approved,
                cancel_url: &order.return_urls.cancelled,
                fail_url: &order.return_urls.failed,
            };
            let ready = self
                .0
                .ready(&ready)
                .await
                .map_err(|error| GatewayError(error.to_string()))?;
            let urls = [ready.app_url, ready.mobile_url, ready.pc_url];
            let any = urls.iter().flatten().next().cloned().unwrap_or_default();
            let [app_url, mobile_url, desktop_url] = urls.map(|url| url.unwrap_or(any.clone()));
            Ok(Prepared {
                reference: ready.tid,
                app_url,
                mobile_url,
                desktop_url,
            })
        })
    }

    fn confirm<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        proof: &'a str,
    ) -> BoxFuture<'a, Confirmation> {
        Box::pin(async move {
            let approval = ApproveOrder {
                tid: order.reference,
                order_id: order.order,
                user_id: order.payer,
                pg_token: proof,
                amount: order.amount.get(),
            };
            match self.0.approve(&approval).await {
                Ok(_) => Confirmation::Approved,
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
            let found = self.0.order(order.reference).await;
            let found = found.map_err(|error| GatewayError(error.to_string()))?;
            let same = |ours: &str, theirs: &Option<String>| {
                theirs.as_deref().is_none_or(|theirs| theirs == ours)
            };
            let ours = same(order.order, &found.order_id)
                && same(order.payer, &found.user_id)
                && found.total.is_none_or(|total| total == order.amount.get());
            if !ours {
                return Err(GatewayError(
                    "the provider's record is of another order or amount".into(),
                ));
            }
            let refunded =
                Won::new(found.canceled.unwrap_or(0)).map_err(|e| GatewayError(e.to_string()))?;
            Ok(Lookup {
                state: provider_state(&found.status)?,
                refunded,
            })
        })
    }

    fn refund<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        part: Won,
        refundable: Won,
    ) -> BoxFuture<'a, RefundOutcome> {
        Box::pin(async move {
            let cancellation = CancelOrder {
                tid: order.reference,
                amount: part.get(),
                tax_free: 0,
                cancelable_before: refundable.get(),
                payload: order.order,
            };
            match self.0.cancel(&cancellation).await {
                Ok(_) => RefundOutcome::Done,
                Err(error) => RefundOutcome::Unclear(error.to_string()),
            }
        })
    }
}

/// An undocumented status proves nothing, not even after the payer's time has run out: the money may have been
/// captured.
fn provider_state(status: &OrderStatus) -> Result<ProviderState, GatewayError> {
    if let OrderStatus::Unknown(word) = status {
        return Err(GatewayError(format!("KakaoPay's status {word} is unknown")));
    }
    if matches!(status, OrderStatus::Quit) {
        return Ok(ProviderState::Cancelled);
    }
    Ok(match status.group() {
        StatusGroup::Pending => ProviderState::Pending,
        StatusGroup::Paid => ProviderState::Paid,
        StatusGroup::Cancelled => ProviderState::Cancelled,
        StatusGroup::Failed => ProviderState::Failed,
    })
}
