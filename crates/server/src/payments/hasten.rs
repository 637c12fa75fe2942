//! Making a payment due for a look at the provider's record, in whatever state it is.

use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use super::lanes::Lane;
use super::stored::StoredPayment;
use super::{refund, write_sql};
use crate::db::{Conn, StorageError};

/// Makes the payment due at `at`, unless it is due before. A refund that waits for a person goes on waiting, and so does
/// captured money that waits for its support: when that is due it is refunded.
///
/// # Errors
/// When the database fails.
pub fn hasten(conn: &mut Conn, payment: &StoredPayment, at: Timestamp) -> Result<(), StorageError> {
    match payment.state() {
        PaymentState::Refunding => refund::hasten(conn, payment.id, at),
        PaymentState::Approved => Ok(()),
        state => match Lane::of(state) {
            Lane::Rest => Ok(()),
            lane => write_sql::hasten(conn, payment.id, lane, at),
        },
    }
}
