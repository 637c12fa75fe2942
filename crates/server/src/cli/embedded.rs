//! The service inside another program, with payment providers of that program: for trying the gateway interface.

use anyhow::Context;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{sandbox, serve, start};
use crate::config::Config;
use crate::payments::gateway::PaymentGateway;

/// The running service. It stops when this is dropped.
pub struct Embedded {
    /// Its URL.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<anyhow::Result<()>>,
}

/// Starts the service with these `FUNSUN_*` settings, Kakao's URL among them. The first of `gateways` takes new
/// payments; KakaoPay's follow them.
///
/// # Errors
/// When a setting is invalid, or the service can't start.
pub async fn start(
    settings: &[(String, String)],
    mut gateways: Vec<Box<dyn PaymentGateway>>,
) -> anyhow::Result<Embedded> {
    let keys = sandbox::keys();
    let config = Config::from_sources(None, settings.iter().cloned(), keys.as_ref())?;
    let kakao = config.kakao.clone().context("no URL of Kakao is set")?;
    let listener = serve::listen(&config).await?;
    let url = format!("http://{}", listener.local_addr()?);
    gateways.extend(start::gateways(&config, &kakao)?);
    let state = serve::build_state(config, &kakao, gateways, url.clone()).await?;
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        serve::serve_until(&state, listener, stopped, || {}).await
    });
    Ok(Embedded {
        url,
        stop: Some(stop),
        task,
    })
}

impl Embedded {
    /// Stops the service as SIGTERM does, and waits until it has.
    ///
    /// # Errors
    /// When it failed.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stop.take());
        self.task.await?
    }
}
