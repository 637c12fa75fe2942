//! The states of an order at KakaoPay, and the four groups that decide what we do.

/// The state of an order, as the look-up tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// `READY`: prepared.
    Ready,
    /// `SEND_TMS`: the KakaoTalk message was sent.
    SendTms,
    /// `OPEN_PAYMENT`: the payer opened the page.
    OpenPayment,
    /// `SELECT_METHOD`: a method is chosen.
    SelectMethod,
    /// `ARS_WAITING`: authentication by phone.
    ArsWaiting,
    /// `AUTH_PASSWORD`: authenticated; approve may follow.
    AuthPassword,
    /// `ISSUED_SID`: a subscription key was issued, which single payments never ask for.
    IssuedSid,
    /// `SUCCESS_PAYMENT`: approved.
    Success,
    /// `PART_CANCEL_PAYMENT`: partly given back.
    PartCancel,
    /// `CANCEL_PAYMENT`: wholly given back.
    Cancel,
    /// `FAIL_AUTH_PASSWORD`: authentication failed.
    FailAuth,
    /// `QUIT_PAYMENT`: the payer stopped.
    Quit,
    /// `FAIL_PAYMENT`: the approval failed.
    Fail,
    /// A state that was not documented when this was written; worth an alert.
    Unknown(String),
}

/// What an [`OrderStatus`] means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusGroup {
    /// Not decided yet: look again later.
    Pending,
    /// The money was taken, and not all of it given back.
    Paid,
    /// All of it was given back.
    Cancelled,
    /// No money was taken, and none will be.
    Failed,
}

impl OrderStatus {
    /// Reads KakaoPay's word.
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

    /// The group it belongs to. An undocumented state counts as pending: it concludes nothing.
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
    fn every_documented_state_falls_into_its_group() {
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
    fn an_undocumented_state_concludes_nothing() {
        let status = OrderStatus::parse("HELD_FOR_REVIEW");
        assert_eq!(status, OrderStatus::Unknown("HELD_FOR_REVIEW".to_owned()));
        assert_eq!(status.group(), StatusGroup::Pending);
    }
}
