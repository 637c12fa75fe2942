//! Double-entry ledger: accounts that hold money, and movements between two of them.
//!
//! Every movement debits one account by what it credits to another, so all balances sum to zero. A negative
//! balance of the provider's account is the money that the provider holds for us.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ids::FundingId;
use crate::money::Won;

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LedgerAccount {
    /// The payers' side, at KakaoPay: the source of approved payments and the target of refunds.
    KakaoPay,
    /// Approved payments not yet attached to a support.
    Unattached,
    /// Money collected by a funding.
    Funding(FundingId),
}

/// The text is not the name of a ledger account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not a ledger account")]
pub struct InvalidLedgerAccount;

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KakaoPay => f.write_str("kakaopay"),
            Self::Unattached => f.write_str("unattached"),
            Self::Funding(id) => write!(f, "funding:{id}"),
        }
    }
}

impl FromStr for LedgerAccount {
    type Err = InvalidLedgerAccount;

    fn from_str(text: &str) -> Result<Self, InvalidLedgerAccount> {
        match text {
            "kakaopay" => Ok(Self::KakaoPay),
            "unattached" => Ok(Self::Unattached),
            _ => text
                .strip_prefix("funding:")
                .and_then(|id| id.parse().ok())
                .map(Self::Funding)
                .ok_or(InvalidLedgerAccount),
        }
    }
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MovementKind {
    /// KakaoPay charged the payer.
    Approval,
    /// The payment was attached to a support of its funding.
    Attachment,
    /// KakaoPay refunded the payer.
    Refund,
}

impl MovementKind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Attachment => "attachment",
            Self::Refund => "refund",
        }
    }
}

/// One entry of the ledger: `amount` goes from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Why the money moves.
    pub kind: MovementKind,
    /// The account whose balance falls.
    pub from: LedgerAccount,
    /// The account whose balance rises.
    pub to: LedgerAccount,
    /// In won.
    pub amount: Won,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names_round_trip_through_text() {
        let funding = LedgerAccount::Funding(FundingId::new(7).unwrap());
        for account in [LedgerAccount::KakaoPay, LedgerAccount::Unattached, funding] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        assert!("funding:x".parse::<LedgerAccount>().is_err());
    }
}
