//! Made-up runs: no number here was measured.

mod evidence;
mod files;
mod init;
mod policies;
mod verdicts;

use super::*;
use crate::{Run, testing};
use yardstick_core::Score;

/// How a model does on a task: documents, and which of them it gets right.
type Task = (&'static str, u64, fn(u64) -> bool);

/// A run of one model on right-or-wrong tasks with a chance level of a half. `nats` sets its log-likelihoods apart from
/// another model's.
fn run(model: &str, nats: f64, tasks: &[Task]) -> Run {
    let cards = tasks.iter().map(|(id, n, _)| testing::task(id, &[("acc", true, Some(0.5))], *n)).collect();
    let mut record = testing::record(vec![testing::model(model, "gpt2", 1_000)], cards);
    record.warnings.clear();
    let mut samples = Vec::new();
    for (id, n, right) in tasks {
        samples.extend((0..*n).map(|row| testing::document(model, id, row, right(row), nats + row as f64 / 100.0)));
        for result in record.results.iter_mut().filter(|result| result.task == *id) {
            let value = (0..*n).filter(|&row| right(row)).count() as f64 / *n as f64;
            result.estimate.value = value;
            let stderr = (value * (1.0 - value) / *n as f64).sqrt();
            result.estimate.stderr = Some(stderr);
            (result.estimate.low, result.estimate.high) = (Some(value - 1.96 * stderr), Some(value + 1.96 * stderr));
        }
    }
    Run { record, samples }
}

/// Right on two of three.
const GOOD: fn(u64) -> bool = |row| row % 3 != 0;
/// As `GOOD`, but for one document in ten, which is lost.
const WORSE: fn(u64) -> bool = |row| row % 3 != 0 && row % 10 != 1;
/// As `GOOD`, but for one in 25 each way.
const MOVED: fn(u64) -> bool = |row| (row % 3 != 0 && row % 50 != 1) || row % 75 == 3;

fn policy(text: &str) -> Policy {
    Policy::parse("policy.toml", &format!("format = \"yardstick.policy/1\"\n{text}")).expect("a policy")
}

fn judged_with(base: &Run, candidate: &Run, options: &GateOptions) -> Result<GateVerdict, GateError> {
    let (base, candidate) = (Side::new("base", base, None)?, Side::new("new", candidate, None)?);
    gate(&base, &candidate, options, &testing::value).map(|(verdict, _)| verdict)
}

fn judged(base: &Run, candidate: &Run, policy: &Policy) -> Result<GateVerdict, GateError> {
    judged_with(base, candidate, &GateOptions { policy, logits: None, allow_missing: false, cluster: None })
}

const STRICT: &str = "[[tier]]\nname = \"critical\"\ntasks = [\"*\"]\nmargin = 0.03\n";
