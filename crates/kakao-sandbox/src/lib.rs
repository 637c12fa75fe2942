//! A local stand-in for Kakao Login and KakaoPay over HTTP: login and payment pages, the server
//! APIs, webhooks, and fault injection. It shares no code with the client under test, so that both
//! cannot have the same bug, holds fictional accounts only, and refuses keys that look live.

mod admin;
mod clock;
mod connection;
pub mod faults;
mod http;
mod journal;
mod login;
mod pages;
mod pay;
mod random;
mod settings;
mod state;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use login::{CastMember, cast_members};
pub use settings::Settings;

use state::{SandboxState, SharedState};

/// A running sandbox. Dropping it aborts it; [`Sandbox::stop`] also flushes the journal.
pub struct Sandbox {
    state: SharedState,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Starts a sandbox on a loopback address; port 0 selects a free port.
///
/// # Errors
/// Fails on keys or merchant codes that look live, on addresses other than loopback (the admin
/// endpoints need no password), when the address is in use and when the journal is unreadable.
pub async fn start(bind: SocketAddr, settings: Settings) -> anyhow::Result<Sandbox> {
    settings.check()?;
    ensure!(
        bind.ip().is_loopback(),
        "the sandbox listens on loopback addresses only"
    );
    let listener = TcpListener::bind(bind)
        .await
        .with_context(|| format!("cannot listen on {bind}"))?;
    let base = format!("http://{}", listener.local_addr()?);
    let state = Arc::new(SandboxState::load(
        settings,
        base,
        login::webhook_client()?,
    )?);
    let router = Router::new()
        .merge(pages::router())
        .merge(login::router())
        .merge(pay::router())
        .merge(admin::router())
        .with_state(Arc::clone(&state));
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(connection::serve(listener, router, stopped));
    Ok(Sandbox {
        state,
        stop: Some(stop),
        task,
    })
}

impl Sandbox {
    /// Base URL of kauth, kapi and KakaoPay: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        self.state.base.clone()
    }

    /// Adds a fault rule, replacing the one with the same scope and call.
    pub fn set_fault(&self, rule: faults::Rule) {
        self.state.faults().set(rule);
    }

    /// Closes all connections and flushes the journal.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.task).await {
            tracing::warn!(%error, "the sandbox did not stop cleanly");
        }
        self.state.journal.flush().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}
