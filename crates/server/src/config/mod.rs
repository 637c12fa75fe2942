//! Settings: defaults, then one TOML file, then `FUNSUN_*` variables; parsed once, at the start.
//!
//! All errors are reported together, so that an operator can fix them in one go.

mod contact;
mod kakao;
mod payments;
mod production;
mod settings;
mod share;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

pub use self::contact::Contact;
pub use self::kakao::{KakaoConfig, SandboxKeys};
pub use self::payments::PaymentsConfig;
pub use ::kakao::Secret;
pub use settings::{SETTINGS, reference};
pub use share::KakaoShare;

use public_http::AddressPolicy;
use settings::Raw;

use web::client_address::TrustedProxies;

/// The environment that this process runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// A developer's machine: loopback only, sandbox allowed.
    Dev,
    /// Real members, real money.
    Production,
}

/// The parsed settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The environment.
    pub profile: Profile,
    /// Address to listen on.
    pub bind: SocketAddr,
    /// The base URL that clients use, without a trailing slash; `None`: the bound address.
    pub public_url: Option<String>,
    /// Folder for the database, media and generated secrets.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `mysql://…`; a secret because the latter contains a password.
    pub database_url: Secret,
    /// Signs tokens and picture URLs; `None` (dev only): generated and stored in the data folder.
    pub token_secret: Option<Secret>,
    /// Signs requests to push services; `None`: generated and stored in the data folder.
    pub vapid_private_key: Option<Secret>,
    /// Lifetime of an access token.
    pub access_token_lifetime: Duration,
    /// Lifetime of a login.
    pub refresh_token_lifetime: Duration,
    /// URLs and keys of Kakao; `None` (dev only): the built-in sandbox.
    pub kakao: Option<KakaoConfig>,
    /// Sharing on KakaoTalk, if configured.
    pub kakao_share: Option<KakaoShare>,
    /// The font of link previews; `None`: the best installed one.
    pub preview_font: Option<PathBuf>,
    /// The address that the built-in sandbox listens on.
    pub sandbox_bind: SocketAddr,
    /// How long an approved payment may have no support before it is refunded.
    pub unattached_refund_after: Duration,
    /// Interval between two sweeps of unfinished payments.
    pub sweep_interval: Duration,
    /// Lease of a payment: how long one process may hold it while it calls the provider.
    pub payment_lease: Duration,
    /// What applies to the payments of all providers.
    pub payments: PaymentsConfig,
    /// Whether requests are rate-limited.
    pub rate_limits: bool,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
    /// Whether a new database is filled with the demo cast.
    pub demo_cast: bool,
    /// Whether `PUT /dev/clock` exists.
    pub test_clock: bool,
    /// The operator's contact, linked on every page.
    pub contact: Option<Contact>,
    /// Log filter, in the syntax of `RUST_LOG`.
    pub log: String,
    /// `FUNSUN_*` variables that name no setting.
    pub ignored: Vec<String>,
}

/// The settings are invalid; one line for each error.
#[derive(Debug, thiserror::Error)]
#[error("invalid settings:\n  - {}", .0.join("\n  - "))]
pub struct ConfigErrors(Vec<String>);

impl Config {
    /// Reads `file` (if any) and the process environment. In dev, missing Kakao credentials default to `sandbox`.
    ///
    /// # Errors
    /// When a setting is invalid or missing.
    pub fn load(file: Option<&Path>, sandbox: Option<&SandboxKeys>) -> Result<Self, ConfigErrors> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads settings"
        )]
        let environment = std::env::vars_os();
        // A variable that is not UTF-8 can't be one of our settings.
        let text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::from_sources(file, environment.filter_map(text), sandbox)
    }

    /// Reads `file` (if any) and the given environment; variables that are not `FUNSUN_*` are ignored.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_sources(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        sandbox: Option<&SandboxKeys>,
    ) -> Result<Self, ConfigErrors> {
        let mut problems = Vec::new();
        let table = file.map_or_else(toml::Table::new, |path| read_table(path, &mut problems));
        let raw = Raw::merge(&table, environment, &mut problems);
        let config = Self::parse(&raw, sandbox, &mut problems);
        self::payments::check_lease(&config, &mut problems);
        match config.profile {
            Profile::Production => production::check(&config, &mut problems),
            Profile::Dev => production::check_dev(&config, &mut problems),
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigErrors(problems))
        }
    }

    fn parse(raw: &Raw, sandbox: Option<&SandboxKeys>, problems: &mut Vec<String>) -> Self {
        let profile = match raw.get("profile") {
            Some("production") => Profile::Production,
            Some("dev") => Profile::Dev,
            other => {
                let given = other.unwrap_or_default();
                problems.push(format!("profile: {given:?} must be dev or production"));
                // The stricter profile, so that its errors are reported as well.
                Profile::Production
            }
        };
        let dev = profile == Profile::Dev;
        let data_dir = PathBuf::from(raw.get("data_dir").unwrap_or("data"));
        let default_database = format!("sqlite://{}", data_dir.join("funsun.db").display());
        Self {
            profile,
            bind: parse_or_default(
                raw,
                "bind",
                "an address and port such as 127.0.0.1:8000",
                problems,
            ),
            public_url: raw
                .get("public_url")
                .map(|url| url.trim_end_matches('/').to_owned()),
            database_url: raw
                .get("database_url")
                .map_or(default_database, str::to_owned)
                .into(),
            token_secret: raw
                .get("token_secret")
                .map(|text| Secret::from(text.to_owned())),
            vapid_private_key: raw
                .get("vapid_private_key")
                .map(|text| Secret::from(text.to_owned())),
            access_token_lifetime: seconds(raw, "access_token_seconds", 1, problems),
            refresh_token_lifetime: seconds(raw, "refresh_token_days", 86_400, problems),
            kakao: self::kakao::parse(raw, sandbox.filter(|_| dev), problems),
            kakao_share: share::parse(raw, dev, problems),
            preview_font: raw.get("preview_font").map(PathBuf::from),
            sandbox_bind: parse_or_default(raw, "sandbox_bind", "an address and port", problems),
            unattached_refund_after: seconds(raw, "unattached_refund_seconds", 1, problems),
            sweep_interval: seconds(raw, "sweep_interval_seconds", 1, problems),
            payment_lease: seconds(raw, "payment_lease_seconds", 1, problems),
            payments: self::payments::parse(raw, problems),
            rate_limits: switch(raw, "rate_limits", !dev, problems),
            trusted_proxies: proxies(raw, "trusted_proxies", problems),
            demo_cast: switch(raw, "demo_cast", dev, problems),
            test_clock: switch(raw, "test_clock", false, problems),
            contact: contact(raw, problems),
            log: raw.get("log").unwrap_or("info").to_owned(),
            ignored: raw.ignored.clone(),
            data_dir,
        }
    }

    /// Whether the profile is dev.
    pub fn is_dev(&self) -> bool {
        self.profile == Profile::Dev
    }

    /// Which addresses URLs supplied by members may resolve to. In dev loopback is allowed, so that tests can run
    /// their own push service or shop.
    pub fn address_policy(&self) -> AddressPolicy {
        if self.is_dev() {
            AddressPolicy::AllowLoopback
        } else {
            AddressPolicy::PublicOnly
        }
    }
}

fn read_table(path: &Path, problems: &mut Vec<String>) -> toml::Table {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
    text.and_then(|text| {
        text.parse::<toml::Table>()
            .map_err(|error| error.to_string())
    })
    .unwrap_or_else(|error| {
        problems.push(format!("{}: {error}", path.display()));
        toml::Table::new()
    })
}

fn parse_or_default<T: FromStr>(
    raw: &Raw,
    name: &str,
    expected: &str,
    problems: &mut Vec<String>,
) -> T {
    let text = raw.get(name).unwrap_or_default();
    text.parse().unwrap_or_else(|_| {
        problems.push(format!("{name}: {text:?} is not {expected}"));
        let default = SETTINGS
            .iter()
            .find(|setting| setting.name == name)
            .and_then(|setting| setting.default);
        default
            .and_then(|text| text.parse().ok())
            .expect("the default of a setting is valid")
    })
}

fn seconds(raw: &Raw, name: &str, unit: u64, problems: &mut Vec<String>) -> Duration {
    let count: u32 = parse_or_default(raw, name, "a whole number above zero", problems);
    if count == 0 {
        problems.push(format!("{name}: must be above zero"));
    }
    Duration::from_secs(u64::from(count) * unit)
}

fn switch(raw: &Raw, name: &str, default: bool, problems: &mut Vec<String>) -> bool {
    match raw.get(name) {
        None => default,
        Some("on") => true,
        Some("off") => false,
        Some(other) => {
            problems.push(format!("{name}: {other:?} must be on or off"));
            default
        }
    }
}

fn contact(raw: &Raw, problems: &mut Vec<String>) -> Option<Contact> {
    let text = raw.get("contact")?;
    match text.parse() {
        Ok(contact) => Some(contact),
        Err(error) => {
            problems.push(format!("contact: {text:?} {error}"));
            None
        }
    }
}

fn proxies(raw: &Raw, name: &str, problems: &mut Vec<String>) -> TrustedProxies {
    let listed = raw.get(name).unwrap_or_default().split(',').map(str::trim);
    let mut found = Vec::new();
    for text in listed.filter(|text| !text.is_empty()) {
        match text.parse() {
            Ok(range) => found.push(range),
            Err(_) => problems.push(format!("{name}: {text:?} is not an IP address or range")),
        }
    }
    TrustedProxies::new(found)
}
