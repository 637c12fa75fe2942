//! `funsun serve`: everything that runs, in the order it starts and stops.

use std::io::Write;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::sandbox::{self, BuiltIn};
use super::start;
use crate::app;
use crate::background::Background;
use crate::clock::Clock;
use crate::config::{Config, KakaoConfig};
use crate::fundings::live::Watchers;
use crate::identity::{Tokens, sessions};
use crate::media::MediaStore;
use crate::notifications;
use crate::state::{AppState, Parts};
use crate::workers::Workers;
use web::serve::{ServeLimits, serve};

/// Serves until the process is told to stop (SIGTERM, SIGINT), then finishes what is under way: requests,
/// talks with the payment provider, transactions.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.bind).await.with_context(|| {
        let bind = config.bind;
        format!("{bind} can't be listened on; to take another port: FUNSUN_BIND=127.0.0.1:8001")
    })?;
    let own_url = format!("http://{}", listener.local_addr()?);
    let public_url = config.public_url.clone().unwrap_or_else(|| own_url.clone());
    let (kakao, built_in) = find_kakao(&config, &public_url).await?;
    let state = build_state(config, &kakao, public_url)?;
    sessions::learn_revocations(&state, state.tokens.oldest_relevant(state.clock.now())).await?;
    sandbox::enter_cast(&state).await?;
    let service = app::service(&state)?;
    greet(&state, &own_url, built_in.as_ref());
    let workers = Workers::start(&state);
    let limits = ServeLimits {
        proxies: state.config.trusted_proxies.clone(),
        ..ServeLimits::default()
    };
    let stop = told_to_stop()?;
    let stopping = async {
        stop.await;
        // These requests would go on for minutes.
        state.watchers.close();
    };
    serve(listener, service, limits, stopping).await;
    tracing::info!("stopping");
    workers.stop();
    state.background.close().await;
    state.db.close().await;
    if let Some(built_in) = built_in {
        built_in.stop().await;
    }
    Ok(())
}

/// Kakao as the settings say, or the built-in sandbox. Production without settings was refused before.
async fn find_kakao(
    config: &Config,
    public_url: &str,
) -> anyhow::Result<(KakaoConfig, Option<BuiltIn>)> {
    if let Some(kakao) = &config.kakao {
        return Ok((kakao.clone(), None));
    }
    let (kakao, built_in) = sandbox::start(config, public_url).await?;
    Ok((kakao, Some(built_in)))
}

fn build_state(
    config: Config,
    kakao: &KakaoConfig,
    public_url: String,
) -> anyhow::Result<AppState> {
    let db = start::open_database(&config)?;
    let secret = start::token_secret(&config)?;
    let secret = secret.expose().as_bytes();
    Ok(AppState::new(Parts {
        db,
        clock: Clock::default(),
        tokens: Tokens::new(
            secret,
            config.access_token_lifetime,
            config.refresh_token_lifetime,
        ),
        login: start::login_client(kakao)?,
        gateway: Box::new(start::gateway(kakao)?),
        media: MediaStore::in_folder(&config.data_dir.join("media"), secret)?,
        previews: start::previews(&config)?,
        push: start::push_client(&config, public_url.clone())?,
        watchers: Watchers::default(),
        find_me: notifications::find_me,
        item_links: start::item_links(&config, &public_url)?,
        background: Background::default(),
        sweep_now: Notify::new(),
        jobs_now: Notify::new(),
        public_url,
        config,
    }))
}

/// Says on the terminal where it is and what to try.
fn greet(state: &AppState, own_url: &str, built_in: Option<&BuiltIn>) {
    if !state.config.ignored.is_empty() {
        let variables = state.config.ignored.join(", ");
        tracing::warn!(variables, "these are no settings (see funsun serve --help)");
    }
    tracing::info!(address = own_url, public_url = state.public_url, "serving");
    if !state.config.is_dev() {
        if state.config.contact.is_none() {
            tracing::warn!("contact is not set: members find nobody to ask");
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
        text += &built_in.greeting(own_url);
    }
    text += "Stop with Ctrl-C.\n";
    // Nobody may be reading; serving goes on all the same.
    drop(std::io::stdout().write_all(text.as_bytes()));
}

fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
