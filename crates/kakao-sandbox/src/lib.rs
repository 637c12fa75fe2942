//! A local stand-in for Kakao Login and KakaoPay over HTTP: pages to log in and to pay, the calls
//! a server makes, webhooks, and switches for everything that can go wrong. It shares no code with
//! the client it is tested with, holds invented people only, and refuses live-looking keys.

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

use state::{Shared, State};

/// A running sandbox. Dropping it ends it at once; [`Sandbox::stop`] also waits for its journal.
pub struct Sandbox {
    state: Shared,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Starts a sandbox on a loopback address; port 0 picks a free one.
///
/// # Errors
/// Refuses keys or a merchant code that look live and addresses other than loopback, since its
/// admin endpoints ask for no password; fails when the address is taken or the journal unreadable.
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
    let state = Arc::new(State::load(settings, base, login::webhook_client()?)?);
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
    /// Base address of kauth, kapi and KakaoPay alike: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        self.state.base.clone()
    }

    /// Sets a fault switch.
    pub fn set_fault(&self, rule: faults::Rule) {
        self.state.faults().set(rule);
    }

    /// Closes all connections and waits until the journal is written.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.task).await {
            tracing::warn!(%error, "the sandbox did not end cleanly");
        }
        self.state.journal.settled().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}
