//! `kakao-sandbox`: the sandbox as a program, for a client in another process.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use kakao_sandbox::{Settings, faults, start};
use tracing_subscriber::EnvFilter;

/// A local stand-in for Kakao Login and KakaoPay. No real account, no real money.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Loopback address to listen on; port 0 selects a free port.
    #[arg(long, default_value = "127.0.0.1:4100")]
    bind: SocketAddr,
    /// App id of the tokens that are issued.
    #[arg(long)]
    app_id: Option<i64>,
    /// REST API key (client_id), 32 hex digits.
    #[arg(long)]
    rest_key: Option<String>,
    /// OAuth client secret.
    #[arg(long)]
    client_secret: Option<String>,
    /// Admin key, 32 hex digits.
    #[arg(long)]
    admin_key: Option<String>,
    /// KakaoPay secret key; starts with DEV.
    #[arg(long)]
    pay_secret_key: Option<String>,
    /// KakaoPay merchant code (cid); starts with TC.
    #[arg(long)]
    cid: Option<String>,
    /// A further merchant code; starts with TC; may be repeated. Without one there is TC0SECOND0.
    #[arg(long)]
    other_cid: Vec<String>,
    /// Registered redirect URI; may be repeated. Without one, every loopback address is accepted.
    #[arg(long)]
    redirect_uri: Vec<String>,
    /// URL that unlink webhooks are sent to.
    #[arg(long)]
    unlink_webhook_url: Option<String>,
    /// File that keeps accounts and payments across restarts.
    #[arg(long)]
    journal: Option<PathBuf>,
    /// Fault rule as CALL:FAULT[:KEY=VALUE]…, e.g. approve:lost:times=1; may be repeated.
    #[arg(long, value_parser = faults::parse)]
    fault: Vec<faults::Rule>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let rules = arguments.fault.clone();
    let sandbox = start(arguments.bind, settings(arguments)).await?;
    for rule in rules {
        sandbox.set_fault(rule);
    }
    // The only line on standard output, so that a script that passed port 0 can read it.
    writeln!(std::io::stdout(), "{}", sandbox.url()).context("cannot print the address")?;
    tokio::signal::ctrl_c()
        .await
        .context("cannot wait for Ctrl-C")?;
    sandbox.stop().await;
    Ok(())
}

fn settings(arguments: Arguments) -> Settings {
    let defaults = Settings::default();
    let other_cids = Some(arguments.other_cid).filter(|cids| !cids.is_empty());
    Settings {
        app_id: arguments.app_id.unwrap_or(defaults.app_id),
        rest_key: arguments.rest_key.unwrap_or(defaults.rest_key),
        client_secret: arguments.client_secret.unwrap_or(defaults.client_secret),
        admin_key: arguments.admin_key.unwrap_or(defaults.admin_key),
        pay_secret_key: arguments.pay_secret_key.unwrap_or(defaults.pay_secret_key),
        cid: arguments.cid.unwrap_or(defaults.cid),
        other_cids: other_cids.unwrap_or(defaults.other_cids),
        redirect_uris: arguments.redirect_uri,
        unlink_webhook_url: arguments.unlink_webhook_url,
        journal: arguments.journal,
    }
}
