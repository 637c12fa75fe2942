//! Failures of Kakao Login, classified by what the caller should do.

use crate::http::{Failure, HttpResponse};
use crate::json::Object;

/// Why a login call failed. Carries error codes, never Kakao's messages: those repeat authorization codes and tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// The token or authorization code is invalid or expired: the member must log in again.
    #[error("Kakao rejected the token or code ({code})")]
    Rejected {
        /// Kakao's error code, such as `KOE320` or `-401`.
        code: String,
    },
    /// The token was issued to another app.
    #[error("the token was issued to another app")]
    WrongApp,
    /// Kakao's response lacks a required field.
    #[error("Kakao's response lacks a required field")]
    Incomplete,
    /// A quota or rate limit of Kakao was reached: retry later.
    #[error("Kakao's rate limit is reached")]
    RateLimited {
        /// Seconds to wait, from `Retry-After`.
        retry_after: Option<u32>,
    },
    /// Kakao can't be reached or does not work: retry later; members stay logged in.
    #[error("Kakao is unavailable: {0}")]
    Unavailable(#[from] Outage),
    /// Our app's configuration at Kakao is wrong: the operator must act.
    #[error("our app is misconfigured at Kakao ({code})")]
    Misconfigured {
        /// Kakao's error code, such as `KOE010` or `-3`.
        code: String,
    },
}

/// How Kakao is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outage {
    /// No connection.
    #[error("no connection")]
    Unreachable,
    /// No response in time.
    #[error("no response in time")]
    TimedOut,
    /// The connection was lost.
    #[error("the connection was lost")]
    ConnectionLost,
    /// HTTP 5xx.
    #[error("server error {http}")]
    Server {
        /// The HTTP status.
        http: u16,
    },
    /// An internal error or maintenance, by Kakao's error code.
    #[error("internal error {code}")]
    Internal {
        /// Kakao's error code.
        code: i64,
    },
    /// The response is not as documented, or far too large.
    #[error("malformed response")]
    MalformedResponse,
}

impl From<Failure> for LoginError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(match failure {
            Failure::ConnectFailed | Failure::ConnectTimedOut | Failure::InvalidRequest => {
                Outage::Unreachable
            }
            Failure::TimedOut => Outage::TimedOut,
            Failure::Lost => Outage::ConnectionLost,
            Failure::TooLarge => Outage::MalformedResponse,
        })
    }
}

/// Classifies an error of kauth: `{"error":…,"error_description":…,"error_code":"KOE…"}`.
/// Codes: the "troubleshooting" page of Kakao Login's documentation.
pub(super) fn kauth_error(response: &HttpResponse) -> LoginError {
    if response.is_server_error() {
        return Outage::Server {
            http: response.http,
        }
        .into();
    }
    let rate_limited = LoginError::RateLimited {
        retry_after: response.retry_after,
    };
    let body = Object::parse(&response.body);
    let code = body
        .as_ref()
        .and_then(|body| body.text("/error_code"))
        .unwrap_or_default();
    let kind = body
        .as_ref()
        .and_then(|body| body.text("/error"))
        .unwrap_or_default();
    let shown = if code.is_empty() { kind } else { code }
        .chars()
        .take(40)
        .collect::<String>();
    match (code, kind) {
        ("KOE237", _) => rate_limited,
        _ if response.http == 429 => rate_limited,
        ("KOE003", _) | (_, "server_error") => Outage::Server {
            http: response.http,
        }
        .into(),
        ("KOE303" | "KOE319" | "KOE320" | "KOE322", _) | (_, "invalid_grant") => {
            LoginError::Rejected { code: shown }
        }
        ("", "") => Outage::MalformedResponse.into(),
        _ => LoginError::Misconfigured { code: shown },
    }
}

/// Classifies an error code of kapi, as returned to calls with a member's access token.
/// Codes: the "response code" page of Kakao's REST documentation.
pub(super) fn kapi_error(code: i64) -> LoginError {
    match code {
        -1 | -7 | -603 | -9798 => Outage::Internal { code }.into(),
        -10 => LoginError::RateLimited { retry_after: None },
        // The token, or its member: malformed, expired, blocked, unlinked, deleted, too young.
        -2 | -4 | -101 | -103 | -401 | -405 | -406 => LoginError::Rejected {
            code: code.to_string(),
        },
        -402 => LoginError::Incomplete,
        _ => LoginError::Misconfigured {
            code: code.to_string(),
        },
    }
}
