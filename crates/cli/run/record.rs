//! The run record's parts that the program itself knows.

use super::Work;
use crate::args::RunArgs;
use crate::models::Found;
use yardstick_core::{Environment, RunRecord, RunSpec, RunStatus, Scoring, SpeedRecord};
use yardstick_tasks::LoadOptions;
use yardstick_zoo::{Device, Storage};

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
        device: args.work.device.filter(|device| *device != Device::Cpu).map(|device| device.kind().to_owned()),
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
        speeds: Vec::new(),
    }
}

/// Adds what a model fed to its speed, which an earlier part of the run may have begun.
pub fn add_speed(record: &mut RunRecord, model: &str, tokens: usize, seconds: f64) {
    if tokens == 0 {
        return;
    }
    let threads = record.environment.threads;
    match record.speeds.iter_mut().find(|speed| speed.model == model) {
        Some(speed) => {
            speed.tokens += tokens as u64;
            speed.seconds += seconds;
        }
        None => {
            record.speeds.push(SpeedRecord { model: model.to_owned(), tokens: tokens as u64, seconds, threads });
        }
    }
}

/// Goes on from an unfinished run of the same command: its start, and its speeds where they are of this machine.
pub fn go_on(record: &mut RunRecord, earlier: &RunRecord) {
    record.started.clone_from(&earlier.started);
    if earlier.environment == record.environment {
        record.speeds.clone_from(&earlier.speeds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(threads: usize) -> RunRecord {
        let work = Work { tasks: Vec::new(), groups: Vec::new(), chat_template: None, left_out: Vec::new() };
        let mut record = start(RunSpec::default(), &work);
        record.environment.threads = threads;
        record
    }

    #[test]
    fn speeds_of_one_machine_add_up() {
        let mut earlier = record(2);
        add_speed(&mut earlier, "a", 0, 1.0);
        assert!(earlier.speeds.is_empty(), "nothing was fed");
        add_speed(&mut earlier, "a", 100, 0.5);
        for (threads, wanted) in [(2, (130, 0.75)), (4, (30, 0.25))] {
            let mut later = record(threads);
            go_on(&mut later, &earlier);
            add_speed(&mut later, "a", 30, 0.25);
            let [speed] = later.speeds.as_slice() else { panic!("{:?}", later.speeds) };
            assert_eq!(
                (speed.tokens, speed.seconds.to_bits(), speed.threads),
                (wanted.0, f64::to_bits(wanted.1), threads)
            );
        }
    }
}
