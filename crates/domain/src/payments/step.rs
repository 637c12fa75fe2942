//! Steps between the states, and the ledger movement of each.

use thiserror::Error;

use super::PaymentState;
use crate::ids::FundingId;
use crate::ledger::{LedgerAccount, Movement, MovementKind};
use crate::money::{MoneyError, Won};

/// The part of a payment that its rules depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The current state.
    pub state: PaymentState,
    /// The amount the payer agreed to pay, in won.
    pub amount: Won,
    /// Refunded so far, in won.
    pub refunded: Won,
    /// The refund in progress, in won; above zero only in state `refunding`.
    pub refunding: Won,
    /// The funding it is attached to.
    pub funding: Option<FundingId>,
}

/// An event in the life of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The provider assigned a transaction id.
    Prepare,
    /// The provider is about to be asked for the charge (again, when a look-up showed that none was made).
    StartApproval,
    /// The provider has definitely charged the payer.
    Approve,
    /// The payment is attached to a support of this funding.
    Attach(FundingId),
    /// A refund of this amount starts.
    StartRefund(Won),
    /// The provider has definitely made the refund.
    FinishRefund,
    /// The provider declined for good.
    Fail,
    /// The payer's time ran out.
    Expire,
    /// The payer cancelled, or the provider did before we recorded the charge.
    Cancel,
}

/// The result of a step: the next version of the payment, and the ledger movement of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The payment after the step.
    pub payment: Payment,
    /// The ledger entry to store in the same transaction.
    pub movement: Option<Movement>,
}

/// The step is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IllegalStep {
    /// The current state does not allow it.
    #[error("step {step:?} is not allowed in state {from}")]
    State {
        /// The payment's state.
        from: PaymentState,
        /// The refused step.
        step: Step,
    },
    /// The amount is not allowed: a refund of zero, or of more than is left.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Payment {
    /// A new payment, in state `created`.
    pub const fn created(amount: Won) -> Self {
        Self {
            state: PaymentState::Created,
            amount,
            refunded: Won::ZERO,
            refunding: Won::ZERO,
            funding: None,
        }
    }

    /// The amount that can still be refunded, in won: zero unless the payer was charged.
    pub fn refundable(&self) -> Won {
        use PaymentState as S;
        match self.state {
            S::Approved | S::Attached | S::PartlyRefunded => {
                self.amount.minus(self.refunded).unwrap_or(Won::ZERO)
            }
            _ => Won::ZERO,
        }
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`IllegalStep`] when the state or the amounts do not allow it.
    pub fn step(self, step: Step) -> Result<Transition, IllegalStep> {
        use PaymentState as S;
        match (self.state, step) {
            (S::Created, Step::Prepare) => Ok(self.to(S::Ready)),
            (S::Ready | S::Approving, Step::StartApproval) => Ok(self.to(S::Approving)),
            (S::Approving, Step::Approve) => Ok(self.approve()),
            (S::Approved, Step::Attach(funding)) => Ok(self.attach(funding)),
            (S::Approved | S::Attached | S::PartlyRefunded, Step::StartRefund(part)) => {
                self.start_refund(part)
            }
            (S::Refunding, Step::FinishRefund) => self.finish_refund(),
            (S::Created | S::Ready | S::Approving, Step::Fail) => Ok(self.to(S::Failed)),
            (S::Created | S::Ready | S::Approving, Step::Expire) => Ok(self.to(S::Expired)),
            (S::Created | S::Ready | S::Approving, Step::Cancel) => Ok(self.to(S::Cancelled)),
            (from, step) => Err(IllegalStep::State { from, step }),
        }
    }

    fn to(self, state: PaymentState) -> Transition {
        Transition {
            payment: Self { state, ..self },
            movement: None,
        }
    }

    fn approve(self) -> Transition {
        let movement = Movement {
            kind: MovementKind::Approval,
            from: LedgerAccount::KakaoPay,
            to: LedgerAccount::Unattached,
            amount: self.amount,
        };
        Transition {
            movement: Some(movement),
            ..self.to(PaymentState::Approved)
        }
    }

    fn attach(self, funding: FundingId) -> Transition {
        let movement = Movement {
            kind: MovementKind::Attachment,
            from: LedgerAccount::Unattached,
            to: LedgerAccount::Funding(funding),
            amount: self.amount,
        };
        let attached = Self {
            funding: Some(funding),
            ..self
        };
        Transition {
            movement: Some(movement),
            ..attached.to(PaymentState::Attached)
        }
    }

    fn start_refund(self, part: Won) -> Result<Transition, IllegalStep> {
        if part.is_zero() || part > self.refundable() {
            return Err(MoneyError::OutOfBounds {
                min: 1,
                max: self.refundable().get(),
            }
            .into());
        }
        Ok(Self {
            refunding: part,
            ..self
        }
        .to(PaymentState::Refunding))
    }

    fn finish_refund(self) -> Result<Transition, IllegalStep> {
        let refunded = self.refunded.plus(self.refunding)?;
        let rest = self.amount.minus(refunded)?;
        let movement = Movement {
            kind: MovementKind::Refund,
            from: self
                .funding
                .map_or(LedgerAccount::Unattached, LedgerAccount::Funding),
            to: LedgerAccount::KakaoPay,
            amount: self.refunding,
        };
        let state = if rest.is_zero() {
            PaymentState::Refunded
        } else {
            PaymentState::PartlyRefunded
        };
        let payment = Self {
            state,
            refunded,
            refunding: Won::ZERO,
            ..self
        };
        Ok(Transition {
            payment,
            movement: Some(movement),
        })
    }
}
