//! `funsun openapi`: prints the API document.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::app;
use web::docs;

#[derive(Clone, Copy, Args)]
pub(super) struct Options {
    /// Print YAML instead of JSON.
    #[arg(long)]
    yaml: bool,
}

pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let document = app::document();
    let text = if options.yaml {
        docs::to_yaml(&document)?
    } else {
        document.to_pretty_json()? + "\n"
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
