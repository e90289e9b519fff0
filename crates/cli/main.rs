//! `yardstick`: measures language models. Arguments, wiring, progress and exit codes; everything else is in the libraries.

mod args;
mod baselines;
mod chat;
mod columns;
mod commands;
mod error;
mod models;
mod refusal;
mod run;
mod stderr;
mod terminal;
mod transfers;

use args::{Cli, Command};
use clap::Parser;
use error::CliError;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(cli.verbose);
    match std::panic::catch_unwind(|| dispatch(cli)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => error.report(),
        Err(_) => CliError::Internal.report(),
    }
}

/// Does what is asked; a command that ends well exits with 0, but for a gate, whose code is its verdict.
fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    let (quiet, json) = (cli.quiet, cli.json);
    let done = match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Gate(args) => return commands::gate(&args, quiet, json),
        Command::Run(args) => run::run(&args, quiet, json),
        Command::Ls(args) => commands::ls(&args, quiet, json),
        Command::Data(args) => commands::data(&args, quiet, json),
        Command::Pull(args) => commands::pull(&args, quiet, json),
        Command::Show(args) => commands::show(&args, json),
        Command::Render(args) => commands::render(&args, quiet, json),
        Command::Diff(args) => commands::diff(&args, quiet, json),
        Command::Report(args) => commands::report(&args, quiet, json),
        Command::Query(args) => commands::query(&args, json),
        Command::ServeReport(args) => commands::serve_report(&args, quiet, json),
        Command::Compare(args) => commands::compare(&args, quiet, json),
        Command::Baseline(args) => commands::baseline(&args, quiet, json),
        Command::Validate(args) => commands::validate(&args, json),
        Command::Import(args) => commands::import(&args, json),
        Command::Bench(args) => commands::bench(&args, quiet, json),
        Command::Selftest(args) => commands::selftest(&args, quiet, json),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Diagnostics on standard error: `-v` tells what is done, `YARDSTICK_LOG` takes tracing's filters.
fn start_log(verbose: u8) {
    let default = ["warn", "info", "debug", "trace"][usize::from(verbose.min(3))];
    let filter = std::env::var("YARDSTICK_LOG").unwrap_or_else(|_| default.to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_ansi(terminal::stderr_color())
        .with_writer(std::io::stderr)
        .init();
}
