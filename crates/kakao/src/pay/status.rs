//! Order statuses of KakaoPay, and the four groups that decide what we do.

/// The status of an order, as returned by the look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// `READY`: prepared.
    Ready,
    /// `SEND_TMS`: the KakaoTalk message was sent.
    SendTms,
    /// `OPEN_PAYMENT`: the payer opened the payment page.
    OpenPayment,
    /// `SELECT_METHOD`: a payment method was selected.
    SelectMethod,
    /// `ARS_WAITING`: waiting for authentication by phone.
    ArsWaiting,
    /// `AUTH_PASSWORD`: authenticated; may be approved.
    AuthPassword,
    /// `ISSUED_SID`: a subscription key was issued, which single payments never request.
    IssuedSid,
    /// `SUCCESS_PAYMENT`: approved.
    Success,
    /// `PART_CANCEL_PAYMENT`: partly refunded.
    PartCancel,
    /// `CANCEL_PAYMENT`: fully refunded.
    Cancel,
    /// `FAIL_AUTH_PASSWORD`: authentication failed.
    FailAuth,
    /// `QUIT_PAYMENT`: the payer cancelled.
    Quit,
    /// `FAIL_PAYMENT`: the approval failed.
    Fail,
    /// An undocumented status; worth an alert.
    Unknown(String),
}

/// What an [`OrderStatus`] means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusGroup {
    /// Not decided yet: look the order up again later.
    Pending,
    /// Charged, and not fully refunded.
    Paid,
    /// Charged and fully refunded.
    Cancelled,
    /// Not charged, and never will be.
    Failed,
}

impl OrderStatus {
    /// Parses KakaoPay's name of a status.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "READY" => Self::Ready,
            "SEND_TMS" => Self::SendTms,
            "OPEN_PAYMENT" => Self::OpenPayment,
            "SELECT_METHOD" => Self::SelectMethod,
            "ARS_WAITING" => Self::ArsWaiting,
            "AUTH_PASSWORD" => Self::AuthPassword,
            "ISSUED_SID" => Self::IssuedSid,
            "SUCCESS_PAYMENT" => Self::Success,
            "PART_CANCEL_PAYMENT" => Self::PartCancel,
            "CANCEL_PAYMENT" => Self::Cancel,
            "FAIL_AUTH_PASSWORD" => Self::FailAuth,
            "QUIT_PAYMENT" => Self::Quit,
            "FAIL_PAYMENT" => Self::Fail,
            other => Self::Unknown(other.chars().take(40).collect()),
        }
    }

    /// The group of the status. An undocumented one counts as pending: nothing can be concluded from it.
    #[must_use]
    pub const fn group(&self) -> StatusGroup {
        match self {
            Self::Success | Self::PartCancel => StatusGroup::Paid,
            Self::Cancel => StatusGroup::Cancelled,
            Self::FailAuth | Self::Quit | Self::Fail => StatusGroup::Failed,
            Self::Ready
            | Self::SendTms
            | Self::OpenPayment
            | Self::SelectMethod
            | Self::ArsWaiting
            | Self::AuthPassword
            | Self::IssuedSid
            | Self::Unknown(_) => StatusGroup::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OrderStatus, StatusGroup};

    #[test]
    fn every_documented_status_is_in_its_group() {
        let groups = [
            (
                StatusGroup::Pending,
                "READY SEND_TMS OPEN_PAYMENT SELECT_METHOD ARS_WAITING AUTH_PASSWORD ISSUED_SID",
            ),
            (StatusGroup::Paid, "SUCCESS_PAYMENT PART_CANCEL_PAYMENT"),
            (StatusGroup::Cancelled, "CANCEL_PAYMENT"),
            (
                StatusGroup::Failed,
                "FAIL_AUTH_PASSWORD QUIT_PAYMENT FAIL_PAYMENT",
            ),
        ];
        for (group, words) in groups {
            for word in words.split(' ') {
                let status = OrderStatus::parse(word);
                assert!(!matches!(status, OrderStatus::Unknown(_)), "{word}");
                assert_eq!(status.group(), group, "{word}");
            }
        }
    }

    #[test]
    fn an_undocumented_status_is_pending() {
        let status = OrderStatus::parse("HELD_FOR_REVIEW");
        assert_eq!(status, OrderStatus::Unknown("HELD_FOR_REVIEW".to_owned()));
        assert_eq!(status.group(), StatusGroup::Pending);
    }
}
