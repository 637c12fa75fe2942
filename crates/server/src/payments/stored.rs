//! A payment as it is stored, and the one way to change it: a step of the state machine, written together
//! with its ledger entry and the funding's total.

use funsun_domain::ids::{AccountKey, FundingId, OrderRef, PaymentId};
use funsun_domain::ledger::{LedgerAccount, Movement};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState, READY_LIFETIME_SECONDS, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::KnownOrder;
use super::{ledger_sql, sql};
use crate::db::{Conn, StorageError};

/// Seconds beyond the provider's own limit after which a payment counts as expired.
const EXPIRY_MARGIN_SECONDS: i64 = 60;

/// Longest pause between two retries of the sweeper, in seconds.
const PAUSE_SECONDS_MAX: i64 = 1_800;

/// A payment with everything in its row.
#[derive(Clone, Debug)]
pub struct StoredPayment {
    /// The row.
    pub id: PaymentId,
    /// Our number for the provider.
    pub order: OrderRef,
    /// Who pays.
    pub payer: AccountKey,
    /// Our opaque name for the payer at the provider.
    pub payer_name: String,
    /// State and amounts.
    pub rules: Payment,
    /// The provider's number, from `ready` on.
    pub tid: Option<String>,
    /// The digest of the proof that the provider was last given.
    pub proof_digest: Option<String>,
    /// The support that the approval itself is to create.
    pub terms: Option<SupportTerms>,
    /// Until when another request or the sweeper exchanges messages with the provider about it.
    pub lease_until: Timestamp,
    /// Exchanges with the provider since its last change of state.
    pub attempts: i64,
    /// Why it is being, or was, refunded.
    pub refund_reason: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl StoredPayment {
    /// Where it stands.
    pub fn state(&self) -> PaymentState {
        self.rules.state
    }

    /// The funding that it supports or was meant to.
    pub fn funding(&self) -> Option<FundingId> {
        let intended = self.terms.as_ref().map(|terms| terms.funding);
        self.rules.funding.or(intended)
    }

    /// The payment as the provider knows it; `None` before `ready`.
    pub fn known(&self) -> Option<KnownOrder<'_>> {
        Some(KnownOrder {
            reference: self.tid.as_deref()?,
            order: self.order.as_str(),
            payer: &self.payer_name,
            amount: self.rules.amount,
        })
    }

    /// When the provider certainly accepts no approval any more.
    pub fn expires_at(&self) -> Timestamp {
        self.created_at
            .plus_seconds(READY_LIFETIME_SECONDS + EXPIRY_MARGIN_SECONDS)
    }

    /// Takes a step and stores it: new state, ledger entry and funding total together.
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

    /// Leases the exclusive right to exchange messages with the provider about it. `None` when it is leased
    /// already, or has moved on.
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

    /// Records the proof that the provider is given next.
    pub fn record_proof(mut self, conn: &mut Conn, digest: &str) -> Result<Self, StorageError> {
        sql::set_proof(conn, self.id, digest)?;
        self.proof_digest = Some(digest.to_owned());
        Ok(self)
    }

    /// Releases the lease and postpones the next check, twice as long each time; the note is for the operator.
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

    /// What could still be refunded at the provider before the refund that is under way, in won.
    pub fn refundable_before(&self) -> Result<Won, StorageError> {
        self.rules
            .amount
            .minus(self.rules.refunded)
            .map_err(StorageError::corrupt)
    }
}

/// When the sweeper checks a payment that was created now: the provider has answered by then.
pub(super) fn created_check(cx: StepContext) -> Timestamp {
    cx.now.plus_seconds(2 * cx.lease_seconds)
}

/// A funding's total is what the ledger says its account holds, kept in the same transaction.
fn move_totals(conn: &mut Conn, movement: Movement) -> Result<(), StorageError> {
    let won = movement.amount.get();
    for (account, change) in [(movement.from, -won), (movement.to, won)] {
        if let LedgerAccount::Funding(funding) = account {
            ledger_sql::change_total(conn, funding, change)?;
        }
    }
    Ok(())
}
