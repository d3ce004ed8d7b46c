//! The quorum service as a program.

mod commands;

use clap::Parser;
use commands::Cli;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    commands::start_logging();
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            tracing::error!("{error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
