//! KakaoPay's errors. Codes and HTTP statuses follow its published list of error codes; messages
//! except those of -780 and -781 are our own, since a client branches on the code.

use axum::response::Response;
use serde_json::json;

use crate::http::json;

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    HeaderMissing,
    WrongKey,
    WrongCid,
    UnknownTid,
    NotAuthenticated,
    AlreadyApproved,
    WrongOrderId,
    WrongUserId,
    WrongPgToken,
    CancelAboveRest,
    CancelAboveApproved,
    AmountInfo,
    Expired,
    TotalAmount,
    OrderInfo,
    ApproveDeclined,
    ApproveUserLocked,
    CancelDeclined,
    NotApprovable,
    NotCancellable,
    InFlight,
    WrongDomain,
}

impl Refusal {
    fn code(self) -> (u16, i64) {
        match self {
            Self::HeaderMissing => (400, -400),
            Self::WrongKey => (401, -401),
            Self::NotAuthenticated => (400, -701),
            Self::AlreadyApproved => (400, -702),
            Self::WrongOrderId => (400, -706),
            Self::WrongUserId => (400, -707),
            Self::WrongPgToken => (400, -708),
            Self::CancelAboveRest => (400, -710),
            Self::CancelAboveApproved => (400, -711),
            Self::UnknownTid => (400, -721),
            Self::AmountInfo => (400, -722),
            Self::Expired => (400, -723),
            Self::TotalAmount => (400, -725),
            Self::OrderInfo => (400, -726),
            Self::WrongCid => (400, -731),
            Self::ApproveDeclined | Self::ApproveUserLocked => (400, -780),
            Self::CancelDeclined => (400, -781),
            Self::NotApprovable => (400, -783),
            Self::NotCancellable => (400, -784),
            Self::InFlight => (400, -785),
            Self::WrongDomain => (400, -799),
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::HeaderMissing => "required header missing",
            Self::WrongKey => "secret key is not valid",
            Self::WrongCid => "cid is not valid",
            Self::UnknownTid => "tid not found",
            Self::NotAuthenticated => "payment is not authenticated yet",
            Self::AlreadyApproved => "payment is already approved",
            Self::WrongOrderId => "partner_order_id mismatch",
            Self::WrongUserId => "partner_user_id mismatch",
            Self::WrongPgToken => "pg_token mismatch",
            Self::CancelAboveRest => "cancel amount exceeds cancel available amount",
            Self::CancelAboveApproved => "cancel amount exceeds approved amount",
            Self::AmountInfo => "amount info is not valid",
            Self::Expired => "payment request expired",
            Self::TotalAmount => "total amount is not valid",
            Self::OrderInfo => "order info is not valid",
            Self::ApproveDeclined | Self::ApproveUserLocked => "approval failure!",
            Self::CancelDeclined => "cancel failure!",
            Self::NotApprovable => "payment is not in an approvable state",
            Self::NotCancellable => "payment is not in a cancellable state",
            Self::InFlight => "duplicate request in progress",
            Self::WrongDomain => "domain mismatch",
        }
    }

    fn extras(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::ApproveUserLocked => Some((
                "USER_LOCKED",
                "진행중인 거래가 있습니다. 잠시 후 다시 시도해 주세요.",
            )),
            Self::ApproveDeclined => Some(("LIMIT_EXCEEDED", "결제 한도를 초과했습니다.")),
            Self::CancelDeclined => Some(("6666", "원거래없음")),
            _ => None,
        }
    }

    /// The response in the format of KakaoPay's current API.
    pub(crate) fn response(self) -> Response {
        let (status, code) = self.code();
        let mut body = json!({"error_code": code, "error_message": self.message()});
        if let Some((result, message)) = self.extras() {
            body["extras"] =
                json!({"method_result_code": result, "method_result_message": message});
        }
        json(status, &body)
    }
}
