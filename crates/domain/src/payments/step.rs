//! Steps between the states, and the ledger transaction of each.

use thiserror::Error;

use super::PaymentState;
use crate::ids::{FundingId, MerchantAccountId};
use crate::ledger::{LedgerAccount, Transaction, TransactionKind};
use crate::money::{MoneyError, Won};

/// The part of a payment that its rules depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Our account at the provider.
    pub merchant: MerchantAccountId,
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
    /// The provider waits for the payer's transfer.
    AwaitDeposit,
    /// The provider has definitely charged the payer: also found after we had closed the payment.
    Approve,
    /// The payment is attached to a support of this funding.
    Attach(FundingId),
    /// A refund of this amount starts.
    StartRefund(Won),
    /// The provider has definitely made the refund.
    FinishRefund,
    /// The refund was paid from our bank account.
    FinishRefundByBank,
    /// The refund ends without having moved money.
    StopRefund,
    /// The provider declined for good.
    Fail,
    /// The payer's time ran out.
    Expire,
    /// The payer cancelled, or the provider did before we recorded the charge.
    Cancel,
}

/// The result of a step: the next version of the payment, and the ledger transaction of the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The payment after the step.
    pub payment: Payment,
    /// The ledger transaction to store together with it.
    pub transaction: Option<Transaction>,
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
    pub const fn created(merchant: MerchantAccountId, amount: Won) -> Self {
        Self {
            merchant,
            state: PaymentState::Created,
            amount,
            refunded: Won::ZERO,
            refunding: Won::ZERO,
            funding: None,
        }
    }

    /// The amount that can still be refunded, in won: zero unless the payer was charged, or while a refund is in
    /// progress.
    pub fn refundable(&self) -> Won {
        use PaymentState as S;
        match self.state {
            S::Approved | S::Attached | S::PartlyRefunded => {
                self.amount.minus(self.refunded).unwrap_or(Won::ZERO)
            }
            _ => Won::ZERO,
        }
    }

    /// The tax-free share of a refund of `part` that follows those made before, in won, when `tax_free` of the payment
    /// is tax-free. The shares of all refunds add up to `tax_free`.
    ///
    /// # Errors
    /// When the amounts are out of range.
    pub fn tax_free_share(&self, tax_free: Won, part: Won) -> Result<Won, MoneyError> {
        let share = |refunded: Won| {
            let share = i128::from(tax_free.get()) * i128::from(refunded.get());
            let share = share.checked_div(i128::from(self.amount.get()));
            let share = share.and_then(|share| i64::try_from(share).ok());
            Won::new(share.ok_or(MoneyError::Overflow)?)
        };
        share(self.refunded.plus(part)?)?.minus(share(self.refunded)?)
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
            (S::Ready | S::Approving | S::AwaitingDeposit, Step::AwaitDeposit) => {
                Ok(self.to(S::AwaitingDeposit))
            }
            (state, Step::Approve) if state.is_unpaid() => Ok(self.approve()),
            (S::Approved, Step::Attach(funding)) => Ok(self.attach(funding)),
            (S::Approved | S::Attached | S::PartlyRefunded, Step::StartRefund(part)) => {
                self.start_refund(part)
            }
            (S::Refunding, Step::FinishRefund) => self.finish_refund(
                TransactionKind::Refund,
                LedgerAccount::Receivable(self.merchant),
            ),
            (S::Refunding, Step::FinishRefundByBank) => {
                self.finish_refund(TransactionKind::RefundByBank, LedgerAccount::Bank)
            }
            (S::Refunding, Step::StopRefund) => Ok(self.stop_refund()),
            (state, Step::Fail) if state.is_open() => Ok(self.to(S::Failed)),
            (state, Step::Expire) if state.is_open() => Ok(self.to(S::Expired)),
            (state, Step::Cancel) if state.is_open() => Ok(self.to(S::Cancelled)),
            (from, step) => Err(IllegalStep::State { from, step }),
        }
    }

    fn to(self, state: PaymentState) -> Transition {
        Transition {
            payment: Self { state, ..self },
            transaction: None,
        }
    }

    /// The account that holds the money of an approved payment.
    fn holder(&self) -> LedgerAccount {
        self.funding
            .map_or(LedgerAccount::Unattached, LedgerAccount::Funding)
    }

    fn approve(self) -> Transition {
        let transaction = Transaction::one(
            TransactionKind::Approval,
            LedgerAccount::Receivable(self.merchant),
            LedgerAccount::Unattached,
            self.amount,
        );
        Transition {
            transaction: Some(transaction),
            ..self.to(PaymentState::Approved)
        }
    }

    fn attach(self, funding: FundingId) -> Transition {
        let transaction = Transaction::one(
            TransactionKind::Attachment,
            LedgerAccount::Unattached,
            LedgerAccount::Funding(funding),
            self.amount,
        );
        let attached = Self {
            funding: Some(funding),
            ..self
        };
        Transition {
            transaction: Some(transaction),
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
        let transaction = Transaction::one(
            TransactionKind::RefundStart,
            self.holder(),
            LedgerAccount::RefundsDue,
            part,
        );
        let refunding = Self {
            refunding: part,
            ..self
        };
        Ok(Transition {
            transaction: Some(transaction),
            ..refunding.to(PaymentState::Refunding)
        })
    }

    fn finish_refund(
        self,
        kind: TransactionKind,
        to: LedgerAccount,
    ) -> Result<Transition, IllegalStep> {
        let refunded = self.refunded.plus(self.refunding)?;
        let rest = self.amount.minus(refunded)?;
        let transaction = Transaction::one(kind, LedgerAccount::RefundsDue, to, self.refunding);
        let state = if rest.is_zero() {
            PaymentState::Refunded
        } else {
            PaymentState::PartlyRefunded
        };
        let payment = Self {
            refunded,
            refunding: Won::ZERO,
            ..self
        };
        Ok(Transition {
            transaction: Some(transaction),
            ..payment.to(state)
        })
    }

    fn stop_refund(self) -> Transition {
        let transaction = Transaction::one(
            TransactionKind::RefundStop,
            LedgerAccount::RefundsDue,
            self.holder(),
            self.refunding,
        );
        let state = match (self.refunded.is_zero(), self.funding) {
            (false, _) => PaymentState::PartlyRefunded,
            (true, Some(_)) => PaymentState::Attached,
            (true, None) => PaymentState::Approved,
        };
        let payment = Self {
            refunding: Won::ZERO,
            ..self
        };
        Transition {
            transaction: Some(transaction),
            ..payment.to(state)
        }
    }
}
