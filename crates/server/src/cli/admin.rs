//! `funsun admin`: suspends and reinstates members.

use std::process::ExitCode;

use anyhow::ensure;
use clap::{Args, Subcommand};
use funsun_domain::ids::KakaoId;

use super::start;
use crate::clock::Clock;
use crate::config::Config;
use crate::members::{reinstate, suspend};

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Suspend a member: end their sessions and hide their fundings; takes effect on running servers within two seconds.
    Suspend {
        /// The member's id (Kakao user id).
        id: KakaoId,
    },
    /// Lift a suspension.
    Reinstate {
        /// The member's id (Kakao user id).
        id: KakaoId,
    },
}

pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let db = start::open_existing_database(&config)?;
    let now = Clock::default().now();
    let found = match options.command {
        Command::Suspend { id } => db.write(move |conn| suspend(conn, id, now)).await?,
        Command::Reinstate { id } => db.write(move |conn| reinstate(conn, id)).await?,
    };
    db.close().await;
    ensure!(found, "there is no such member");
    Ok(ExitCode::SUCCESS)
}
