//! The three kinds of failure of a KakaoPay call, which differ in what may have happened to the money.

use crate::http::{Failure, HttpResponse};
use crate::json::Object;

/// Longest message of KakaoPay kept, in characters.
const MESSAGE_CHARS_MAX: usize = 200;

/// Codes that refuse a cancel whatever happens later, from the error codes of KakaoPay's online payment document.
///
/// -711: more than the approved amount of the original payment, which never changes. Nothing else is final there:
/// -710 (above what is left), -722 (amounts, a stale `cancel_available_amount` among them) and -784 (not
/// cancellable) may follow a cancel whose response was lost; -785 is in flight; -781 fails at the bank or card
/// company for reasons that may pass; -721, -730 to -733, -798, -799 and -400 to -429 also come from a wrong
/// setting, which can be corrected. The other codes are of other calls, or do not say enough.
const CANCEL_REFUSED_FOR_GOOD: [i64; 1] = [-711];

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// A well-formed error response. For approve and cancel, not even this proves that no money moved
    /// (-702 means that an earlier call succeeded, -780 has been seen with a charge): look the order up.
    #[error("KakaoPay declined: {code} {message}")]
    Declined {
        /// The HTTP status, 400–499.
        http: u16,
        /// KakaoPay's error code, such as -780. Branch on this one.
        code: i64,
        /// KakaoPay's message, shortened, with the `pg_token` removed. For the operator, not for the payer.
        message: String,
        /// `method_result_code` of the bank or card company, such as `USER_LOCKED`.
        result: Option<String>,
    },
    /// Sent, but the outcome is unknown: look the order up, and never retry to find out.
    #[error("the outcome at KakaoPay is unknown: {0}")]
    Unknown(UnknownCause),
    /// Nothing reached KakaoPay; retrying is safe.
    #[error("nothing was sent to KakaoPay: {0}")]
    NotSent(NotSentCause),
}

/// Why the outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCause {
    /// No response in time.
    #[error("no response in time")]
    Timeout,
    /// The connection was lost before the response was complete.
    #[error("the connection was lost")]
    ConnectionLost,
    /// HTTP 5xx, or the codes -500 (internal) and -503 (maintenance).
    #[error("server error {http}")]
    Server {
        /// The HTTP status.
        http: u16,
    },
    /// The response is not as documented, lacks a required field, or is far too large.
    #[error("malformed response with status {http}")]
    MalformedResponse {
        /// The HTTP status; 0 when the response was too large.
        http: u16,
    },
    /// The response does not match the request.
    #[error("{field} of the response does not match the request")]
    Mismatch {
        /// The field that differs or is missing.
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
    /// The request violates a documented limit, for example by an empty tid or an amount of zero.
    #[error("{field} violates a limit of KakaoPay")]
    BadRequest {
        /// Which field.
        field: &'static str,
    },
}

impl PayError {
    /// Whether this response to a cancel proves that the same cancel can never succeed. `false` proves nothing: look
    /// the order up.
    #[must_use]
    pub fn refuses_for_good(&self) -> bool {
        matches!(self, Self::Declined { code, .. } if CANCEL_REFUSED_FOR_GOOD.contains(code))
    }
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

/// The JSON object of a successful response; otherwise the error, with `hidden` redacted from KakaoPay's message.
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

/// Parses both error formats: `error_code`/`error_message`, and `code`/`msg` of the older API.
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

#[cfg(test)]
mod tests {
    use super::{NotSentCause, PayError, UnknownCause};

    fn declined(code: i64) -> PayError {
        PayError::Declined {
            http: 400,
            code,
            message: String::new(),
            result: None,
        }
    }

    #[test]
    fn only_a_cancel_above_the_approved_amount_is_refused_for_good() {
        assert!(declined(-711).refuses_for_good());
        for code in (-800..=-700).chain(-503..=-400).chain([0, 711]) {
            assert_eq!(declined(code).refuses_for_good(), code == -711, "{code}");
        }
    }

    #[test]
    fn an_unknown_outcome_and_an_unsent_request_refuse_nothing() {
        for error in [
            PayError::Unknown(UnknownCause::Timeout),
            PayError::Unknown(UnknownCause::Server { http: 503 }),
            PayError::NotSent(NotSentCause::ConnectFailed),
            PayError::NotSent(NotSentCause::BadRequest { field: "amount" }),
        ] {
            assert!(!error.refuses_for_good(), "{error}");
        }
    }
}
