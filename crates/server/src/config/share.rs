//! Sharing by KakaoTalk: whose app the message comes from, and the script that sends it. Set as a whole or
//! not at all.

use super::keys::Raw;

/// Kakao's JavaScript SDK and our key for it. The key is public: every share page shows it.
#[derive(Clone, Debug)]
pub struct KakaoShare {
    /// JavaScript key.
    pub key: String,
    /// Where the SDK is; a browser that shares loads it from there.
    pub sdk_url: String,
    /// What the SDK must be (Subresource Integrity), `sha384-…`.
    pub sdk_integrity: String,
}

const NAMES: [&str; 3] = ["kakao_js_key", "kakao_js_sdk_url", "kakao_js_sdk_integrity"];

/// Browsers take these hashes (Subresource Integrity, section 3.2), in base64.
const HASHES: [&str; 3] = ["sha256-", "sha384-", "sha512-"];

pub(super) fn understand(raw: &Raw, dev: bool, problems: &mut Vec<String>) -> Option<KakaoShare> {
    NAMES.iter().find(|name| raw.get(name).is_some())?;
    let [key, sdk_url, sdk_integrity] = NAMES.map(|name| {
        if raw.get(name).is_none() {
            problems.push(format!("{name}: needed, to share by KakaoTalk"));
        }
        raw.get(name).unwrap_or_default().to_owned()
    });
    if !key.bytes().all(|it| it.is_ascii_alphanumeric()) {
        problems.push("kakao_js_key: must be letters and digits".to_owned());
    }
    if !sdk_url.is_empty() && !is_script_address(&sdk_url, dev) {
        problems.push(
            "kakao_js_sdk_url: must be the https:// address of one file, without a query"
                .to_owned(),
        );
    }
    let hash = HASHES.iter().find_map(|it| sdk_integrity.strip_prefix(it));
    let in_base64 = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'=');
    if !sdk_integrity.is_empty()
        && !hash.is_some_and(|hash| hash.len() > 40 && hash.bytes().all(in_base64))
    {
        problems.push("kakao_js_sdk_integrity: must be such as sha384-… of the SDK".to_owned());
    }
    Some(KakaoShare {
        key,
        sdk_url,
        sdk_integrity,
    })
}

/// The address becomes part of a Content-Security-Policy: nothing in it may end a source or a directive.
fn is_script_address(url: &str, dev: bool) -> bool {
    let plain = dev.then(|| url.strip_prefix("http://")).flatten();
    let rest = url.strip_prefix("https://").or(plain);
    let plain =
        |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_' | b'/' | b':');
    rest.and_then(|rest| rest.split_once('/'))
        .is_some_and(|(host, path)| !host.is_empty() && !path.is_empty() && url.bytes().all(plain))
}
