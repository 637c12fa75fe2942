//! The command line: the server and the operator's commands.

mod admin;
mod audit;
mod copy_database;
#[cfg(feature = "sandbox")]
mod demo_data;
pub mod embedded;
mod measure;
mod openapi;
mod payment;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(not(feature = "sandbox"))]
#[path = "no_sandbox.rs"]
mod sandbox;
mod serve;
mod start;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, reference};

/// FunSun: friends fund, together, the gift somebody really wants.
#[derive(Parser)]
#[command(name = "funsun", version)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct GlobalOptions {
    /// Settings file (TOML).
    #[arg(long, global = true, env = "FUNSUN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server (the default command).
    #[command(after_help = reference())]
    Serve,
    /// Run the pending database migrations, then exit.
    Migrate,
    /// Recompute all totals from the ledger and compare them with KakaoPay's records; exit code 1 on a difference, 2 when it can't be reached.
    Audit(audit::Options),
    /// Copy all rows into an empty database, of the same engine or another, while the service is stopped.
    CopyDatabase(copy_database::Options),
    /// Fill the database with invented members, fundings and supports (dev only, while no server is running).
    #[cfg(feature = "sandbox")]
    DemoData(demo_data::Options),
    /// Measure durable payments per second on this machine's disk, in a temporary database.
    Measure(measure::Options),
    /// List payments that need a person, and resolve them.
    Payment(payment::Options),
    /// Suspend or reinstate a member.
    Admin(admin::Options),
    /// Print the OpenAPI document.
    Openapi(openapi::Options),
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(cli.global.config.as_deref(), sandbox::keys().as_ref()) {
        Ok(config) => config,
        Err(errors) => return fail(&anyhow::Error::new(errors)),
    };
    if let Err(error) = start::init_tracing(&config) {
        return fail(&error);
    }
    let runtime = match start::runtime(&config) {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let done = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(config).await.map(|()| ExitCode::SUCCESS),
            Command::Migrate => start::open_database(&config).map(|_| ExitCode::SUCCESS),
            Command::Audit(options) => audit::run(config, options).await,
            Command::CopyDatabase(options) => copy_database::run(config, options).await,
            #[cfg(feature = "sandbox")]
            Command::DemoData(options) => demo_data::run(config, options).await,
            Command::Measure(options) => measure::run(config, options).await,
            Command::Payment(options) => payment::run(config, options).await,
            Command::Admin(options) => admin::run(config, options).await,
            Command::Openapi(options) => openapi::run(options),
        }
    });
    done.unwrap_or_else(|error| fail(&error))
}

#[expect(
    clippy::print_stderr,
    reason = "a command reports its error on the terminal"
)]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("funsun: {error:#}");
    ExitCode::FAILURE
}
