//! The sweeper's lists of unfinished payments, and when a payment in each state is looked at first.

use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::stored::StoredPayment;

/// Seconds before the end of a refund window from which an unsettled payment needs a person: two weeks.
const WINDOW_NOTICE_SECONDS: i64 = 14 * 86_400;
/// Seconds between two look-ups of a payment that waits for a transfer.
const DEPOSIT_POLL_SECONDS: i64 = 3_600;
/// Seconds after closing a payment until it is looked up again: money may be found that came late. Only the second one
/// when the provider was not asked to capture it.
const CLOSED_CHECK_SECONDS: [i64; 3] = [600, 3_600, 86_400];

/// A list of payments that are worked off independently of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum Lane {
    /// None: the payment has come to rest, or its refund has a row of its own.
    Rest = 0,
    /// Waits for its payer.
    Payer = 1,
    /// The payer's money may have been, or was, taken.
    Money = 2,
    /// Closed without a charge; looked up again for money that came late.
    Closed = 3,
    /// Attached; its refund window will end.
    Window = 4,
}

impl Lane {
    /// The lanes in which payments for a funding count as in flight.
    pub const IN_FLIGHT: [i16; 2] = [Self::Payer as i16, Self::Money as i16];

    /// The lane in which a payment of this state is looked at.
    pub const fn of(state: PaymentState) -> Self {
        use PaymentState as S;
        match state {
            S::Created | S::Ready | S::AwaitingDeposit => Self::Payer,
            S::Approving | S::Approved => Self::Money,
            S::Attached | S::PartlyRefunded => Self::Window,
            S::Failed | S::Expired | S::Cancelled => Self::Closed,
            S::Refunding | S::Refunded => Self::Rest,
        }
    }

    /// The number in the database.
    pub const fn number(self) -> i16 {
        self as i16
    }
}

/// The lane and the first check of a payment that has just entered its state; without a check it comes to rest.
pub fn schedule(payment: &StoredPayment, cx: StepContext) -> (Lane, Option<Timestamp>) {
    use PaymentState as S;
    let check = match payment.state() {
        S::Created => Some(created_check(cx)),
        S::Ready => Some(payment.expires_at),
        S::AwaitingDeposit => {
            let poll = cx.now.plus_seconds(DEPOSIT_POLL_SECONDS);
            Some(payment.expires_at.min(poll))
        }
        S::Approving => Some(payment.lease_until),
        S::Approved => Some(cx.now.plus_seconds(cx.unattached_seconds)),
        S::Attached | S::PartlyRefunded => payment
            .refundable_until
            .map(|until| until.plus_seconds(-WINDOW_NOTICE_SECONDS)),
        S::Refunding | S::Refunded => None,
        S::Failed | S::Expired | S::Cancelled => return closed(payment, cx),
    };
    (
        check.map_or(Lane::Rest, |_| Lane::of(payment.state())),
        check,
    )
}

/// When the sweeper checks a payment that is created now: the provider has responded by then.
pub fn created_check(cx: StepContext) -> Timestamp {
    cx.now.plus_seconds(2 * cx.lease_seconds)
}

/// Without the provider's id or a request to capture, hardly anything can have come late: one look is enough.
fn closed(payment: &StoredPayment, cx: StepContext) -> (Lane, Option<Timestamp>) {
    if payment.reference.is_none() && payment.proof_digest.is_none() {
        return (Lane::Rest, None);
    }
    closed_check(payment, cx.now, cx)
}

/// The next check of a payment that was closed at `closed_at`: by time, however often it was looked at.
pub fn closed_check(
    payment: &StoredPayment,
    closed_at: Timestamp,
    cx: StepContext,
) -> (Lane, Option<Timestamp>) {
    let checks: &[i64] = if payment.proof_digest.is_some() {
        &CLOSED_CHECK_SECONDS
    } else {
        &CLOSED_CHECK_SECONDS[1..2]
    };
    let mut times = checks
        .iter()
        .map(|seconds| closed_at.plus_seconds(*seconds));
    match times.find(|at| *at > cx.now) {
        Some(at) => (Lane::Closed, Some(at)),
        None => (Lane::Rest, None),
    }
}
