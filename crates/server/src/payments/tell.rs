//! Notifications of events of money: money is recorded even when nobody can be told.

use funsun_domain::ids::PaymentId;

use crate::db::{Conn, StorageError};

/// Runs `tell`; a failure is logged and does not undo the rest of the transaction. A statement that fails changes nothing
/// by itself, so no savepoint is needed, which every support would pay for.
///
/// # Errors
/// When the database itself fails: the transaction may be over.
pub fn tell_or_log(
    conn: &mut Conn,
    payment: PaymentId,
    tell: impl FnOnce(&mut Conn) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    match tell(conn) {
        Err(error) if error.is_temporary() => Err(error),
        Err(error) => {
            let payment = payment.get();
            tracing::error!(payment, %error, "members could not be notified");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
