//! A stored payment, and the only way to change it: a step of the state machine, written together with its
//! ledger transaction and the funding's total.

use funsun_domain::ids::{AccountKey, FundingId, MerchantAccountId, OrderRef, PaymentId, RefundId};
use funsun_domain::ledger::{LedgerAccount, Transaction, TransactionKind};
use funsun_domain::money::{SupportAmount, Won};
use funsun_domain::payments::{Payment, PaymentState, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::{ProviderOrder, Standing};
use super::lanes::{Lane, schedule};
use super::write_sql::Change;
use super::{ledger_sql, sql, write_sql};
use crate::db::{Conn, StorageError};

/// Longest pause between two retries of the sweeper, in seconds.
const PAUSE_SECONDS_MAX: i64 = 1_800;

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

/// The pause before a retry after `attempts` of them, in seconds.
pub fn retry_pause(attempts: i64) -> i64 {
    (2_i64 << attempts.clamp(0, 12)).min(PAUSE_SECONDS_MAX)
}

/// A payment with the columns of its row.
#[derive(Clone, Debug)]
pub struct StoredPayment {
    /// Its id.
    pub id: PaymentId,
    /// Our order reference at the provider.
    pub order: OrderRef,
    /// The member who pays.
    pub payer: AccountKey,
    /// Our opaque id for the payer at the provider.
    pub payer_ref: String,
    /// State and amounts.
    pub rules: Payment,
    /// The part of the amount that is not taxed.
    pub tax_free: Won,
    /// The provider's id for it; `None` while it has given none.
    pub reference: Option<String>,
    /// How the payer paid, in the provider's words.
    pub method: Option<String>,
    /// The digest of the proof last sent to the provider.
    pub proof_digest: Option<String>,
    /// The support that the approval creates, as stored; [`StoredPayment::terms`] parses it.
    pub(super) wanted: Option<WantedSupport>,
    /// The end of the lease during which one request or the sweeper may call the provider about it.
    pub lease_until: Timestamp,
    /// Exchanges with the provider since its last change of state.
    pub attempts: i64,
    /// From when the payer can't finish it any more.
    pub expires_at: Timestamp,
    /// From when the provider refuses to refund it; `None` before the approval.
    pub refundable_until: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its state changed last.
    pub changed_at: Timestamp,
}

/// The funding and the message of the support that an approval creates, as stored.
#[derive(Clone, Debug)]
pub(super) struct WantedSupport {
    pub(super) funding: FundingId,
    pub(super) message: String,
}

impl StoredPayment {
    /// Its state.
    pub fn state(&self) -> PaymentState {
        self.rules.state
    }

    /// Our account at the provider.
    pub fn merchant(&self) -> MerchantAccountId {
        self.rules.merchant
    }

    /// The funding that it supports or was meant to.
    pub fn funding(&self) -> Option<FundingId> {
        let wanted = self.wanted.as_ref().map(|wanted| wanted.funding);
        self.rules.funding.or(wanted)
    }

    /// The support that the approval creates; `None` when it creates none. Parsed only here: a stored text that
    /// no longer fits must not keep the sweeper from settling and refunding payments.
    ///
    /// # Errors
    /// When the stored amount or message doesn't fit.
    pub fn terms(&self) -> Result<Option<SupportTerms>, StorageError> {
        let Some(wanted) = &self.wanted else {
            return Ok(None);
        };
        let amount = SupportAmount::new(self.rules.amount.get()).map_err(StorageError::corrupt)?;
        Ok(Some(SupportTerms {
            funding: wanted.funding,
            amount,
            message: wanted.message.parse().map_err(StorageError::corrupt)?,
        }))
    }

    /// The order as the provider knows it.
    pub fn provider_order(&self) -> ProviderOrder<'_> {
        ProviderOrder {
            reference: self.reference.as_deref(),
            order: self.order.as_str(),
            payer: &self.payer_ref,
            amount: self.rules.amount,
        }
    }

    /// Applies a step and stores it: new state, ledger transaction and funding total together.
    ///
    /// # Errors
    /// When the step is not possible from the stored state, or the database fails; the transaction must
    /// then be rolled back.
    pub fn step(self, conn: &mut Conn, step: Step, cx: StepContext) -> Result<Self, StorageError> {
        self.step_with(conn, &[step], Change::default(), cx)
    }

    /// As [`StoredPayment::step`], for several steps that are stored as one, with other columns that they change.
    ///
    /// # Errors
    /// As [`StoredPayment::step`].
    pub fn step_with(
        self,
        conn: &mut Conn,
        steps: &[Step],
        change: Change<'_>,
        cx: StepContext,
    ) -> Result<Self, StorageError> {
        let reference = self.id.get();
        self.apply(conn, steps, reference, change, cx)
    }

    /// As [`StoredPayment::step`], for a step of this refund.
    ///
    /// # Errors
    /// As [`StoredPayment::step`].
    pub fn refund_step(
        self,
        conn: &mut Conn,
        step: Step,
        refund: RefundId,
        cx: StepContext,
    ) -> Result<Self, StorageError> {
        self.apply(conn, &[step], refund.get(), Change::default(), cx)
    }

    /// `reference` is the id that the ledger transactions of the steps belong to.
    fn apply(
        mut self,
        conn: &mut Conn,
        steps: &[Step],
        reference: i64,
        mut change: Change<'_>,
        cx: StepContext,
    ) -> Result<Self, StorageError> {
        let before = write_sql::Before {
            rules: self.rules,
            lease_until: self.lease_until,
        };
        let mut transactions = Vec::with_capacity(steps.len());
        for step in steps {
            let next = self.rules.step(*step).map_err(StorageError::corrupt)?;
            self.rules = next.payment;
            transactions.extend(next.transaction);
        }
        if self.rules.funding != before.rules.funding {
            change.funding_id = self.rules.funding.map(FundingId::get);
        }
        if before.rules.state != self.rules.state {
            self.attempts = 0;
        }
        self.changed_at = cx.now;
        self.lease_until = match self.rules.state {
            PaymentState::Approving => cx.now.plus_seconds(cx.lease_seconds),
            _ => Timestamp::from_micros(0),
        };
        write_sql::update_state(conn, &self, before, schedule(&self, cx), change, cx.now)?;
        for transaction in &transactions {
            ledger_sql::append(conn, transaction, reference, cx.now)?;
            move_totals(conn, transaction)?;
        }
        Ok(self)
    }

    /// Stores that the provider has definitely captured the money, what it says about it, and that it is attached to this
    /// funding.
    ///
    /// # Errors
    /// As [`StoredPayment::step`].
    pub fn approve(
        mut self,
        conn: &mut Conn,
        standing: &Standing,
        funding: Option<FundingId>,
        cx: StepContext,
    ) -> Result<Self, StorageError> {
        let window = standing.refund_days.saturating_mul(DAY_SECONDS);
        let until = cx.now.plus_seconds(window);
        self.refundable_until = Some(until);
        self.method = standing.method.clone();
        // We don't know it when the payer's return was lost, and the payment was found by our order.
        let reference = standing.reference.as_deref();
        // Another payment may have been told it by mistake: the money counts nevertheless.
        let reference = match reference.filter(|_| self.reference.is_none()) {
            Some(told) if sql::is_of_another(conn, &self, told)? => None,
            other => other,
        };
        self.reference = self.reference.or(reference.map(str::to_owned));
        let change = Change {
            reference,
            method: standing.method.as_deref(),
            refundable_until: Some(until.micros()),
            ..Change::default()
        };
        match funding {
            Some(funding) => {
                self.step_with(conn, &[Step::Approve, Step::Attach(funding)], change, cx)
            }
            None => self.step_with(conn, &[Step::Approve], change, cx),
        }
    }

    /// Leases the exclusive right to call the provider about it. `None` when another holds it, or the payment has
    /// changed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lease(self, conn: &mut Conn, cx: StepContext) -> Result<Option<Self>, StorageError> {
        if cx.is_leased(self.lease_until) {
            return Ok(None);
        }
        self.renew_lease(conn, cx)
    }

    /// Extends the lease that this value holds. `None` when another has taken it, or the payment has changed
    /// meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub fn renew_lease(
        mut self,
        conn: &mut Conn,
        cx: StepContext,
    ) -> Result<Option<Self>, StorageError> {
        let lease_before = self.lease_until;
        self.lease_until = cx.now.plus_seconds(cx.lease_seconds);
        let next_check = Some(self.lease_until);
        let held = write_sql::update_lease(conn, &self, lease_before, next_check)?;
        Ok(held.then_some(self))
    }

    /// Releases the lease that this value holds and postpones the next check, with exponential backoff; the note is
    /// for the operator. Changes nothing when the lease is another's.
    ///
    /// # Errors
    /// When the database fails.
    pub fn postpone(
        mut self,
        conn: &mut Conn,
        now: Timestamp,
        note: &str,
    ) -> Result<Self, StorageError> {
        let lease_before = self.lease_until;
        self.lease_until = Timestamp::from_micros(0);
        let next_check = Some(now.plus_seconds(retry_pause(self.attempts)));
        self.attempts += 1;
        if write_sql::update_lease(conn, &self, lease_before, next_check)? {
            write_sql::set_note(conn, self.id, note)?;
        }
        Ok(self)
    }

    /// Stores the lane and the next check of a payment that stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub fn reschedule(
        &self,
        conn: &mut Conn,
        (lane, next_check): (Lane, Option<Timestamp>),
    ) -> Result<(), StorageError> {
        write_sql::set_schedule(conn, self, lane, next_check)
    }
}

/// A funding's total equals the balance of its ledger account; both change in the same transaction.
fn move_totals(conn: &mut Conn, transaction: &Transaction) -> Result<(), StorageError> {
    for posting in &transaction.postings {
        let won = posting.amount.get();
        for (account, change) in [(posting.from, -won), (posting.to, won)] {
            match account {
                LedgerAccount::Funding(funding)
                    if transaction.kind == TransactionKind::Attachment =>
                {
                    ledger_sql::add_to_total(conn, funding, change)?;
                }
                LedgerAccount::Funding(funding) => ledger_sql::change_total(conn, funding, change)?,
                _ => {}
            }
        }
    }
    Ok(())
}
