//! `funsun audit`: prints the result of the audit as a table.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::start;
use crate::clock::Clock;
use crate::config::Config;
use crate::payments::audit::{Findings, Scope, audit};
use crate::payments::merchants::Merchants;

#[derive(Args)]
pub(super) struct Options {
    /// Don't query the providers: only compare our own records with each other.
    #[arg(long, conflicts_with = "all")]
    offline: bool,
    /// Compare every payment with its provider's record, not only those that changed since the last clean run.
    #[arg(long)]
    all: bool,
}

/// Exit code when something could not be compared.
const NOT_COMPARED: u8 = 2;

/// Returns exit code 1 on any difference, and 2 when there is none but something could not be compared.
pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let db = start::open_current_database(&config)?;
    let clock = Clock::default();
    let findings = if options.offline {
        audit(&db, None, &clock).await?
    } else {
        let kakao = config.kakao.as_ref().context(
            "no KakaoPay to compare with: set kakaopay_url (the built-in sandbox's URL is \
             printed when it starts), or pass --offline",
        )?;
        let merchants = Merchants::find(&db, start::gateways(&config, kakao)?).await?;
        let scope = if options.all {
            Scope::All
        } else {
            Scope::Changed
        };
        audit(&db, Some((&merchants, scope)), &clock).await?
    };
    print(&findings, &mut io::stdout().lock())?;
    Ok(match (findings.differences, findings.not_compared) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(NOT_COMPARED),
        _ => ExitCode::FAILURE,
    })
}

fn print(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "payments                   {:>14}", findings.payments)?;
    writeln!(out, "  compared with provider   {:>14}", findings.looked_up)?;
    writeln!(
        out,
        "  not compared             {:>14}",
        findings.not_compared
    )?;
    writeln!(out, "  invented (demo data)     {:>14}", findings.invented)?;
    writeln!(out, "  not certain yet          {:>14}", findings.unsettled)?;
    writeln!(out, "held by providers (KRW)    {:>14}", findings.held)?;
    writeln!(
        out,
        "differences                {:>14}",
        findings.differences
    )?;
    if findings.differences == 0 {
        let compared = if findings.not_compared == 0 {
            "The books balance."
        } else {
            "Our own books balance; some payments were not compared: their provider did not answer, \
             or its account is not configured."
        };
        return writeln!(out, "\n{compared}");
    }
    writeln!(
        out,
        "\n{:<24} {:<28} {:>16} {:>16}",
        "what", "compared", "should be", "is"
    )?;
    for difference in &findings.shown {
        writeln!(
            out,
            "{:<24} {:<28} {:>16} {:>16}",
            difference.subject, difference.what, difference.expected, difference.found
        )?;
    }
    let shown = u64::try_from(findings.shown.len()).unwrap_or(u64::MAX);
    if findings.differences > shown {
        writeln!(out, "… and {} more", findings.differences - shown)?;
    }
    Ok(())
}
