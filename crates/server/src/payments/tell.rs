//! Notifications of events of money: money is recorded even when nobody can be told.

use diesel::Connection;
use funsun_domain::ids::PaymentId;

use crate::db::{Conn, StorageError};

/// Runs `tell` in a savepoint; a failure is logged, and undone without the rest of the transaction.
pub fn tell_or_log(
    conn: &mut Conn,
    payment: PaymentId,
    tell: impl FnOnce(&mut Conn) -> Result<(), StorageError>,
) {
    if let Err(error) = conn.transaction(tell) {
        let payment = payment.get();
        tracing::error!(payment, %error, "members could not be notified");
    }
}
