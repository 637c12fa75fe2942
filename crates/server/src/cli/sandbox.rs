//! The built-in Kakao sandbox, which `serve` starts in dev when no Kakao URL is set.

use std::fs::File;

use anyhow::{Context, ensure};
use kakao_sandbox::{Sandbox, Settings};

use super::start::make_data_dir;
use crate::config::{Config, KakaoConfig, SandboxKeys};
use crate::demo::cast;
use crate::state::AppState;

/// The running sandbox, and the lock file of its journal.
pub(super) struct BuiltInSandbox {
    sandbox: Sandbox,
    _lock: File,
}

/// Returns our credentials at the sandbox.
pub(super) fn keys() -> Option<SandboxKeys> {
    let settings = Settings::default();
    Some(SandboxKeys {
        app_id: settings.app_id,
        rest_key: settings.rest_key,
        client_secret: settings.client_secret,
        admin_key: settings.admin_key,
        pay_secret_key: settings.pay_secret_key,
        cid: settings.cid,
    })
}

/// Starts the sandbox and returns its URLs and keys.
pub(super) async fn start(
    config: &Config,
    public_url: &str,
) -> anyhow::Result<(KakaoConfig, BuiltInSandbox)> {
    let lock = lock(config)?;
    let settings = Settings {
        unlink_webhook_url: Some(format!("{public_url}/kakao/unlink")),
        journal: Some(config.data_dir.join("kakao-sandbox.jsonl")),
        ..Settings::default()
    };
    let sandbox = kakao_sandbox::start(config.sandbox_bind, settings.clone())
        .await
        .context("the Kakao sandbox can't be started (settings: sandbox_bind, data_dir)")?;
    let url = sandbox.url();
    let kakao = KakaoConfig {
        auth_url: url.clone(),
        api_url: url.clone(),
        pay_url: url,
        app_id: settings.app_id,
        rest_key: settings.rest_key,
        client_secret: settings.client_secret.into(),
        admin_key: settings.admin_key.into(),
        pay_secret_key: settings.pay_secret_key.into(),
        cid: settings.cid,
        former: Vec::new(),
    };
    let built_in = BuiltInSandbox {
        sandbox,
        _lock: lock,
    };
    Ok((kakao, built_in))
}

/// Locks the sandbox's journal: a second process would overwrite it.
fn lock(config: &Config) -> anyhow::Result<File> {
    make_data_dir(config)?;
    let folder = config.data_dir.display();
    let lock = File::create(config.data_dir.join("kakao-sandbox.lock"))
        .with_context(|| format!("the folder {folder} can't be written (setting: data_dir)"))?;
    let locked = lock.try_lock().is_ok();
    ensure!(
        locked,
        "another funsun with the built-in sandbox uses {folder}: stop it, or set data_dir"
    );
    Ok(lock)
}

/// Fills an empty database with the demo cast, if the settings say so.
pub(super) async fn create_cast(state: &AppState) -> anyhow::Result<()> {
    if state.config.demo_cast && cast::create(state).await? {
        tracing::info!("created demo members in the empty database (setting: demo_cast)");
    }
    Ok(())
}

impl BuiltInSandbox {
    /// Returns the sandbox's part of the start-up message.
    pub(super) fn banner(&self, own_url: &str) -> String {
        let url = self.sandbox.url();
        format!(
            "Kakao is simulated at {url}\n\
             \x20 a Kakao token     curl -X POST {url}/sandbox/people -H 'content-type: application/json' -d '{{\"nickname\":\"지우\"}}'\n\
             \x20 log in with it    curl {own_url}/account/kakaologin -d accessToken=THE_TOKEN\n\
             \x20 all payments      {url}/sandbox/book\n"
        )
    }

    /// Stops the sandbox.
    pub(super) async fn stop(self) {
        self.sandbox.stop().await;
    }
}
