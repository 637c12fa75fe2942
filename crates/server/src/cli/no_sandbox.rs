//! What stands for the built-in Kakao sandbox in a build without it.

use std::convert::Infallible;

use anyhow::bail;

use crate::config::{Config, KakaoConfig, SandboxKeys};
use crate::state::AppState;

/// There is none.
pub(super) struct BuiltIn(Infallible);

/// There are none: in dev, too, every setting for Kakao is needed.
pub(super) fn keys() -> Option<SandboxKeys> {
    None
}

/// Refuses to start.
#[expect(clippy::unused_async, reason = "the signature of the sandbox")]
pub(super) async fn start(_: &Config, _: &str) -> anyhow::Result<(KakaoConfig, BuiltIn)> {
    bail!(
        "this build has no Kakao sandbox: set kakao_auth_url and the other settings for Kakao, \
         or build with the feature `sandbox`"
    )
}

/// There is no cast.
#[expect(clippy::unused_async, reason = "the signature of the sandbox")]
pub(super) async fn enter_cast(state: &AppState) -> anyhow::Result<()> {
    if state.config.demo_cast {
        tracing::warn!("this build has no cast (setting: demo_cast)");
    }
    Ok(())
}

impl BuiltIn {
    pub(super) fn greeting(&self, _: &str) -> String {
        match self.0 {}
    }

    #[expect(clippy::unused_async, reason = "the signature of the sandbox")]
    pub(super) async fn stop(self) {
        match self.0 {}
    }
}
