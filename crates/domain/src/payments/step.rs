//! The steps between the states, and the money that moves with each.

use thiserror::Error;

use super::PaymentState;
use crate::ids::FundingId;
use crate::ledger::{LedgerAccount, Movement, MovementKind};
use crate::money::{MoneyError, Won};

/// The part of a payment that the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Where it stands.
    pub state: PaymentState,
    /// What the payer agreed to pay, in won.
    pub amount: Won,
    /// What was given back so far, in won.
    pub refunded: Won,
    /// What is being given back right now, in won; more than zero only while refunding.
    pub refunding: Won,
    /// The funding whose support has the money.
    pub funding: Option<FundingId>,
}

/// Something that happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The provider gave it a transaction id.
    Prepare,
    /// We are about to ask the provider to take the money (again, when a look-up found it untaken).
    StartApproval,
    /// The provider has certainly taken the money.
    Approve,
    /// A support takes the money into a funding.
    Attach(FundingId),
    /// That much is to be given back.
    StartRefund(Won),
    /// The provider has certainly given back what was asked.
    FinishRefund,
    /// The provider refused for good.
    Fail,
    /// The payer's time ran out.
    Expire,
    /// The payer stopped, or the provider cancelled it before we counted the money.
    Cancel,
}

/// A payment after a step, and the ledger movement that belongs to the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The payment as it is now.
    pub payment: Payment,
    /// What to write into the ledger with it.
    pub movement: Option<Movement>,
}

/// The step is not possible from where the payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IllegalStep {
    /// No such way between the states.
    #[error("a payment that is {from} can't {step:?}")]
    State {
        /// Where the payment stands.
        from: PaymentState,
        /// What was tried.
        step: Step,
    },
    /// The amounts don't fit: a refund of nothing, or of more than is left.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Payment {
    /// A payment that was just written down.
    pub const fn created(amount: Won) -> Self {
        Self {
            state: PaymentState::Created,
            amount,
            refunded: Won::ZERO,
            refunding: Won::ZERO,
            funding: None,
        }
    }

    /// What could still be given back, in won: nothing unless the money was taken.
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
