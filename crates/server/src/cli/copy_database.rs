//! `funsun copy-database`: moves the service from one database to another, of the same engine or not.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;

use super::start;
use crate::config::Config;
use crate::db::copy::{Progress, Work, copy_database};

/// Least time between two lines about the same table.
const LINE_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Args)]
#[group(required = true, multiple = true)]
pub(super) struct Options {
    /// Database to copy: sqlite://PATH or mysql://…; default: the setting database_url.
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// Empty database to copy to, created before if it is on a server; default: the setting database_url.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
}

/// The service must be stopped meanwhile.
pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let configured = config.database_url.expose();
    let from = options.from.unwrap_or_else(|| configured.to_owned());
    let to = options.to.unwrap_or_else(|| configured.to_owned());
    ensure!(from != to, "the database can't be copied to itself");
    start::ensure_exists(&from)?;
    let copy = move || {
        let mut lines = Lines::default();
        copy_database(&from, &to, |progress| lines.report(progress))
    };
    let copied = tokio::task::spawn_blocking(copy).await??;
    for table in &copied.unknown {
        print_line(&format!(
            "not copied: the table {table}, which this program does not know"
        ));
    }
    writeln!(
        io::stdout().lock(),
        "{} tables with {} rows were copied, read back and compared.\n\
         Next: set database_url to the copy and run `funsun audit --all` before you start the service.",
        copied.tables,
        copied.rows
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Progress on standard error: a line a second, and one when a table is done.
#[derive(Default)]
struct Lines {
    last: Option<Instant>,
}

impl Lines {
    fn report(&mut self, progress: Progress) {
        let Progress {
            work,
            table,
            done,
            all,
        } = progress;
        let is_due = self.last.is_none_or(|last| last.elapsed() >= LINE_INTERVAL);
        if !is_due && done < all {
            return;
        }
        self.last = Some(Instant::now());
        let what = match work {
            Work::Copy => "copied",
            Work::Compare => "compared",
        };
        print_line(&format!("{table}: {done} of {all} rows {what}"));
    }
}

fn print_line(line: &str) {
    // Standard error may be closed; that must not stop the work.
    drop(writeln!(io::stderr(), "{line}"));
}
