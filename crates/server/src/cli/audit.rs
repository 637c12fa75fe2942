//! `funsun audit`: prints the result of the audit as a table.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::start;
use crate::config::Config;
use crate::payments::audit::{Findings, audit};

#[derive(Args)]
pub(super) struct Options {
    /// Don't query KakaoPay: only compare our own records with each other.
    #[arg(long)]
    offline: bool,
}

/// Returns exit code 1 on any difference.
pub(super) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let db = start::open_existing_database(&config)?;
    let findings = if options.offline {
        audit(&db, None).await?
    } else {
        let kakao = config.kakao.as_ref().context(
            "no KakaoPay to compare with: set kakaopay_url (the built-in sandbox's URL is \
             printed when it starts), or pass --offline",
        )?;
        audit(&db, Some(&start::gateway(kakao)?)).await?
    };
    print(&findings, &mut io::stdout().lock())?;
    Ok(if findings.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "payments                   {:>14}", findings.payments)?;
    writeln!(out, "  compared with KakaoPay   {:>14}", findings.looked_up)?;
    writeln!(out, "  invented (demo data)     {:>14}", findings.invented)?;
    writeln!(out, "  not certain yet          {:>14}", findings.unsettled)?;
    writeln!(out, "held by KakaoPay (KRW)     {:>14}", findings.held)?;
    writeln!(
        out,
        "differences                {:>14}",
        findings.differences.len()
    )?;
    if findings.differences.is_empty() {
        return writeln!(out, "\nThe books balance.");
    }
    writeln!(
        out,
        "\n{:<24} {:<28} {:>16} {:>16}",
        "what", "compared", "should be", "is"
    )?;
    for difference in &findings.differences {
        writeln!(
            out,
            "{:<24} {:<28} {:>16} {:>16}",
            difference.subject, difference.what, difference.expected, difference.found
        )?;
    }
    Ok(())
}
