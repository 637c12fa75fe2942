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

/// `None` when no address is set. With one set, everything else must be; only in dev does what is
/// missing fall back on that address and on the sandbox's keys.
pub(super) fn understand(raw: &Raw, dev: bool, problems: &mut Vec<String>) -> Option<KakaoConfig> {
    let any_url = URLS.iter().find_map(|name| raw.get(name))?;
    let sandbox = kakao_sandbox::Settings::default();
    let mut text = |name: &'static str, fallback: &str| match raw.get(name) {
        Some(value) => value.to_owned(),
        None if dev => fallback.to_owned(),
        None => {
            problems.push(format!("{name}: needed, since Kakao's address is set"));
            String::new()
        }
    };
    let url = |text: String| text.trim_end_matches('/').to_owned();
    let config = KakaoConfig {
        auth_url: url(text("kakao_auth_url", any_url)),
        api_url: url(text("kakao_api_url", any_url)),
        pay_url: url(text("kakaopay_url", any_url)),
        app_id: text("kakao_app_id", &sandbox.app_id.to_string())
            .parse()
            .unwrap_or_default(),
        rest_key: text("kakao_rest_key", &sandbox.rest_key),
        client_secret: text("kakao_client_secret", &sandbox.client_secret).into(),
        admin_key: text("kakao_admin_key", &sandbox.admin_key).into(),
        pay_secret_key: text("kakaopay_secret_key", &sandbox.pay_secret_key).into(),
        cid: text("kakaopay_cid", &sandbox.cid),
    };
    if config.app_id <= 0 {
        problems.push("kakao_app_id: must be the app's number".to_owned());
    }
    Some(config)
}
