//! `yardstick query`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `yardstick query`
#[derive(Args, Debug)]
#[command(after_help = "Two tables, for any number of runs (docs/exports.md says more):
- samples: a row per run, model and document: run, model, task, doc_id, a column a metric (acc, perplexity, …), then what was
  asked and answered, as in samples.parquet; lists are lists (contexts, log_likelihood), doc and target are JSON
- results: a row per run, model, task and metric, with the columns of results.csv

The SQL is that of polars: joins, WITH, window functions, CASE, LIKE. It reads these two tables and nothing else.
A name with a comma stands in double quotes: \"exact_match,strict\".

Examples:
  yardstick query out 'SELECT model, task, COUNT(*) AS n, AVG(acc) AS acc FROM samples GROUP BY model, task ORDER BY task, acc DESC'
  yardstick query out 'SELECT doc_id, target_text FROM samples WHERE acc = 0' --format csv --out wrong.csv
  yardstick query out 'SELECT model, task, value, low, high FROM results ORDER BY value DESC LIMIT 3' --format markdown
  yardstick query out 'SHOW TABLES' --json")]
pub struct QueryArgs {
    /// Run folders; each is called so in the column `run`
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// The question
    #[arg(value_name = "SQL", required = true)]
    pub sql: String,
    /// How the answer is written [default: table; with --json json]
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<AnswerFormat>,
    /// Rows of a table that are shown, the others counted; 0 shows all
    #[arg(short, long, value_name = "N", default_value = "100")]
    pub rows: usize,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Ways to write an answer.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFormat {
    /// Aligned lines that fit the terminal
    Table,
    /// A heading and a line a row; lists as JSON
    Csv,
    /// An array of objects
    Json,
    /// A table for a pull request
    Markdown,
    /// A file with the columns' types
    Parquet,
}
