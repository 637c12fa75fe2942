//! `funsun demo-data`: fills the database with invented members, fundings and supports.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use clap::builder::RangedI64ValueParser;

use super::start;
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::{DemoSize, fill};

/// Most rows of each kind, so that they fit on a large machine's disk.
const ROWS_MAX: i64 = 100_000_000;

#[derive(Args)]
pub(super) struct Options {
    /// Number of members; each has about two dozen follows.
    #[arg(long, default_value = "200", value_parser = rows())]
    accounts: i64,
    /// Number of fundings, a fifth of them friends-only.
    #[arg(long, default_value = "1000", value_parser = rows())]
    fundings: i64,
    /// Number of supports, each with its payment and ledger transactions.
    #[arg(long, default_value = "2000", value_parser = rows())]
    supports: i64,
    /// Random seed: the same seed gives the same data, with times relative to now.
    #[arg(long, default_value = "1")]
    seed: u64,
}

fn rows() -> RangedI64ValueParser {
    clap::value_parser!(i64).range(0..=ROWS_MAX)
}

/// Adds to the existing rows. No other process may write to the database meanwhile.
pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    ensure!(
        config.is_dev(),
        "demo-data is for the dev profile only: production must not contain invented payments"
    );
    let size = DemoSize {
        accounts: options.accounts,
        fundings: options.fundings,
        supports: options.supports,
        seed: options.seed,
    };
    ensure!(
        size.fundings == 0 || size.accounts > 0,
        "--accounts: fundings need members to open them"
    );
    ensure!(
        size.supports == 0 || (size.fundings > 0 && size.accounts > 1),
        "--supports: supports need fundings, and at least two --accounts"
    );
    let db = start::open_database(&config)?;
    let mut shown = ("", 0);
    fill(&db, size, Clock::default().now(), |what, done| {
        let all = if what == "members" {
            size.accounts
        } else {
            size.fundings
        };
        let percent = done * 100 / all.max(1);
        // One line per tenth; a large fill would print hundreds otherwise.
        if shown != (what, percent / 10) {
            shown = (what, percent / 10);
            print_progress(&format!("{what}: {done} of {all} ({percent} %)"));
        }
    })
    .await?;
    db.close().await;
    print_progress(&format!("supports: {0} of {0}", size.supports));
    Ok(ExitCode::SUCCESS)
}

fn print_progress(line: &str) {
    // Standard error may be closed; that must not stop the work.
    drop(writeln!(io::stderr(), "{line}"));
}
