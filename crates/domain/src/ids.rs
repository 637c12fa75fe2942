//! Identifiers: one type per entity, so that a funding's id can't be passed for an account's.
//!
//! Ids are positive 64-bit integers assigned by the database. Callers treat a text that is not such a number like
//! an id that does not exist.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The text or number is not an id of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not an id")]
pub struct InvalidId;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl $name {
            /// From a positive number.
            ///
            /// # Errors
            /// [`InvalidId`] for zero and below.
            pub const fn new(number: i64) -> Result<Self, InvalidId> {
                if number > 0 { Ok(Self(number)) } else { Err(InvalidId) }
            }

            /// The number in the database and on the wire.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidId;

            fn try_from(number: i64) -> Result<Self, InvalidId> {
                Self::new(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_positive(text).map(Self)
            }
        }
    };
}

number_id!(
    /// A member's database key. Internal: the public id of a member is the [`KakaoId`].
    AccountKey
);
number_id!(
    /// A funding.
    FundingId
);
number_id!(
    /// A support.
    SupportId
);
number_id!(
    /// A payment.
    PaymentId
);
number_id!(
    /// A refund of a payment or of a part of it.
    RefundId
);
number_id!(
    /// One of our accounts at a payment provider.
    MerchantAccountId
);
number_id!(
    /// One login on one device; it can be revoked.
    SessionId
);
number_id!(
    /// A report.
    ReportId
);

number_id!(
    /// A member's public id: the Kakao user id, a positive 64-bit integer written as text.
    KakaoId
);

/// Our order number at the payment provider. Unguessable, so that it also authorises the payment's return page.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OrderRef(String);

impl OrderRef {
    /// Length of an order reference, in characters: 128 random bits in lowercase hexadecimal.
    pub const LENGTH: usize = 32;

    /// From 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(hex::encode(bytes))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderRef(…)")
    }
}

impl FromStr for OrderRef {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let hex = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if hex && text.len() == Self::LENGTH {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId)
        }
    }
}

fn parse_positive(text: &str) -> Result<i64, InvalidId> {
    let canonical = !text.is_empty() && text.len() <= 19 && !text.starts_with('0');
    if !canonical || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidId);
    }
    text.parse().map_err(|_| InvalidId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_positive_numbers_are_ids() {
        assert_eq!("12".parse::<FundingId>(), Ok(FundingId(12)));
        let long = "1".repeat(10_000);
        for text in [
            "",
            "0",
            "-1",
            "+1",
            "01",
            " 1",
            "1.0",
            "1e3",
            "１２",
            "9223372036854775808",
            &long,
        ] {
            assert_eq!(text.parse::<FundingId>(), Err(InvalidId), "{text:.20}");
        }
    }

    #[test]
    fn an_order_reference_round_trips_through_text() {
        let order = OrderRef::from_random([0xa5; 16]);
        assert_eq!(order.as_str().parse(), Ok(order.clone()));
        assert!("A5".repeat(16).parse::<OrderRef>().is_err());
    }
}
