//! `yardstick gate init`: a policy from a run.

use super::write_path;
use crate::args::GateInitArgs;
use crate::baselines::run_folder;
use crate::commands::print;
use crate::error::CliError;
use crate::stderr::say;
use std::path::Path;
use yardstick_report::{Assumptions, Side, init_policy, read_run};

/// Writes the policy, or prints it where no file is named.
///
/// # Errors
/// A folder that is no finished run, one that supports no margin, or a file that is there already or cannot be written.
pub fn init(args: &GateInitArgs, quiet: bool) -> Result<(), CliError> {
    let run = read_run(&run_folder(Path::new(&args.run))?)?;
    let side = Side::new(&args.run, &run, args.model.as_deref())?;
    let &GateInitArgs { alpha, power, discordance, correlation, .. } = args;
    let policy = init_policy(&side, &Assumptions { alpha, power, discordance, correlation }, &yardstick_tasks::value)?;
    let Some(out) = &args.out else { return print(&policy) };
    if out.exists() && !args.overwrite {
        return Err(CliError::Usage {
            message: format!("{} is there already", out.display()),
            help: Some("choose another --out, or add --overwrite to replace it".to_owned()),
        });
    }
    write_path(out, &policy)?;
    if !quiet {
        say(format_args!("policy: {}", out.display()));
    }
    Ok(())
}
