//! How a strike changes the course of a call: before the work is done, and after it.

use axum::body::to_bytes;
use axum::response::Response;
use serde_json::json;

use super::{Fault, Strike};
use crate::connection::Wire;
use crate::http::{json, raw};

/// Answers are a few hundred bytes; this is only a bound.
const ANSWER_BYTES_MAX: usize = 1 << 20;

impl Strike {
    /// The answer that takes the place of the work, or `None` when the work is to be done.
    pub(crate) async fn before(self, wire: &Wire) -> Option<Response> {
        match self.fault {
            Fault::Drop => wire.cut().await,
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

    /// What becomes of `answer` once the work is done.
    pub(crate) async fn after(self, answer: Response, wire: &Wire) -> Response {
        match self.fault {
            Fault::Delay => {
                tokio::time::sleep(self.delay).await;
                answer
            }
            Fault::Lost => wire.cut().await,
            Fault::Http500Done => internal_error(),
            Fault::MalformedJson => {
                let whole = to_bytes(answer.into_body(), ANSWER_BYTES_MAX)
                    .await
                    .unwrap_or_default();
                let half = whole.slice(..whole.len() / 2);
                raw(200, "application/json;charset=UTF-8", half)
            }
            _ => answer,
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

/// `before` for a call that may have no strike.
pub(crate) async fn before(strike: Option<Strike>, wire: &Wire) -> Option<Response> {
    match strike {
        Some(strike) => strike.before(wire).await,
        None => None,
    }
}

/// `after` for a call that may have no strike.
pub(crate) async fn after(strike: Option<Strike>, answer: Response, wire: &Wire) -> Response {
    match strike {
        Some(strike) => strike.after(answer, wire).await,
        None => answer,
    }
}
