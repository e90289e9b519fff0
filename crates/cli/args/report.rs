//! `yardstick report` and `yardstick serve-report`.

use clap::Args;
use std::net::IpAddr;
use std::path::PathBuf;

/// `yardstick report`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick report out --out out/report
  yardstick report out int8.json --out out/report
  yardstick report out --out tables --export latex,parquet,every-eval-ever")]
pub struct ReportArgs {
    /// Run folders, and records of yardstick diff: their files, or folders with a diff.json
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// The folder to write
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// Also write these files into the folder; `yardstick ls formats` lists them
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = super::formats(), hide_possible_values = true)]
    pub export: Vec<String>,
}

/// `yardstick serve-report`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick serve-report out/report
  yardstick serve-report out --port 0

The page of a run that is still going on is written again whenever a model is finished, and loads itself again.")]
pub struct ServeReportArgs {
    /// A report's folder, or a run's, which may still be going on
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Port; 0 takes a free one [default: 7878, or a free one where that is taken]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Address to listen on; any but a loopback address shows the report to others
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,
}
