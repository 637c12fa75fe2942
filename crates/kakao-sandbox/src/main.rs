//! `kakao-sandbox`: the sandbox on its own, for a client in another process.

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
    /// Loopback address to listen on; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:4100")]
    bind: SocketAddr,
    /// App number that issued tokens belong to.
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
    /// KakaoPay secret key; begins with DEV.
    #[arg(long)]
    pay_secret_key: Option<String>,
    /// KakaoPay merchant code; begins with TC.
    #[arg(long)]
    cid: Option<String>,
    /// Registered redirect URI; repeat for more. Without any, all loopback addresses are taken.
    #[arg(long)]
    redirect_uri: Vec<String>,
    /// Where unlink webhooks are sent.
    #[arg(long)]
    unlink_webhook_url: Option<String>,
    /// File that keeps people and payments across restarts.
    #[arg(long)]
    journal: Option<PathBuf>,
    /// Fault as CALL:FAULT[:KEY=VALUE]…, for instance approve:lost:times=1; repeat for more.
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
    // Alone on standard output, so that a script that asked for port 0 can read it.
    writeln!(std::io::stdout(), "{}", sandbox.url()).context("cannot print the address")?;
    tokio::signal::ctrl_c()
        .await
        .context("cannot wait for Ctrl-C")?;
    sandbox.stop().await;
    Ok(())
}

fn settings(arguments: Arguments) -> Settings {
    let defaults = Settings::default();
    Settings {
        app_id: arguments.app_id.unwrap_or(defaults.app_id),
        rest_key: arguments.rest_key.unwrap_or(defaults.rest_key),
        client_secret: arguments.client_secret.unwrap_or(defaults.client_secret),
        admin_key: arguments.admin_key.unwrap_or(defaults.admin_key),
        pay_secret_key: arguments.pay_secret_key.unwrap_or(defaults.pay_secret_key),
        cid: arguments.cid.unwrap_or(defaults.cid),
        redirect_uris: arguments.redirect_uri,
        unlink_webhook_url: arguments.unlink_webhook_url,
        journal: arguments.journal,
    }
}
