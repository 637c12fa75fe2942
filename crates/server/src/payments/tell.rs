//! Notifications of events of money: money is recorded even when nobody can be told.

use funsun_domain::ids::PaymentId;

use crate::db::{Conn, StorageError};

/// Runs `tell`; a failure is logged and does not undo the rest of the transaction. A statement that fails changes nothing
/// by itself, so no savepoint is needed, which every support would pay for.
pub fn tell_or_log(
    conn: &mut Conn,
    payment: PaymentId,
    tell: impl FnOnce(&mut Conn) -> Result<(), StorageError>,
) {
    // What ends the transaction is not told here: it runs again, or fails.
    if let Err(error) = tell(conn)
        && !error.is_temporary()
    {
        let payment = payment.get();
        tracing::error!(payment, %error, "members could not be notified");
    }
}
