//! A message by KakaoTalk: what Kakao's script is given, and what its page must allow for it.

use serde_json::{Value, json};

use crate::config::KakaoShare;
use crate::site::response::POLICY;

/// What a message says.
pub(super) struct Message<'a> {
    pub title: &'a str,
    pub text: &'a str,
    /// Whole address of the picture.
    pub picture: String,
    /// Whole address of the page.
    pub link: &'a str,
    /// What the button says.
    pub button: &'a str,
    /// Names and values, for a funding that everybody may see.
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

/// Frames of Kakao's script: its API by way of a frame in older versions, and KakaoTalk itself where a browser
/// knows no better way to an app.
const FRAMES: &str = "frame-src https://kapi.kakao.com kakaolink:";

/// The policy of a page that shares by KakaoTalk: ours, and the one script, pinned by its hash; the API that
/// it asks; the window to which it posts what is shared. Trusted Types are not asked of a script that
/// is not ours.
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
