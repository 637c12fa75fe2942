//! Where Kakao is and who we are there. Set as a whole or not at all.

use super::Secret;
use super::keys::Raw;

/// Kakao Login and KakaoPay: addresses and keys.
#[derive(Clone, Debug)]
pub struct KakaoConfig {
    /// kauth.
    pub auth_url: String,
    /// kapi.
    pub api_url: String,
    /// The number of our app.
    pub app_id: i64,
    /// REST API key.
    pub rest_key: String,
    /// Client secret.
    pub client_secret: Secret,
    /// Admin key.
    pub admin_key: Secret,
    /// KakaoPay.
    pub pay_url: String,
    /// KakaoPay secret key.
    pub pay_secret_key: Secret,
    /// KakaoPay merchant code.
    pub cid: String,
}

const URLS: [&str; 3] = ["kakao_auth_url", "kakao_api_url", "kakaopay_url"];

/// Our keys at the Kakao sandbox, for settings that are missing in dev.
#[derive(Clone, Debug)]
pub struct SandboxKeys {
    /// The number of our app.
    pub app_id: i64,
    /// REST API key.
    pub rest_key: String,
    /// Client secret.
    pub client_secret: String,
    /// Admin key.
    pub admin_key: String,
    /// KakaoPay secret key.
    pub pay_secret_key: String,
    /// KakaoPay merchant code.
    pub cid: String,
}

/// `None` when no address is set. With one set, everything else must be; with `sandbox`, what is missing
/// falls back on that address and on these keys.
pub(super) fn understand(
    raw: &Raw,
    sandbox: Option<&SandboxKeys>,
    problems: &mut Vec<String>,
) -> Option<KakaoConfig> {
    let any_url = URLS.iter().find_map(|name| raw.get(name))?;
    let mut text = |name: &'static str, fallback: Option<String>| match (raw.get(name), fallback) {
        (Some(value), _) => value.to_owned(),
        (None, Some(fallback)) => fallback,
        (None, None) => {
            problems.push(format!("{name}: needed, since Kakao's address is set"));
            String::new()
        }
    };
    let url = |text: String| text.trim_end_matches('/').to_owned();
    let same_url = || sandbox.map(|_| any_url.to_owned());
    let config = KakaoConfig {
        auth_url: url(text("kakao_auth_url", same_url())),
        api_url: url(text("kakao_api_url", same_url())),
        pay_url: url(text("kakaopay_url", same_url())),
        app_id: text("kakao_app_id", sandbox.map(|keys| keys.app_id.to_string()))
            .parse()
            .unwrap_or_default(),
        rest_key: text("kakao_rest_key", sandbox.map(|keys| keys.rest_key.clone())),
        client_secret: text(
            "kakao_client_secret",
            sandbox.map(|keys| keys.client_secret.clone()),
        )
        .into(),
        admin_key: text(
            "kakao_admin_key",
            sandbox.map(|keys| keys.admin_key.clone()),
        )
        .into(),
        pay_secret_key: text(
            "kakaopay_secret_key",
            sandbox.map(|keys| keys.pay_secret_key.clone()),
        )
        .into(),
        cid: text("kakaopay_cid", sandbox.map(|keys| keys.cid.clone())),
    };
    if config.app_id <= 0 {
        problems.push("kakao_app_id: must be the app's number".to_owned());
    }
    Some(config)
}
