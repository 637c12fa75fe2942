//! Every setting: its name, its default, what it means. `funsun serve --help` prints this table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One setting. In the file it is called `name`, in the environment `FUNSUN_NAME`.
pub struct Key {
    /// Lowercase, with underscores.
    pub name: &'static str,
    /// Value when nothing is set; `None` when the meaning says what happens then.
    pub default: Option<&'static str>,
    /// What it is for, with its unit.
    pub meaning: &'static str,
}

const fn key(name: &'static str, default: Option<&'static str>, meaning: &'static str) -> Key {
    Key {
        name,
        default,
        meaning,
    }
}

/// All settings, in the order they are explained.
pub const KEYS: &[Key] = &[
    key("profile", Some("dev"), "dev or production"),
    key(
        "bind",
        Some("127.0.0.1:8000"),
        "address and port to listen on; dev: loopback only",
    ),
    key(
        "public_url",
        None,
        "how clients reach us, without a path; default in dev: http://<bind>",
    ),
    key(
        "data_dir",
        Some("data"),
        "folder (from where it is started) for the database, media and generated secrets",
    ),
    key(
        "database_url",
        None,
        "sqlite://PATH, or mysql://… in a build with --features mysql; default: sqlite://<data_dir>/funsun.db",
    ),
    key(
        "token_secret",
        None,
        "signs tokens and picture addresses; production: 32 characters or more; dev: made",
    ),
    key(
        "vapid_private_key",
        None,
        "signs Web Push: 32 bytes in URL-safe base64; made and kept in data_dir, to be set for several nodes",
    ),
    key(
        "access_token_seconds",
        Some("1800"),
        "life of an access token, in seconds",
    ),
    key(
        "refresh_token_days",
        Some("180"),
        "life of a login, in days",
    ),
    key(
        "kakao_auth_url",
        None,
        "kauth; unset in dev: the built-in sandbox starts",
    ),
    key(
        "kakao_api_url",
        None,
        "kapi; unset in dev: the built-in sandbox starts",
    ),
    key(
        "kakao_app_id",
        None,
        "the number of our Kakao app; tokens of other apps are refused",
    ),
    key("kakao_rest_key", None, "REST API key of the Kakao app"),
    key(
        "kakao_client_secret",
        None,
        "client secret of the Kakao app",
    ),
    key(
        "kakao_admin_key",
        None,
        "admin key of the Kakao app: unlink and its webhook",
    ),
    key(
        "kakaopay_url",
        None,
        "KakaoPay; unset in dev: the built-in sandbox starts",
    ),
    key(
        "kakaopay_secret_key",
        None,
        "secret key of the KakaoPay contract",
    ),
    key(
        "kakaopay_cid",
        None,
        "merchant code of the KakaoPay contract",
    ),
    key(
        "kakao_js_key",
        None,
        "JavaScript key of the Kakao app, to share by KakaoTalk; with the two below or not at all",
    ),
    key(
        "kakao_js_sdk_url",
        None,
        "address of Kakao's JavaScript SDK, a version of one's choice",
    ),
    key(
        "kakao_js_sdk_integrity",
        None,
        "its hash, as Kakao publishes it: sha384-…",
    ),
    key(
        "preview_font",
        None,
        "font file with Hangul (ttf, otf, ttc) for link previews; default: the best of the system",
    ),
    key(
        "sandbox_bind",
        Some("127.0.0.1:0"),
        "address of the built-in Kakao sandbox (dev); port 0: any free one",
    ),
    key(
        "unattached_refund_seconds",
        Some("600"),
        "refund a payment no support took within, in seconds",
    ),
    key(
        "sweep_interval_seconds",
        Some("15"),
        "pause between two looks at unfinished payments, in seconds",
    ),
    key(
        "payment_lease_seconds",
        Some("40"),
        "how long a talk with KakaoPay may take, in seconds",
    ),
    key(
        "rate_limits",
        None,
        "on or off; default: on in production, off in dev",
    ),
    key(
        "trusted_proxies",
        Some(""),
        "addresses or ranges, by comma, whose X-Forwarded-For is believed",
    ),
    key(
        "demo_cast",
        None,
        "on or off: fill a new database with a small cast; default: on in dev",
    ),
    key(
        "test_clock",
        Some("off"),
        "on or off: PUT /dev/clock moves the clock (dev only)",
    ),
    key(
        "contact",
        None,
        "whom members can ask: an e-mail address or an https:// page, linked on every page; recommended in production",
    ),
    key("log", Some("info"), "what to log, as in RUST_LOG"),
];

/// The settings as texts, before they are understood.
pub(super) struct Raw {
    values: BTreeMap<&'static str, String>,
    /// Variables with our prefix that are no setting.
    pub(super) ignored: Vec<String>,
}

impl Raw {
    /// Joins file and environment (which wins). A name in the file that is no setting is a problem.
    pub(super) fn gather(
        file: &toml::Table,
        environment: impl Iterator<Item = (String, String)>,
        problems: &mut Vec<String>,
    ) -> Self {
        let (mut values, mut ignored) = (BTreeMap::new(), Vec::new());
        for (name, value) in file {
            match KEYS.iter().find(|key| key.name == name) {
                Some(key) => match scalar(value) {
                    Some(text) => drop(values.insert(key.name, text)),
                    None => problems.push(format!("{name}: takes one text or number")),
                },
                None => problems.push(format!("{name}: no such setting (see funsun serve --help)")),
            }
        }
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("FUNSUN_") else {
                continue;
            };
            match KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name)) {
                Some(key) => drop(values.insert(key.name, value)),
                None if name == "CONFIG" => {}
                // Others may use the prefix too: said at the start, no reason not to start.
                None => ignored.push(variable),
            }
        }
        Self { values, ignored }
    }

    /// The value or its default; empty counts as unset.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let set = self
            .values
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty());
        set.or_else(|| {
            KEYS.iter()
                .find(|key| key.name == name)
                .and_then(|key| key.default)
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

/// The table of settings as text, for `--help`.
pub fn reference() -> String {
    let mut text = String::from("Settings (environment FUNSUN_NAME, or name in the TOML file):\n");
    for key in KEYS {
        let default = key.default.filter(|value| !value.is_empty());
        let default = default
            .map(|value| format!(" [{value}]"))
            .unwrap_or_default();
        writeln!(text, "  {:<26} {}{default}", key.name, key.meaning).expect("a String takes text");
    }
    text
}
