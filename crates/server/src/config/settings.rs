//! Every setting: name, default, description. `funsun serve --help` prints this table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One setting: `name` in the file, `FUNSUN_NAME` in the environment.
pub struct Setting {
    /// Lowercase, with underscores.
    pub name: &'static str,
    /// Value when unset; `None` when the description says what happens then.
    pub default: Option<&'static str>,
    /// What it is for, with its unit.
    pub description: &'static str,
}

const fn setting(
    name: &'static str,
    default: Option<&'static str>,
    description: &'static str,
) -> Setting {
    Setting {
        name,
        default,
        description,
    }
}

/// All settings, in the order of the help text.
pub const SETTINGS: &[Setting] = &[
    setting("profile", Some("dev"), "dev or production"),
    setting(
        "bind",
        Some("127.0.0.1:8000"),
        "address and port to listen on; dev: loopback only",
    ),
    setting(
        "public_url",
        None,
        "base URL that clients use, without a path; default in dev: http://<bind>",
    ),
    setting(
        "data_dir",
        Some("data"),
        "folder for the database, media and generated secrets, relative to the working directory",
    ),
    setting(
        "database_url",
        None,
        "sqlite://PATH or, in a build with --features mysql, mysql://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE, the hosts tried in turn; default: sqlite://<data_dir>/funsun.db",
    ),
    setting(
        "token_secret",
        None,
        "signs tokens and picture URLs; production: required, 32 characters or more; dev: generated",
    ),
    setting(
        "vapid_private_key",
        None,
        "VAPID key that signs Web Push messages: 32 bytes in URL-safe base64; default: generated and stored in data_dir; required with several nodes",
    ),
    setting(
        "access_token_seconds",
        Some("1800"),
        "lifetime of an access token, in seconds",
    ),
    setting(
        "refresh_token_days",
        Some("180"),
        "lifetime of a login, in days",
    ),
    setting(
        "kakao_auth_url",
        None,
        "base URL of Kakao's authorization server (kauth); default in dev: the built-in sandbox",
    ),
    setting(
        "kakao_api_url",
        None,
        "base URL of Kakao's API (kapi); default in dev: the built-in sandbox",
    ),
    setting(
        "kakao_app_id",
        None,
        "id of the Kakao app; tokens of other apps are rejected",
    ),
    setting("kakao_rest_key", None, "REST API key of the Kakao app"),
    setting(
        "kakao_client_secret",
        None,
        "client secret of the Kakao app",
    ),
    setting(
        "kakao_admin_key",
        None,
        "admin key of the Kakao app, for unlinking and its webhook",
    ),
    setting(
        "kakaopay_url",
        None,
        "base URL of KakaoPay; default in dev: the built-in sandbox",
    ),
    setting(
        "kakaopay_secret_key",
        None,
        "secret key of the KakaoPay contract",
    ),
    setting(
        "kakaopay_cid",
        None,
        "merchant code of the KakaoPay contract that takes new payments",
    ),
    setting(
        "kakaopay_former_accounts",
        None,
        "merchant codes of former KakaoPay contracts, still looked up and refunded: CID=SECRET_KEY, comma-separated; without =SECRET_KEY: the current key",
    ),
    setting(
        "kakaopay_card_refund_days",
        Some("365"),
        "for how many days KakaoPay refunds a payment by card",
    ),
    setting(
        "kakaopay_money_refund_days",
        Some("1825"),
        "for how many days KakaoPay refunds a payment with KakaoPay money",
    ),
    setting(
        "tax_free_percent",
        Some("100"),
        "part of each payment that is announced as tax-free, in percent: a gift is no taxable sale; 0 if the contract takes none",
    ),
    setting(
        "public_funding_cap_krw",
        Some("9999999"),
        "most that a public funding may collect, payments in flight included, in won",
    ),
    setting(
        "kakao_js_key",
        None,
        "JavaScript key of the Kakao app, for sharing on KakaoTalk; set together with the next two or not at all",
    ),
    setting(
        "kakao_js_sdk_url",
        None,
        "URL of Kakao's JavaScript SDK, in the version to use",
    ),
    setting(
        "kakao_js_sdk_integrity",
        None,
        "integrity hash of the SDK, as published by Kakao: sha384-…",
    ),
    setting(
        "preview_font",
        None,
        "font file with Hangul (ttf, otf, ttc) for link previews; default: the best installed font",
    ),
    setting(
        "sandbox_bind",
        Some("127.0.0.1:0"),
        "address and port of the built-in Kakao sandbox (dev); port 0: any free port",
    ),
    setting(
        "unattached_refund_seconds",
        Some("600"),
        "refund an approved payment that has no support after this time, in seconds",
    ),
    setting(
        "sweep_interval_seconds",
        Some("15"),
        "interval between sweeps of unfinished payments, in seconds",
    ),
    setting(
        "payment_lease_seconds",
        Some("90"),
        "lease of a payment, in seconds: how long one process may hold it while it calls KakaoPay; at least 60, unless test_clock is on",
    ),
    setting(
        "rate_limits",
        None,
        "on or off; default: on in production, off in dev",
    ),
    setting(
        "trusted_proxies",
        Some(""),
        "IP addresses or ranges of proxies whose X-Forwarded-For is trusted, comma-separated",
    ),
    setting(
        "demo_cast",
        None,
        "on or off: fill a new database with a small set of demo members; default: on in dev",
    ),
    setting(
        "test_clock",
        Some("off"),
        "on or off: PUT /dev/clock moves the clock (dev only)",
    ),
    setting(
        "contact",
        None,
        "contact for members: an e-mail address or an https:// URL, linked on every page; recommended in production",
    ),
    setting("log", Some("info"), "log filter, in the syntax of RUST_LOG"),
];

/// The settings as text, before they are parsed.
pub(super) struct Raw {
    values: BTreeMap<&'static str, String>,
    /// Variables with our prefix that name no setting.
    pub(super) ignored: Vec<String>,
}

impl Raw {
    /// Merges the file and the environment, which takes precedence. Unknown names in the file are errors.
    pub(super) fn merge(
        file: &toml::Table,
        environment: impl Iterator<Item = (String, String)>,
        problems: &mut Vec<String>,
    ) -> Self {
        let (mut values, mut ignored) = (BTreeMap::new(), Vec::new());
        for (name, value) in file {
            match SETTINGS.iter().find(|setting| setting.name == name) {
                Some(setting) => match scalar(value) {
                    Some(text) => drop(values.insert(setting.name, text)),
                    None => {
                        problems.push(format!("{name}: must be a string, a number or a boolean"));
                    }
                },
                None => problems.push(format!("{name}: no such setting (see funsun serve --help)")),
            }
        }
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("FUNSUN_") else {
                continue;
            };
            match SETTINGS
                .iter()
                .find(|setting| setting.name.eq_ignore_ascii_case(name))
            {
                Some(setting) => drop(values.insert(setting.name, value)),
                None if name == "CONFIG" => {}
                // Other programs may use the prefix too: a warning at the start, no error.
                None => ignored.push(variable),
            }
        }
        Self { values, ignored }
    }

    /// Returns the value or its default; an empty value counts as unset.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let set = self
            .values
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty());
        set.or_else(|| {
            SETTINGS
                .iter()
                .find(|setting| setting.name == name)
                .and_then(|setting| setting.default)
        })
    }
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(true) => Some("on".to_owned()),
        toml::Value::Boolean(false) => Some("off".to_owned()),
        _ => None,
    }
}

/// Formats the table of settings for `--help`.
pub fn reference() -> String {
    let mut text = String::from("Settings (environment FUNSUN_NAME, or name in the TOML file):\n");
    for setting in SETTINGS {
        let default = setting.default.filter(|value| !value.is_empty());
        let default = default
            .map(|value| format!(" [{value}]"))
            .unwrap_or_default();
        writeln!(
            text,
            "  {:<26} {}{default}",
            setting.name, setting.description
        )
        .expect("writing to a String can't fail");
    }
    text
}
