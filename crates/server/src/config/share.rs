//! Sharing on KakaoTalk: our app's key, and the SDK that sends the message. All are set, or none.

use super::settings::Raw;

/// Kakao's JavaScript SDK and our key for it. The key is public: every share page contains it.
#[derive(Clone, Debug)]
pub struct KakaoShare {
    /// JavaScript key.
    pub key: String,
    /// URL from which browsers load the SDK.
    pub sdk_url: String,
    /// The SDK's hash (Subresource Integrity), `sha384-…`.
    pub sdk_integrity: String,
}

const NAMES: [&str; 3] = ["kakao_js_key", "kakao_js_sdk_url", "kakao_js_sdk_integrity"];

/// Hash algorithms that browsers support (Subresource Integrity, section 3.2); the hash is in base64.
const HASHES: [&str; 3] = ["sha256-", "sha384-", "sha512-"];

pub(super) fn parse(raw: &Raw, dev: bool, problems: &mut Vec<String>) -> Option<KakaoShare> {
    NAMES.iter().find(|name| raw.get(name).is_some())?;
    let [key, sdk_url, sdk_integrity] = NAMES.map(|name| {
        if raw.get(name).is_none() {
            problems.push(format!("{name}: required for sharing on KakaoTalk"));
        }
        raw.get(name).unwrap_or_default().to_owned()
    });
    if !key.bytes().all(|it| it.is_ascii_alphanumeric()) {
        problems.push("kakao_js_key: must be letters and digits".to_owned());
    }
    if !sdk_url.is_empty() && !is_script_url(&sdk_url, dev) {
        problems.push(
            "kakao_js_sdk_url: must be the https:// URL of one file, without a query".to_owned(),
        );
    }
    let hash = HASHES.iter().find_map(|it| sdk_integrity.strip_prefix(it));
    let in_base64 = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'=');
    if !sdk_integrity.is_empty()
        && !hash.is_some_and(|hash| hash.len() > 40 && hash.bytes().all(in_base64))
    {
        problems
            .push("kakao_js_sdk_integrity: must be the SDK's hash, such as sha384-…".to_owned());
    }
    Some(KakaoShare {
        key,
        sdk_url,
        sdk_integrity,
    })
}

/// The URL becomes part of a Content-Security-Policy, so it must not contain characters that end a source or a
/// directive.
fn is_script_url(url: &str, dev: bool) -> bool {
    let unencrypted = dev.then(|| url.strip_prefix("http://")).flatten();
    let rest = url.strip_prefix("https://").or(unencrypted);
    let allowed =
        |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_' | b'/' | b':');
    rest.and_then(|rest| rest.split_once('/'))
        .is_some_and(|(host, path)| {
            !host.is_empty() && !path.is_empty() && url.bytes().all(allowed)
        })
}
