//! The three ways a KakaoPay call can fail, which differ in what may have happened to the money.

use crate::http::{Failure, HttpResponse};
use crate::json::Object;

/// Longest provider message kept, in characters.
const MESSAGE_CHARS_MAX: usize = 200;

/// Why a call gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// A well-formed refusal. For approve and cancel even this does not prove that no money moved
    /// (-702 says that an earlier call succeeded, -780 has come with a charge): look the order up.
    #[error("KakaoPay declines: {code} {message}")]
    Declined {
        /// The HTTP status, 400–499.
        http: u16,
        /// KakaoPay's code, such as -780. Branch on this one.
        code: i64,
        /// KakaoPay's text, shortened, without the `pg_token`. For the operator, not for the payer.
        message: String,
        /// `method_result_code` of the bank or card company, such as `USER_LOCKED`.
        result: Option<String>,
    },
    /// Sent, but we cannot know what became of it: look the order up, never send it again to find out.
    #[error("the outcome at KakaoPay is unknown: {0}")]
    Unknown(UnknownCause),
    /// Nothing reached KakaoPay; asking again is safe.
    #[error("nothing was sent to KakaoPay: {0}")]
    NotSent(NotSentCause),
}

/// Why the outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCause {
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke before the answer was complete.
    #[error("the connection broke")]
    ConnectionLost,
    /// HTTP 5xx, or the codes -500 (internal) and -503 (maintenance).
    #[error("server error {http}")]
    Server {
        /// The HTTP status.
        http: u16,
    },
    /// The answer is not what KakaoPay documents, lacks what we need, or is far too large.
    #[error("an answer that makes no sense, with status {http}")]
    MalformedResponse {
        /// The HTTP status; 0 when the answer was cut off for its size.
        http: u16,
    },
    /// The answer is about something else than was asked.
    #[error("the answer's {field} is not what was asked")]
    Mismatch {
        /// Which field differs or is missing.
        field: &'static str,
    },
}

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSentCause {
    /// No connection could be made.
    #[error("no connection")]
    ConnectFailed,
    /// No connection could be made in time.
    #[error("no connection in time")]
    ConnectTimedOut,
    /// The request breaks a documented limit, such as an empty tid or an amount of zero.
    #[error("{field} cannot be sent")]
    BadRequest {
        /// Which field.
        field: &'static str,
    },
}

impl From<Failure> for PayError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::ConnectFailed => Self::NotSent(NotSentCause::ConnectFailed),
            Failure::ConnectTimedOut => Self::NotSent(NotSentCause::ConnectTimedOut),
            Failure::InvalidRequest => Self::NotSent(NotSentCause::BadRequest { field: "request" }),
            Failure::TimedOut => Self::Unknown(UnknownCause::Timeout),
            Failure::Lost => Self::Unknown(UnknownCause::ConnectionLost),
            Failure::TooLarge => malformed(0),
        }
    }
}

/// The answer's object when it is a success, otherwise the error it stands for, without `hidden`
/// should the provider's text repeat it.
pub(super) fn accept(response: &HttpResponse, hidden: Option<&str>) -> Result<Object, PayError> {
    let http = response.http;
    if response.is_server_error() {
        return Err(PayError::Unknown(UnknownCause::Server { http }));
    }
    let body = Object::parse(&response.body).ok_or_else(|| malformed(http))?;
    if response.is_success() {
        return Ok(body);
    }
    Err(if response.is_client_error() {
        declined(http, &body, hidden)
    } else {
        malformed(http)
    })
}

pub(super) const fn malformed(http: u16) -> PayError {
    PayError::Unknown(UnknownCause::MalformedResponse { http })
}

pub(super) const fn mismatch(field: &'static str) -> PayError {
    PayError::Unknown(UnknownCause::Mismatch { field })
}

/// Reads both shapes of error: `error_code`/`error_message`, and `code`/`msg` of the older API.
fn declined(http: u16, body: &Object, hidden: Option<&str>) -> PayError {
    let first = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| body.integer(name).ok().flatten())
    };
    let Some(code) = first(["/error_code", "/code"]) else {
        return malformed(http);
    };
    if matches!(code, -500 | -503) {
        return PayError::Unknown(UnknownCause::Server { http });
    }
    let message = body
        .text("/error_message")
        .or_else(|| body.text("/msg"))
        .unwrap_or_default();
    let message = hidden.map_or_else(|| message.to_owned(), |text| message.replace(text, "…"));
    PayError::Declined {
        http,
        code,
        message: message.chars().take(MESSAGE_CHARS_MAX).collect(),
        result: body.owned_text("/extras/method_result_code"),
    }
}
