//! `funsun payment`: payments that need a person, and what to do about them.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use funsun_domain::ids::OrderRef;

use super::start;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Conn;
use crate::payments::operate::{self, Dossier, Resolution};
use crate::payments::reviews::{self, Review};
use crate::payments::{StepContext, sweep_now::Sweep};

/// Most lines of a list.
const LISTED_MAX: i64 = 1_000;

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List payments that need a person, oldest first, and how far the sweeper is behind.
    List {
        /// Only those that need a person.
        #[arg(long)]
        needs_review: bool,
    },
    /// Show one payment with its refunds and their history.
    Show {
        /// Our order reference.
        order: String,
    },
    /// Resolve a payment that needs a person. A running server acts on it within its sweep interval.
    Resolve {
        /// Our order reference.
        order: String,
        /// What to do.
        #[arg(value_enum)]
        how: How,
        /// Why; kept with the payment.
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum How {
    /// Ask the provider again: look the payment up, or request the refund once more.
    Retry,
    /// The refund was paid from our bank account: book it.
    PaidByBank,
    /// Nothing was captured, as the provider has confirmed outside this program: close the payment.
    NotCaptured,
    /// Leave everything as it is.
    Keep,
}

pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let db = start::open_current_database(&config)?;
    let mut out = io::stdout().lock();
    match options.command {
        Command::List { needs_review } => {
            let open = db
                .read_slow(|conn: &mut Conn| reviews::list_open(conn, LISTED_MAX))
                .await?;
            print_reviews(&open, &mut out)?;
            if !needs_review {
                let now = Clock::default().now();
                let backlog = db
                    .read_slow(move |conn| operate::backlog(conn, now))
                    .await?;
                print_backlog(&backlog, &mut out)?;
            }
        }
        Command::Show { order } => {
            let order = parse(&order)?;
            let dossier = db
                .read_slow(move |conn| operate::find_dossier(conn, &order))
                .await?;
            print_dossier(&dossier.context("there is no such payment")?, &mut out)?;
        }
        Command::Resolve { order, how, note } => {
            let (order, cx) = (
                parse(&order)?,
                StepContext::at(Clock::default().now(), &config),
            );
            let how = match how {
                How::Retry => Resolution::Retry,
                How::PaidByBank => Resolution::PaidByBank,
                How::NotCaptured => Resolution::NotCaptured,
                How::Keep => Resolution::Keep,
            };
            let note = note.unwrap_or_default();
            let resolve = move |conn: &mut Conn| operate::resolve(conn, &order, how, &note, cx);
            let closed = db.write(resolve).await?;
            writeln!(out, "resolved; {closed} reviews closed")?;
        }
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn parse(order: &str) -> anyhow::Result<OrderRef> {
    let parsed = order.parse();
    ensure!(
        parsed.is_ok(),
        "an order reference has 32 hexadecimal digits"
    );
    Ok(parsed?)
}

fn print_reviews(open: &[Review], out: &mut impl Write) -> io::Result<()> {
    if open.is_empty() {
        return writeln!(out, "No payment needs a person.");
    }
    writeln!(
        out,
        "{:<32}  {:<28}  {:<25}  note",
        "order", "reason", "since"
    )?;
    for review in open {
        let note = review.note.as_deref().unwrap_or_default();
        let since = review.opened_at.to_seoul();
        writeln!(
            out,
            "{}  {:<28}  {since}  {note}",
            review.order, review.reason
        )?;
    }
    Ok(())
}

fn print_backlog(backlog: &[(Sweep, Option<i64>)], out: &mut impl Write) -> io::Result<()> {
    writeln!(out)?;
    for (sweep, age) in backlog {
        let age = age.map_or("none".to_owned(), |seconds| format!("{seconds} s"));
        writeln!(out, "oldest due, {:<10} {age}", sweep.as_str())?;
    }
    Ok(())
}

fn print_dossier(dossier: &Dossier, out: &mut impl Write) -> io::Result<()> {
    for (name, value) in &dossier.facts {
        writeln!(out, "{name:<18} {value}")?;
    }
    for refund in &dossier.refunds {
        writeln!(out, "{refund}")?;
    }
    Ok(())
}
