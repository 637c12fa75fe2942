//! The sandbox's configuration: the keys a client must present, registered URLs, the journal.
//! Keys that look like a real merchant's are refused, so that a production service cannot be
//! pointed at the sandbox by mistake.

use std::fmt;
use std::path::PathBuf;

use anyhow::ensure;

/// Keys, registered URLs and persistence of one sandbox.
#[derive(Clone)]
pub struct Settings {
    /// App id of the tokens that are issued (`app_id` of `access_token_info`).
    pub app_id: i64,
    /// REST API key, which is the OAuth `client_id`: 32 hex digits.
    pub rest_key: String,
    /// OAuth client secret, sent in the body of the token request.
    pub client_secret: String,
    /// Admin key for `Authorization: KakaoAK …`; also authenticates the unlink webhook.
    pub admin_key: String,
    /// KakaoPay secret key; must start with `DEV`.
    pub pay_secret_key: String,
    /// KakaoPay merchant code; must start with `TC`.
    pub cid: String,
    /// Merchant codes of further contracts, under the same secret key; must start with `TC`. A payment belongs to
    /// the code it was prepared with.
    pub other_cids: Vec<String>,
    /// Registered redirect URIs, compared exactly. Empty: any `http://127.0.0.1` or
    /// `http://localhost` URL. When set, KakaoPay's return URLs must be on these hosts too.
    pub redirect_uris: Vec<String>,
    /// URL of the unlink webhook unless the request names another one.
    pub unlink_webhook_url: Option<String>,
    /// Journal file that keeps people, links, access tokens and payments across restarts.
    pub journal: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            app_id: 1_000_001,
            rest_key: "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c".into(),
            client_secret: "sandbox-client-secret".into(),
            admin_key: "ad314159ad314159ad314159ad314159".into(),
            pay_secret_key: "DEV5A4D0B0C27182818284590452353602874".into(),
            cid: "TC0ONETIME".into(),
            other_cids: vec!["TC0SECOND0".into()],
            redirect_uris: Vec::new(),
            unlink_webhook_url: None,
            journal: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("app_id", &self.app_id)
            .field("cid", &self.cid)
            .field("other_cids", &self.other_cids)
            .field("redirect_uris", &self.redirect_uris)
            .field("unlink_webhook_url", &self.unlink_webhook_url)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Fails on keys that could belong to a live merchant or app.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.pay_secret_key.starts_with("DEV"),
            "the KakaoPay key looks live: a sandbox key starts with DEV"
        );
        ensure!(
            self.cids().all(|cid| cid.starts_with("TC")),
            "the merchant code looks live: a test cid starts with TC"
        );
        ensure!(
            is_hex_key(&self.rest_key),
            "the REST key must be 32 hex digits"
        );
        ensure!(
            is_hex_key(&self.admin_key),
            "the admin key must be 32 hex digits"
        );
        ensure!(
            !self.client_secret.is_empty(),
            "the client secret must not be empty"
        );
        Ok(())
    }

    /// All merchant codes, the main one first.
    pub(crate) fn cids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.cid)
            .chain(&self.other_cids)
            .map(String::as_str)
    }

    /// Whether the login may redirect a browser to `uri`.
    pub(crate) fn accepts_redirect(&self, uri: &str) -> bool {
        if self.redirect_uris.is_empty() {
            matches!(http_host(uri), Some("127.0.0.1" | "localhost")) && uri.starts_with("http://")
        } else {
            self.redirect_uris
                .iter()
                .any(|registered| registered == uri)
        }
    }

    /// Whether `uri` is on a registered host. Without registered URIs every http(s) URL is accepted.
    pub(crate) fn accepts_host_of(&self, uri: &str) -> bool {
        let Some(host) = http_host(uri) else {
            return false;
        };
        self.redirect_uris.is_empty()
            || self
                .redirect_uris
                .iter()
                .any(|registered| http_host(registered) == Some(host))
    }
}

fn is_hex_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The host of an http(s) URL without its port; `None` for anything else.
fn http_host(uri: &str) -> Option<&str> {
    let rest = uri
        .strip_prefix("http://")
        .or_else(|| uri.strip_prefix("https://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains('@') || uri.chars().any(char::is_whitespace) {
        return None;
    }
    let host = authority.split(':').next()?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_looking_keys_are_refused() {
        let live_pay = Settings {
            pay_secret_key: "PRD0".into(),
            ..Settings::default()
        };
        assert!(live_pay.check().is_err());
        let live_cid = Settings {
            cid: "C000000001".into(),
            ..Settings::default()
        };
        assert!(live_cid.check().is_err());
        let live_other_cid = Settings {
            other_cids: vec!["TC0SECOND0".into(), "C000000001".into()],
            ..Settings::default()
        };
        assert!(live_other_cid.check().is_err());
        assert!(Settings::default().check().is_ok());
    }

    #[test]
    fn redirects_stay_on_loopback_unless_registered() {
        let open = Settings::default();
        assert!(open.accepts_redirect("http://127.0.0.1:8000/login/callback"));
        assert!(open.accepts_redirect("http://localhost/cb"));
        assert!(!open.accepts_redirect("http://localhost.evil.example/cb"));
        assert!(!open.accepts_redirect("http://localhost@evil.example/cb"));
        let strict = Settings {
            redirect_uris: vec!["https://funsun.example/cb".into()],
            ..Settings::default()
        };
        assert!(strict.accepts_redirect("https://funsun.example/cb"));
        assert!(!strict.accepts_redirect("https://funsun.example/cb/"));
        assert!(strict.accepts_host_of("https://funsun.example/pay/approve?a=1"));
        assert!(!strict.accepts_host_of("http://127.0.0.1/pay"));
    }

    #[test]
    fn settings_do_not_print_keys() {
        let settings = Settings::default();
        let printed = format!("{settings:?}");
        for key in [
            &settings.rest_key,
            &settings.admin_key,
            &settings.pay_secret_key,
        ] {
            assert!(!printed.contains(key.as_str()));
        }
    }
}
