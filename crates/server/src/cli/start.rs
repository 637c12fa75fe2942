//! What the commands need before they can work: logging, the database, the secret, Kakao.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use kakao::login::{LoginClient, LoginConfig};
use kakao::pay::{PayClient, PayConfig};
use preview::Font;
use tracing_subscriber::EnvFilter;
use web_push::VapidKey;

use crate::config::{Config, KakaoConfig, Secret};
use crate::db::Db;
use crate::fundings::{ItemLinks, PreviewCache};
use crate::payments::kakaopay::KakaoPay;

/// Lines for people in dev, JSON in production; on standard error.
///
/// # Errors
/// When the setting `log` can't be read.
pub(super) fn init_tracing(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("setting: log, as in RUST_LOG")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if config.is_dev() {
        lines.with_target(false).init();
    } else {
        lines.json().init();
    }
    Ok(())
}

/// Threads for what may take long: searches, files, the engine that is not embedded. Each keeps a
/// connection to the database and its pages in memory.
const SLOW_THREADS: usize = 16;

/// One worker a core: short reads run on them.
pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(SLOW_THREADS)
        .build()
        .context("the runtime can't be started")
}

/// Makes the data folder.
pub(super) fn make_data_dir(config: &Config) -> anyhow::Result<()> {
    let folder = config.data_dir.display();
    fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("the folder {folder} can't be made (setting: data_dir)"))
}

/// Makes the data folder and opens the database in it, up to date.
pub(super) fn open_database(config: &Config) -> anyhow::Result<Db> {
    make_data_dir(config)?;
    Db::open(config.database_url.expose())
        .context("the database can't be used (settings: data_dir, database_url)")
}

/// As [`open_database`], but refuses to make one: an audit of nothing, in the wrong folder, would always
/// balance.
pub(super) fn open_existing_database(config: &Config) -> anyhow::Result<Db> {
    if let Some(path) = config.database_url.expose().strip_prefix("sqlite://") {
        let exists = Path::new(path).exists();
        ensure!(
            exists,
            "there is no database at {path} (settings: data_dir, database_url)"
        );
    }
    open_database(config)
}

/// The secret of the settings or, in dev, one that is made at the first start and kept.
pub(super) fn token_secret(config: &Config) -> anyhow::Result<Secret> {
    if let Some(secret) = &config.token_secret {
        return Ok(secret.clone());
    }
    kept_or_made(&config.data_dir.join("token-secret"), || {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).ok()?;
        Some(hex::encode(random))
    })
}

/// The client of push services, with the key of the settings or one that is made at the first start and kept.
pub(super) fn push_client(config: &Config, public_url: String) -> anyhow::Result<web_push::Client> {
    let text = match &config.vapid_private_key {
        Some(key) => key.clone(),
        None => kept_or_made(&config.data_dir.join("vapid-key"), || {
            VapidKey::random().map(|key| key.to_base64())
        })?,
    };
    let key = VapidKey::parse(text.expose())
        .context("setting: vapid_private_key, or the file vapid-key in data_dir")?;
    Ok(web_push::Client::new(
        key,
        public_url,
        config.address_policy(),
    )?)
}

/// Link previews, with the font of the settings or, once one is drawn, the best of the system.
pub(super) fn previews(config: &Config) -> anyhow::Result<PreviewCache> {
    let font = config.preview_font.as_deref().map(Font::from_file);
    let font = font.transpose().context("preview_font can't be used")?;
    Ok(PreviewCache::new(font))
}

/// The client of shops, which are told who asks.
pub(super) fn item_links(config: &Config, public_url: &str) -> anyhow::Result<ItemLinks> {
    let user_agent = format!("FunSun/{} (+{public_url})", env!("CARGO_PKG_VERSION"));
    let client = item_link::Client::new(&user_agent, config.address_policy())?;
    Ok(ItemLinks::new(client))
}

/// A secret in a file that nobody else can read; made when there is none.
fn kept_or_made(path: &Path, make: impl FnOnce() -> Option<String>) -> anyhow::Result<Secret> {
    if let Ok(kept) = fs::read_to_string(path)
        && !kept.trim().is_empty()
    {
        return Ok(kept.trim().to_owned().into());
    }
    let made = make().context("the system gives no random bytes")?;
    write_private(path, &made).with_context(|| format!("{} can't be written", path.display()))?;
    Ok(made.into())
}

/// Whole or not at all: whoever dies half-way leaves no half of a secret.
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

/// The client of Kakao Login.
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

/// KakaoPay as the payment gateway.
pub(super) fn gateway(kakao: &KakaoConfig) -> anyhow::Result<KakaoPay> {
    Ok(KakaoPay(PayClient::new(PayConfig {
        url: kakao.pay_url.clone(),
        secret_key: kakao.pay_secret_key.clone(),
        cid: kakao.cid.clone(),
    })?))
}
