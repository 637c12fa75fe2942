//! `funsun measure`: benchmarks durable payments per second on this machine's disk.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::measure;
use crate::payments::StepContext;
use crate::payments::audit::audit;

#[derive(Args)]
pub(super) struct Options {
    /// Number of concurrent clients.
    #[arg(long, default_value = "64", value_parser = clap::value_parser!(u16).range(1..=1024))]
    clients: u16,
    /// Duration in seconds.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
    /// An empty database to measure instead, such as mysql://user:password@host/empty. It keeps the data.
    #[arg(long)]
    database: Option<String>,
}

/// Uses a temporary database in the data folder, to be on the same disk.
pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    if let Some(url) = &options.database {
        return measure_in(url, &config, &options).await;
    }
    let folder = config
        .data_dir
        .join(format!("measure-{}", std::process::id()));
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} can't be created", folder.display()))?;
    let url = format!("sqlite://{}", folder.join("measure.db").display());
    let measurement = measure_in(&url, &config, &options).await;
    std::fs::remove_dir_all(&folder)
        .with_context(|| format!("{} can't be removed", folder.display()))?;
    measurement
}

async fn measure_in(url: &str, config: &Config, options: &Options) -> anyhow::Result<ExitCode> {
    let db = Db::open(url)?;
    let cx = StepContext::at(Clock::default().now(), config);
    let duration = Duration::from_secs(options.seconds.into());
    let clients = options.clients.into();
    let measurement = measure::measure(db.clone(), clients, duration, cx).await?;
    let books = audit(&db, None, &Clock::default()).await?;
    db.close().await;
    anyhow::ensure!(books.differences == 0, "the books do not balance");
    let mut out = io::stdout().lock();
    let (commits, supports) = (measurement.commits.len(), measurement.supports());
    writeln!(out, "clients                 {clients:>10}")?;
    writeln!(
        out,
        "durable commits/s       {:>10}",
        measurement.per_second(commits)
    )?;
    writeln!(
        out,
        "supports/s              {:>10}",
        measurement.per_second(supports)
    )?;
    for percent in [50, 99] {
        let micros = measurement.percentile(percent).as_micros();
        writeln!(out, "commit, p{percent} (µs)       {micros:>10}")?;
    }
    Ok(ExitCode::SUCCESS)
}
