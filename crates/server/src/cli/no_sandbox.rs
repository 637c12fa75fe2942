//! Replaces the built-in Kakao sandbox in builds without it.

use std::convert::Infallible;

use anyhow::bail;

use crate::config::{Config, KakaoConfig, SandboxKeys};
use crate::state::AppState;

/// Never exists.
pub(super) struct BuiltInSandbox(Infallible);

/// Returns no keys: without the sandbox, all Kakao settings are required in dev, too.
pub(super) fn keys() -> Option<SandboxKeys> {
    None
}

/// Fails.
#[expect(
    clippy::unused_async,
    reason = "has the same signature as the real one"
)]
pub(super) async fn start(_: &Config, _: &str) -> anyhow::Result<(KakaoConfig, BuiltInSandbox)> {
    bail!(
        "this build has no Kakao sandbox: set kakao_auth_url and the other settings for Kakao, \
         or build with the feature `sandbox`"
    )
}

/// Only logs that this build has no demo cast.
#[expect(
    clippy::unused_async,
    reason = "has the same signature as the real one"
)]
pub(super) async fn create_cast(state: &AppState) -> anyhow::Result<()> {
    if state.config.demo_cast {
        tracing::warn!("this build has no demo members (setting: demo_cast)");
    }
    Ok(())
}

impl BuiltInSandbox {
    pub(super) fn banner(&self, _: &str) -> String {
        match self.0 {}
    }

    #[expect(
        clippy::unused_async,
        reason = "has the same signature as the real one"
    )]
    pub(super) async fn stop(self) {
        match self.0 {}
    }
}
