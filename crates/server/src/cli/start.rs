//! What the commands share at start-up: logging, runtime, database, secrets, clients.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use kakao::login::{LoginClient, LoginConfig};
use kakao::pay::{PayClient, PayConfig};
use preview::Font;
use tracing_subscriber::EnvFilter;
use web_push::VapidKey;

use crate::config::{Config, KakaoConfig, Secret};
use crate::db::{self, Db};
use crate::fundings::{ItemLinks, PreviewCache};
use crate::payments::gateway::PaymentGateway;
use crate::payments::kakaopay::KakaoPay;

/// Initialises logging to standard error: plain text in dev, JSON in production.
///
/// # Errors
/// When the setting `log` is invalid.
pub(super) fn init_tracing(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .context("invalid setting: log, in the syntax of RUST_LOG")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        // It would report a failed write on standard error, and panic when that fails too.
        .log_internal_errors(false)
        .with_writer(|| BestEffort(io::stderr()));
    if config.is_dev() {
        lines.with_target(false).init();
    } else {
        lines.json().init();
    }
    Ok(())
}

/// Writes what can be written: a full disk or a closed pipe must not stop the service.
struct BestEffort(io::Stderr);

impl Write for BestEffort {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        drop(self.0.write_all(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        drop(self.0.flush());
        Ok(())
    }
}

/// Builds the runtime, with one worker thread per core: short queries run on them.
pub(super) fn runtime(config: &Config) -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(db::blocking_threads(config.database_url.expose()))
        .build()
        .context("the runtime can't be started")
}

/// Creates the data folder.
pub(super) fn make_data_dir(config: &Config) -> anyhow::Result<()> {
    let folder = config.data_dir.display();
    fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("the folder {folder} can't be created (setting: data_dir)"))
}

/// Creates the data folder, opens the database and runs the pending migrations.
pub(super) fn open_database(config: &Config) -> anyhow::Result<Db> {
    make_data_dir(config)?;
    Db::open(config.database_url.expose())
        .context("the database can't be used (settings: data_dir, database_url)")
}

/// As [`open_database`], but does not create a database: a command in the wrong folder would always succeed.
pub(super) fn open_existing_database(config: &Config) -> anyhow::Result<Db> {
    ensure_exists(config.database_url.expose())?;
    open_database(config)
}

/// As [`open_existing_database`], but runs no migrations: a database that needs some is refused.
pub(super) fn open_current_database(config: &Config) -> anyhow::Result<Db> {
    ensure_exists(config.database_url.expose())?;
    Db::open_current(config.database_url.expose())
        .context("the database can't be used (settings: data_dir, database_url)")
}

/// Refuses the URL of an SQLite database that does not exist.
pub(super) fn ensure_exists(url: &str) -> anyhow::Result<()> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let exists = Path::new(path).exists();
        ensure!(
            exists,
            "there is no database at {path} (settings: data_dir, database_url)"
        );
    }
    Ok(())
}

/// Returns the configured secret or, in dev, one that is generated at the first start and stored.
pub(super) fn token_secret(config: &Config) -> anyhow::Result<Secret> {
    if let Some(secret) = &config.token_secret {
        return Ok(secret.clone());
    }
    load_or_generate(&config.data_dir.join("token-secret"), || {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).ok()?;
        Some(hex::encode(random))
    })
}

/// Creates the Web Push client, with the configured key or one that is generated at the first start and stored.
pub(super) fn push_client(config: &Config, public_url: String) -> anyhow::Result<web_push::Client> {
    let text = match &config.vapid_private_key {
        Some(key) => key.clone(),
        None => load_or_generate(&config.data_dir.join("vapid-key"), || {
            VapidKey::random().map(|key| key.to_base64())
        })?,
    };
    let key = VapidKey::parse(text.expose())
        .context("invalid key: setting vapid_private_key, or the file vapid-key in data_dir")?;
    Ok(web_push::Client::new(
        key,
        public_url,
        config.address_policy(),
    )?)
}

/// Creates the cache of link previews, with the configured font or, from the first preview on, the best installed one.
pub(super) fn previews(config: &Config) -> anyhow::Result<PreviewCache> {
    let font = config.preview_font.as_deref().map(Font::from_file);
    let font = font.transpose().context("preview_font can't be used")?;
    Ok(PreviewCache::new(font))
}

/// Creates the client for shops' pages; its user agent names this service.
pub(super) fn item_links(config: &Config, public_url: &str) -> anyhow::Result<ItemLinks> {
    let user_agent = format!("FunSun/{} (+{public_url})", env!("CARGO_PKG_VERSION"));
    let client = item_link::Client::new(&user_agent, config.address_policy())?;
    Ok(ItemLinks::new(client))
}

/// Reads a secret from a file with mode 0600; generates and stores one when there is none.
fn load_or_generate(
    path: &Path,
    generate: impl FnOnce() -> Option<String>,
) -> anyhow::Result<Secret> {
    if let Ok(stored) = fs::read_to_string(path)
        && !stored.trim().is_empty()
    {
        return Ok(stored.trim().to_owned().into());
    }
    let secret = generate().context("the system's random number generator failed")?;
    write_private(path, &secret).with_context(|| format!("{} can't be written", path.display()))?;
    Ok(secret.into())
}

/// Writes atomically (temporary file, then rename): a crash must not leave a truncated secret.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// Creates the client of Kakao Login.
pub(super) fn login_client(kakao: &KakaoConfig) -> anyhow::Result<LoginClient> {
    Ok(LoginClient::new(LoginConfig {
        auth_url: kakao.auth_url.clone(),
        api_url: kakao.api_url.clone(),
        app_id: kakao.app_id,
        rest_key: kakao.rest_key.clone(),
        client_secret: kakao.client_secret.clone(),
        admin_key: kakao.admin_key.clone(),
    })?)
}

/// Creates the gateways of our accounts at KakaoPay; the first one takes new payments.
pub(super) fn gateways(
    config: &Config,
    kakao: &KakaoConfig,
) -> anyhow::Result<Vec<Box<dyn PaymentGateway>>> {
    let current = (&kakao.cid, &kakao.pay_secret_key);
    let former = kakao.former.iter();
    let former = former.map(|account| (&account.cid, &account.secret_key));
    let mut gateways: Vec<Box<dyn PaymentGateway>> = Vec::new();
    for (cid, secret_key) in std::iter::once(current).chain(former) {
        gateways.push(Box::new(KakaoPay {
            client: PayClient::new(PayConfig {
                url: kakao.pay_url.clone(),
                secret_key: secret_key.clone(),
                cid: cid.clone(),
            })?,
            card_refund_days: config.payments.card_refund_days,
            money_refund_days: config.payments.money_refund_days,
        }));
    }
    Ok(gateways)
}
