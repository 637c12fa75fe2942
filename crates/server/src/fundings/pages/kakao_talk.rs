//! Sharing by KakaoTalk: the parameters of Kakao's script, and the content security policy that it needs.

use serde_json::{Value, json};

use crate::config::KakaoShare;
use crate::site::response::POLICY;

/// The content of a message.
pub(super) struct Message<'a> {
    pub title: &'a str,
    pub text: &'a str,
    /// Absolute URL of the picture.
    pub picture: String,
    /// Absolute URL of the page.
    pub link: &'a str,
    /// The button's text.
    pub button: &'a str,
    /// Names and values, for a public funding.
    pub facts: Vec<(&'a str, String)>,
}

impl Message<'_> {
    /// The feed template of `Kakao.Share.sendDefault` (Kakao Developers, message templates).
    pub fn template(&self) -> Value {
        let link = json!({"mobileWebUrl": self.link, "webUrl": self.link});
        let mut template = json!({
            "objectType": "feed",
            "content": {
                "title": self.title,
                "description": self.text,
                "imageUrl": self.picture,
                "imageWidth": preview::WIDTH,
                "imageHeight": preview::HEIGHT,
                "link": link,
            },
            "buttons": [{"title": self.button, "link": link}],
            "installTalk": true,
        });
        let facts = self.facts.iter();
        let items: Vec<Value> = facts
            .map(|(name, value)| json!({"item": name, "itemOp": value}))
            .collect();
        if !items.is_empty() {
            template["itemContent"] = json!({"items": items});
        }
        template
    }
}

/// Frames of Kakao's script: its API in older versions, and KakaoTalk's URL scheme in browsers that can't open an
/// app otherwise.
const FRAMES: &str = "frame-src https://kapi.kakao.com kakaolink:";

/// The content security policy of a page that shares by KakaoTalk: ours, plus Kakao's script, pinned by its hash;
/// the API that it calls; the window to which it posts the message. Trusted Types are not required of this
/// third-party script.
pub(super) fn policy(kakao: &KakaoShare) -> String {
    let widened = |rule: &str| match rule.split(' ').next() {
        Some("script-src") => Some(format!("{rule} {}", kakao.sdk_url)),
        Some("connect-src") => Some(format!("{rule} https://kapi.kakao.com")),
        Some("form-action") => Some(format!("{rule} https://*.kakao.com")),
        Some("require-trusted-types-for" | "trusted-types") => None,
        _ => Some(rule.to_owned()),
    };
    let mut rules: Vec<String> = POLICY.split("; ").filter_map(widened).collect();
    rules.push(FRAMES.to_owned());
    rules.join("; ")
}
