//! The ledger's vocabulary: accounts that hold money, and movements between two of them.
//!
//! Every movement takes from one account what it gives to another, so the balances always add up to
//! zero. What the provider account is below zero, the provider holds for us.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ids::FundingId;
use crate::money::Won;

/// Who holds money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LedgerAccount {
    /// The payers' side, at KakaoPay: money comes from here and goes back to here.
    KakaoPay,
    /// Approved payments that no support has taken yet.
    Unattached,
    /// What a funding has collected.
    Funding(FundingId),
}

/// The text names no ledger account.
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
    /// KakaoPay took the payer's money.
    Approval,
    /// A support took the payment into its funding.
    Attachment,
    /// KakaoPay gave money back.
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
    /// Why.
    pub kind: MovementKind,
    /// Whose balance falls.
    pub from: LedgerAccount,
    /// Whose balance rises.
    pub to: LedgerAccount,
    /// How much, in won.
    pub amount: Won,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names_survive_their_text_form() {
        let funding = LedgerAccount::Funding(FundingId::new(7).unwrap());
        for account in [LedgerAccount::KakaoPay, LedgerAccount::Unattached, funding] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        assert!("funding:x".parse::<LedgerAccount>().is_err());
    }
}
