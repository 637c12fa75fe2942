//! A stored payment, and the only way to change it: a step of the state machine, written together with its
//! ledger entry and the funding's total.

use funsun_domain::ids::{AccountKey, FundingId, OrderRef, PaymentId};
use funsun_domain::ledger::{LedgerAccount, Movement};
use funsun_domain::money::{SupportAmount, Won};
use funsun_domain::payments::{Payment, PaymentState, READY_LIFETIME_SECONDS, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::ProviderOrder;
use super::{ledger_sql, sql};
use crate::db::{Conn, StorageError};

/// Seconds beyond the provider's own limit after which a payment counts as expired.
const EXPIRY_MARGIN_SECONDS: i64 = 60;

/// Longest pause between two retries of the sweeper, in seconds.
const PAUSE_SECONDS_MAX: i64 = 1_800;

/// A payment with all columns of its row.
#[derive(Clone, Debug)]
pub struct StoredPayment {
    /// Its id.
    pub id: PaymentId,
    /// Our order reference at the provider.
    pub order: OrderRef,
    /// The member who pays.
    pub payer: AccountKey,
    /// Our opaque id for the payer at the provider.
    pub payer_name: String,
    /// State and amounts.
    pub rules: Payment,
    /// The provider's id for it, from `ready` on.
    pub tid: Option<String>,
    /// The digest of the proof last sent to the provider.
    pub proof_digest: Option<String>,
    /// The support that the approval creates, as stored; [`StoredPayment::terms`] parses it.
    pub(super) wanted: Option<WantedSupport>,
    /// The end of the lease during which one request or the sweeper may call the provider about it.
    pub lease_until: Timestamp,
    /// Exchanges with the provider since its last change of state.
    pub attempts: i64,
    /// Why it is being, or was, refunded.
    pub refund_reason: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
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

    /// The order at the provider; `None` before `ready`.
    pub fn provider_order(&self) -> Option<ProviderOrder<'_>> {
        Some(ProviderOrder {
            reference: self.tid.as_deref()?,
            order: self.order.as_str(),
            payer: &self.payer_name,
            amount: self.rules.amount,
        })
    }

    /// The time from which the provider no longer accepts an approval.
    pub fn expires_at(&self) -> Timestamp {
        self.created_at
            .plus_seconds(READY_LIFETIME_SECONDS + EXPIRY_MARGIN_SECONDS)
    }

    /// Applies a step and stores it: new state, ledger entry and funding total together.
    ///
    /// # Errors
    /// When the step is not possible from the stored state, or the database fails; the transaction must
    /// then be rolled back.
    pub fn step(
        mut self,
        conn: &mut Conn,
        step: Step,
        cx: StepContext,
    ) -> Result<Self, StorageError> {
        let before = sql::Before {
            rules: self.rules,
            lease_until: self.lease_until,
        };
        let next = before.rules.step(step).map_err(StorageError::corrupt)?;
        self.rules = next.payment;
        if before.rules.state != self.rules.state {
            self.attempts = 0;
        }
        self.lease_until = match self.rules.state {
            PaymentState::Approving => cx.now.plus_seconds(cx.lease_seconds),
            _ => Timestamp::from_micros(0),
        };
        let next_check = self.first_check(cx);
        sql::update_state(conn, &self, before, next_check)?;
        if let Some(movement) = next.movement {
            ledger_sql::append(conn, self.id, movement, before.rules.refunded, cx.now)?;
            move_totals(conn, movement)?;
        }
        Ok(self)
    }

    /// When the sweeper first checks a payment that has just entered its state.
    fn first_check(&self, cx: StepContext) -> Option<Timestamp> {
        match self.rules.state {
            PaymentState::Created => Some(created_check(cx)),
            PaymentState::Ready => Some(self.expires_at()),
            PaymentState::Approving => Some(self.lease_until),
            PaymentState::Approved => Some(cx.now.plus_seconds(cx.unattached_seconds)),
            PaymentState::Refunding => Some(cx.now),
            PaymentState::Attached
            | PaymentState::PartlyRefunded
            | PaymentState::Refunded
            | PaymentState::Failed
            | PaymentState::Expired
            | PaymentState::Cancelled => None,
        }
    }

    /// Leases the exclusive right to call the provider about it. `None` when it is leased already, or has
    /// changed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lease(mut self, conn: &mut Conn, cx: StepContext) -> Result<Option<Self>, StorageError> {
        if self.lease_until > cx.now {
            return Ok(None);
        }
        let lease_before = self.lease_until;
        self.lease_until = cx.now.plus_seconds(cx.lease_seconds);
        self.attempts += 1;
        let next_check = Some(self.lease_until);
        let taken = sql::update_lease(conn, &self, lease_before, next_check)?;
        Ok(taken.then_some(self))
    }

    /// Records the proof that is sent to the provider next.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_proof(mut self, conn: &mut Conn, digest: &str) -> Result<Self, StorageError> {
        sql::set_proof(conn, self.id, digest)?;
        self.proof_digest = Some(digest.to_owned());
        Ok(self)
    }

    /// Releases the lease and postpones the next check, with exponential backoff; the note is for the operator.
    ///
    /// # Errors
    /// When the database fails.
    pub fn postpone(
        mut self,
        conn: &mut Conn,
        now: Timestamp,
        note: &str,
    ) -> Result<Self, StorageError> {
        let pause = (2_i64 << self.attempts.clamp(0, 12)).min(PAUSE_SECONDS_MAX);
        let lease_before = self.lease_until;
        self.lease_until = Timestamp::from_micros(0);
        let next_check = Some(now.plus_seconds(pause));
        if sql::update_lease(conn, &self, lease_before, next_check)? {
            sql::set_note(conn, self.id, note)?;
        }
        Ok(self)
    }

    /// The amount refundable at the provider before the refund that is under way, in won.
    ///
    /// # Errors
    /// When the stored amounts are inconsistent.
    pub fn refundable_before(&self) -> Result<Won, StorageError> {
        self.rules
            .amount
            .minus(self.rules.refunded)
            .map_err(StorageError::corrupt)
    }
}

/// When the sweeper checks a payment that is created now: the provider has responded by then.
pub(super) fn created_check(cx: StepContext) -> Timestamp {
    cx.now.plus_seconds(2 * cx.lease_seconds)
}

/// A funding's total equals the balance of its ledger account; both change in the same transaction.
fn move_totals(conn: &mut Conn, movement: Movement) -> Result<(), StorageError> {
    let won = movement.amount.get();
    for (account, change) in [(movement.from, -won), (movement.to, won)] {
        if let LedgerAccount::Funding(funding) = account {
            ledger_sql::change_total(conn, funding, change)?;
        }
    }
    Ok(())
}
