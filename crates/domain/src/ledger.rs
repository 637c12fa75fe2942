//! Double-entry ledger: accounts that hold money, and transactions of postings between them.
//!
//! A posting debits one account by what it credits to another, so no set of postings can be out of balance, and all
//! balances sum to zero. A negative balance of a receivable account is the money that the provider holds for us.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ids::{FundingId, MerchantAccountId};
use crate::money::Won;

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LedgerAccount {
    /// The payers' side, at a provider: the source of approved payments and the target of refunds. One for each of
    /// our accounts at a provider.
    Receivable(MerchantAccountId),
    /// Approved payments not yet attached to a support.
    Unattached,
    /// Money collected by a funding, and not being refunded.
    Funding(FundingId),
    /// Money whose refund has begun and is not complete.
    RefundsDue,
    /// Money on its way to authors' bank accounts.
    PayoutInTransit,
    /// Our bank account.
    Bank,
    /// Fees of providers.
    ProviderFees,
    /// Fees of the platform.
    PlatformFees,
}

/// The text is not the name of a ledger account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not a ledger account")]
pub struct InvalidLedgerAccount;

impl LedgerAccount {
    /// The accounts of which there is one, with their names in the database.
    pub const SINGLE: [(Self, &'static str); 6] = [
        (Self::Unattached, "unattached"),
        (Self::RefundsDue, "refunds_due"),
        (Self::PayoutInTransit, "payout_in_transit"),
        (Self::Bank, "bank"),
        (Self::ProviderFees, "provider_fees"),
        (Self::PlatformFees, "platform_fees"),
    ];
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable(id) => write!(f, "receivable:{id}"),
            Self::Funding(id) => write!(f, "funding:{id}"),
            single => {
                let named = Self::SINGLE.iter().find(|(account, _)| account == single);
                f.write_str(named.map_or("", |(_, name)| name))
            }
        }
    }
}

impl FromStr for LedgerAccount {
    type Err = InvalidLedgerAccount;

    fn from_str(text: &str) -> Result<Self, InvalidLedgerAccount> {
        let parsed = match text.split_once(':') {
            Some(("receivable", id)) => id.parse().ok().map(Self::Receivable),
            Some(("funding", id)) => id.parse().ok().map(Self::Funding),
            Some(_) => None,
            None => Self::SINGLE
                .iter()
                .find(|(_, name)| *name == text)
                .map(|(account, _)| *account),
        };
        parsed.ok_or(InvalidLedgerAccount)
    }
}

/// What a transaction records. Its reference is the id of the payment or of the refund that it belongs to; a
/// reference has at most one transaction of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// The provider charged the payer of this payment.
    Approval,
    /// This payment was attached to a support.
    Attachment,
    /// This refund began.
    RefundStart,
    /// The provider made this refund.
    Refund,
    /// This refund ended without moving money at the provider.
    RefundStop,
    /// This refund was paid from our bank account, since the provider could not make it.
    RefundByBank,
}

impl TransactionKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Approval,
        Self::Attachment,
        Self::RefundStart,
        Self::Refund,
        Self::RefundStop,
        Self::RefundByBank,
    ];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Attachment => "attachment",
            Self::RefundStart => "refund_start",
            Self::Refund => "refund",
            Self::RefundStop => "refund_stop",
            Self::RefundByBank => "refund_by_bank",
        }
    }

    /// Parses what [`TransactionKind::as_str`] returns; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether the reference of this kind is the id of a refund, and not of a payment.
    pub const fn is_of_refund(self) -> bool {
        !matches!(self, Self::Approval | Self::Attachment)
    }
}

/// One posting: `amount` goes from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account whose balance falls.
    pub from: LedgerAccount,
    /// The account whose balance rises.
    pub to: LedgerAccount,
    /// In won, above zero.
    pub amount: Won,
}

/// The postings that one event makes, stored together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What it records.
    pub kind: TransactionKind,
    /// Its postings, at least one.
    pub postings: Vec<Posting>,
}

impl Transaction {
    /// A transaction of one posting.
    pub fn one(kind: TransactionKind, from: LedgerAccount, to: LedgerAccount, amount: Won) -> Self {
        Self {
            kind,
            postings: vec![Posting { from, to, amount }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names_round_trip_through_text() {
        let funding = LedgerAccount::Funding(FundingId::new(7).unwrap());
        let receivable = LedgerAccount::Receivable(MerchantAccountId::new(2).unwrap());
        let single = LedgerAccount::SINGLE.map(|(account, _)| account);
        for account in single.into_iter().chain([funding, receivable]) {
            assert!(!account.to_string().is_empty());
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        for text in ["funding:x", "receivable", "bank:1", ""] {
            assert!(text.parse::<LedgerAccount>().is_err(), "{text}");
        }
    }

    #[test]
    fn kinds_round_trip_through_text() {
        for kind in TransactionKind::ALL {
            assert_eq!(TransactionKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(TransactionKind::parse("invented"), None);
    }
}
