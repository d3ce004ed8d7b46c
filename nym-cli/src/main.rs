//! `nym-cli`: see the library.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = nym_cli::Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
    let format = cli.format();
    match nym_cli::run(cli).await {
        Ok(text) => {
            // A reader that has gone away, as in `nym-cli … | head -1`, is not a failure of the command.
            let _closed = writeln!(std::io::stdout().lock(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _closed = writeln!(std::io::stderr().lock(), "{}", error.report(format));
            ExitCode::from(error.exit_code().number())
        }
    }
}
