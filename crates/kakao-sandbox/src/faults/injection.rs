//! Applies a fault to a call: before the work is done, and after it.

use axum::body::to_bytes;
use axum::response::Response;
use serde_json::json;

use super::{Fault, InjectedFault};
use crate::connection::ConnectionHandle;
use crate::http::{json, raw};

/// Upper bound; response bodies have a few hundred bytes.
const RESPONSE_BYTES_MAX: usize = 1 << 20;

impl InjectedFault {
    /// The response to send instead of doing the work, or `None` to do the work.
    pub(crate) async fn before(self, connection: &ConnectionHandle) -> Option<Response> {
        match self.fault {
            Fault::Drop => connection.close().await,
            Fault::Hang => std::future::pending().await,
            Fault::Http500 => Some(internal_error()),
            Fault::Http503 => Some(json(
                503,
                &json!({"error_code": -503, "code": -9798,
                "error_message": "service unavailable", "msg": "service unavailable"}),
            )),
            _ => None,
        }
    }

    /// The response to send once the work is done, in place of `response`.
    pub(crate) async fn after(self, response: Response, connection: &ConnectionHandle) -> Response {
        match self.fault {
            Fault::Delay => {
                tokio::time::sleep(self.delay).await;
                response
            }
            Fault::Lost => connection.close().await,
            Fault::Http500Done => internal_error(),
            Fault::MalformedJson => {
                let whole = to_bytes(response.into_body(), RESPONSE_BYTES_MAX)
                    .await
                    .unwrap_or_default();
                let half = whole.slice(..whole.len() / 2);
                raw(200, "application/json;charset=UTF-8", half)
            }
            _ => response,
        }
    }
}

fn internal_error() -> Response {
    json(
        500,
        &json!({"error_code": -500, "code": -1, "error_message": "internal server error",
            "msg": "internal server error"}),
    )
}

/// [`InjectedFault::before`] for a call that may have no fault.
pub(crate) async fn before(
    injected: Option<InjectedFault>,
    connection: &ConnectionHandle,
) -> Option<Response> {
    match injected {
        Some(injected) => injected.before(connection).await,
        None => None,
    }
}

/// [`InjectedFault::after`] for a call that may have no fault.
pub(crate) async fn after(
    injected: Option<InjectedFault>,
    response: Response,
    connection: &ConnectionHandle,
) -> Response {
    match injected {
        Some(injected) => injected.after(response, connection).await,
        None => response,
    }
}
