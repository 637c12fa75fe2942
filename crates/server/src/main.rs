//! The `funsun` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    funsun::cli::run()
}
