//! The run record's parts that the program itself knows.

use super::Work;
use crate::args::RunArgs;
use crate::models::Found;
use yardstick_core::{Environment, RunRecord, RunSpec, RunStatus, Scoring};
use yardstick_tasks::LoadOptions;
use yardstick_zoo::Storage;

/// What the arguments ask for; the same command gives the same.
pub fn spec(args: &RunArgs, references: &[Found]) -> RunSpec {
    RunSpec {
        models: references.iter().map(|found| found.typed.clone()).collect(),
        tasks: args.work.suite.iter().chain(&args.work.task).cloned().collect(),
        limit: args.work.limit,
        context: args.work.context,
        shots: args.work.shots.shots,
        seed: args.work.shots.seed.filter(|&seed| seed != LoadOptions::SEED),
        compat: args.work.shots.compat.map(|tool| tool.name().to_owned()),
        dtype: args.work.dtype.filter(|dtype| *dtype != Storage::F32).map(|dtype| dtype.name().to_owned()),
        max_gen_toks: args.work.shots.max_gen_toks,
        system: args.work.shots.system.clone(),
        chat: args
            .work
            .shots
            .chat
            .then(|| if args.work.shots.single_turn { "single-turn" } else { "multi-turn" }.to_owned()),
        pll: args.work.pll.filter(|pll| *pll != Scoring::MASKED[0]).map(|pll| pll.short_name().to_owned()),
        token_scores: args.token_scores,
    }
}

/// A record of what is about to be run: partial until the end.
pub fn start(spec: RunSpec, work: &Work) -> RunRecord {
    RunRecord {
        format: RunRecord::FORMAT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        status: RunStatus::Partial,
        started: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        seconds: 0.0,
        spec,
        environment: Environment {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            threads: rayon::current_num_threads(),
        },
        models: Vec::new(),
        tasks: work.tasks.iter().map(|task| task.card.clone()).collect(),
        groups: work.groups.iter().map(|group| group.record.clone()).collect(),
        chat_template: work.chat_template.clone(),
        results: Vec::new(),
        warnings: work.left_out.iter().chain(work.tasks.iter().flat_map(|task| &task.warnings)).cloned().collect(),
    }
}
