//! The consent items configured for the sandbox's app. Requesting any other item is KOE205, and
//! no response contains fields of it.

use serde_json::{Value, json};

use super::people::Link;

/// A consent item.
pub(crate) struct Scope {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Given by linking the account, not revocable.
    pub(crate) required: bool,
}

/// All configured items except `openid`, which is implied.
pub(crate) const CONFIGURED: [Scope; 6] = [
    Scope {
        id: "profile_nickname",
        name: "닉네임",
        required: true,
    },
    Scope {
        id: "profile_image",
        name: "프로필 사진",
        required: false,
    },
    Scope {
        id: "account_email",
        name: "카카오계정(이메일)",
        required: false,
    },
    Scope {
        id: "gender",
        name: "성별",
        required: false,
    },
    Scope {
        id: "age_range",
        name: "연령대",
        required: false,
    },
    Scope {
        id: "birthday",
        name: "생일",
        required: false,
    },
];

pub(crate) fn is_configured(id: &str) -> bool {
    id == "openid" || CONFIGURED.iter().any(|scope| scope.id == id)
}

/// The items as `/v2/user/scopes` lists them.
pub(super) fn listed(link: Option<&Link>) -> Value {
    CONFIGURED
        .iter()
        .map(|scope| {
            let agreed = link.is_some_and(|link| link.consents.contains(scope.id));
            json!({"id": scope.id, "display_name": scope.name, "type": "PRIVACY", "using": true,
                "agreed": agreed, "revocable": agreed && !scope.required})
        })
        .collect()
}
