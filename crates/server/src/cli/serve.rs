//! `funsun serve`: start-up and shutdown of the server, in order.

use std::io::Write;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::sandbox::{self, BuiltInSandbox};
use super::start;
use crate::app;
use crate::background::Background;
use crate::clock::Clock;
use crate::config::{Config, KakaoConfig};
use crate::fundings::live::Watchers;
use crate::identity::{Tokens, sessions};
use crate::media::MediaStore;
use crate::notifications;
use crate::payments::gateway::PaymentGateway;
use crate::payments::merchants::Merchants;
use crate::payments::sweep_now::SweepNow;
use crate::state::{AppState, Parts};
use crate::workers::Workers;
use web::serve::{ServeLimits, serve};

/// Serves until SIGTERM or SIGINT, then shuts down gracefully: waits for open requests, calls to the payment provider
/// and transactions.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let listener = listen(&config).await?;
    let own_url = format!("http://{}", listener.local_addr()?);
    let public_url = config.public_url.clone().unwrap_or_else(|| own_url.clone());
    let (kakao, built_in) = resolve_kakao(&config, &public_url).await?;
    let gateways = start::gateways(&config, &kakao)?;
    let state = build_state(config, &kakao, gateways, public_url).await?;
    sandbox::create_cast(&state).await?;
    let stop = shutdown_signal()?;
    let announce = || announce(&state, &own_url, built_in.as_ref());
    serve_until(&state, listener, stop, announce).await?;
    if let Some(built_in) = built_in {
        built_in.stop().await;
    }
    Ok(())
}

/// Binds the configured address.
pub(super) async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let bind = config.bind;
    TcpListener::bind(bind).await.with_context(|| {
        format!("can't listen on {bind}; to use another port: FUNSUN_BIND=127.0.0.1:8001")
    })
}

/// Starts the workers and serves until `stop`, then shuts down. `ready` is called when requests can be accepted.
pub(super) async fn serve_until(
    state: &AppState,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(),
) -> anyhow::Result<()> {
    sessions::load_revocations(state, state.tokens.oldest_relevant(state.clock.now())).await?;
    let service = app::service(state)?;
    ready();
    let workers = Workers::start(state);
    let limits = ServeLimits {
        proxies: state.config.trusted_proxies.clone(),
        ..ServeLimits::default()
    };
    let stopping = async {
        stop.await;
        // Live streams would stay open for minutes.
        state.watchers.close();
    };
    serve(listener, service, limits, stopping).await;
    tracing::info!("shutting down");
    workers.stop();
    state.background.close().await;
    state.db.close().await;
    Ok(())
}

/// Returns Kakao as configured, or starts the built-in sandbox. Production always has Kakao configured: `config`
/// checks it.
async fn resolve_kakao(
    config: &Config,
    public_url: &str,
) -> anyhow::Result<(KakaoConfig, Option<BuiltInSandbox>)> {
    if let Some(kakao) = &config.kakao {
        return Ok((kakao.clone(), None));
    }
    let (kakao, built_in) = sandbox::start(config, public_url).await?;
    Ok((kakao, Some(built_in)))
}

/// Opens the database and creates the clients; the first gateway takes new payments.
pub(super) async fn build_state(
    config: Config,
    kakao: &KakaoConfig,
    gateways: Vec<Box<dyn PaymentGateway>>,
    public_url: String,
) -> anyhow::Result<AppState> {
    let db = start::open_database(&config)?;
    let secret = start::token_secret(&config)?;
    let secret = secret.expose().as_bytes();
    let clock = Clock::default();
    Ok(AppState::new(Parts {
        merchants: Merchants::register(&db, gateways, clock.now()).await?,
        db,
        clock,
        tokens: Tokens::new(
            secret,
            config.access_token_lifetime,
            config.refresh_token_lifetime,
        ),
        login: start::login_client(kakao)?,
        media: MediaStore::in_folder(&config.data_dir.join("media"), secret)?,
        previews: start::previews(&config)?,
        push: start::push_client(&config, public_url.clone())?,
        watchers: Watchers::default(),
        find_me: notifications::find_me,
        item_links: start::item_links(&config, &public_url)?,
        background: Background::default(),
        sweep_now: SweepNow::default(),
        jobs_now: Notify::new(),
        public_url,
        config,
    }))
}

/// Logs the addresses and warnings; in dev, also prints URLs to try.
fn announce(state: &AppState, own_url: &str, built_in: Option<&BuiltInSandbox>) {
    if !state.config.ignored.is_empty() {
        let variables = state.config.ignored.join(", ");
        tracing::warn!(variables, "unknown settings (see funsun serve --help)");
    }
    tracing::info!(address = own_url, public_url = state.public_url, "serving");
    if !state.config.is_dev() {
        if state.config.contact.is_none() {
            tracing::warn!("contact is not set: members can't contact the operator");
        }
        return;
    }
    let mut text = format!(
        "FunSun is at {own_url}\n\
         \x20 the web app       {own_url}/\n\
         \x20 API to try        {own_url}/swagger/\n\
         \x20 API to read       {own_url}/redoc/\n"
    );
    if let Some(built_in) = built_in {
        text += &built_in.banner(own_url);
    }
    text += "Stop with Ctrl-C.\n";
    // Standard output may be closed; that must not stop the server.
    drop(std::io::stdout().write_all(text.as_bytes()));
}

fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
