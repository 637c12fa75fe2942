//! URLs and credentials of Kakao. All are set, or none.

use super::Secret;
use super::settings::Raw;

/// URLs and credentials of Kakao Login and KakaoPay.
#[derive(Clone, Debug)]
pub struct KakaoConfig {
    /// Base URL of Kakao's authorization server (kauth).
    pub auth_url: String,
    /// Base URL of Kakao's API (kapi).
    pub api_url: String,
    /// Our app's id.
    pub app_id: i64,
    /// REST API key.
    pub rest_key: String,
    /// Client secret.
    pub client_secret: Secret,
    /// Admin key.
    pub admin_key: Secret,
    /// Base URL of KakaoPay.
    pub pay_url: String,
    /// KakaoPay secret key.
    pub pay_secret_key: Secret,
    /// KakaoPay merchant code that takes new payments.
    pub cid: String,
    /// Former merchant codes, still looked up and refunded.
    pub former: Vec<FormerAccount>,
}

/// A former contract with KakaoPay.
#[derive(Clone, Debug)]
pub struct FormerAccount {
    /// Its merchant code.
    pub cid: String,
    /// Its secret key.
    pub secret_key: Secret,
}

const URLS: [&str; 3] = ["kakao_auth_url", "kakao_api_url", "kakaopay_url"];

/// Our credentials at the Kakao sandbox: defaults for settings that are missing in dev.
#[derive(Clone, Debug)]
pub struct SandboxKeys {
    /// Our app's id.
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

/// Returns `None` when no URL is set. When one is, all other settings are required; with `sandbox`, missing URLs
/// default to the one that is set, and missing keys to the sandbox's.
pub(super) fn parse(
    raw: &Raw,
    sandbox: Option<&SandboxKeys>,
    problems: &mut Vec<String>,
) -> Option<KakaoConfig> {
    let any_url = URLS.iter().find_map(|name| raw.get(name))?;
    let mut text = |name: &'static str, fallback: Option<String>| match (raw.get(name), fallback) {
        (Some(value), _) => value.to_owned(),
        (None, Some(fallback)) => fallback,
        (None, None) => {
            problems.push(format!("{name}: required, since a Kakao URL is set"));
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
        former: Vec::new(),
    };
    let former = former(raw, &config, problems);
    let config = KakaoConfig { former, ..config };
    if config.app_id <= 0 {
        problems.push("kakao_app_id: must be the app's id, a number above zero".to_owned());
    }
    Some(config)
}

/// Codes with their keys, by comma. The text may hold keys, so that errors don't repeat it.
fn former(raw: &Raw, current: &KakaoConfig, problems: &mut Vec<String>) -> Vec<FormerAccount> {
    let text = raw.get("kakaopay_former_accounts").unwrap_or_default();
    let mut accounts: Vec<FormerAccount> = Vec::new();
    for entry in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let (cid, key) = match entry.split_once('=') {
            Some((cid, key)) => (cid.trim(), key.trim().to_owned().into()),
            None => (entry, current.pay_secret_key.clone()),
        };
        let known = cid == current.cid || accounts.iter().any(|account| account.cid == cid);
        if cid.is_empty() || key.is_empty() || known {
            problems.push(
                "kakaopay_former_accounts: each entry must be CID or CID=SECRET_KEY, and each CID another than \
                 kakaopay_cid"
                    .to_owned(),
            );
            continue;
        }
        accounts.push(FormerAccount {
            cid: cid.to_owned(),
            secret_key: key,
        });
    }
    accounts
}
