//! How fast a model computes here, measured on a few rows of its own before a run, to say how long the run will take.

use std::time::{Duration, Instant};
use yardstick_core::{LanguageModel, ScoreError, Span, Stretch, Wanted};

/// Rows of the trial: as many as a small stretch has.
const ROWS: u32 = 64;
/// The same on a device, which is slow with few rows.
const DEVICE_ROWS: u32 = 512;
/// From this many rows on a plan is long enough for the trial not to matter.
pub const WORTH_A_TRIAL: usize = 16 * ROWS as usize;
/// Passes are repeated this long, so that a small model's time is more than the clock's grain.
const AT_LEAST: Duration = Duration::from_millis(5);

/// Floating-point operations a second on one thread: the best of a few passes, `None` for a model that cannot compute.
pub fn flop_per_second(model: &dyn LanguageModel) -> Option<f64> {
    if model.card().scoring.is_causal() { in_session(model) } else { of_span(model) }
}

/// One token scored between all others.
fn of_span(model: &dyn LanguageModel) -> Option<f64> {
    let len = (rows(model) as usize).min(model.card().longest_span());
    let span = Span { tokens: (0..len as u32).map(|i| i % model.card().vocab_size as u32).collect(), scored: 1 };
    let best = fastest(model, || model.score(std::slice::from_ref(&span)).map(drop))?;
    let (costs, rows) = (model.costs(), (len + yardstick_core::ModelCard::AROUND) as u64);
    let flop = rows * costs.flop_per_row + rows * rows * costs.flop_per_pair + costs.flop_per_scored_row;
    Some(flop as f64 / best)
}

fn rows(model: &dyn LanguageModel) -> u32 {
    if model.is_serial() { DEVICE_ROWS } else { ROWS }
}

/// Rows of a path, the last one scored.
fn in_session(model: &dyn LanguageModel) -> Option<f64> {
    let rows = rows(model).min(model.card().n_ctx as u32);
    let tokens: Vec<u32> = (0..rows).map(|i| i % model.card().vocab_size as u32).collect();
    let positions: Vec<u32> = (0..rows).collect();
    let wanted = [Wanted { row: rows - 1, token: 0 }];
    let mut session = model.session(rows as usize, 1);
    let stretch = Stretch { tokens: &tokens, positions: &positions, wanted: &wanted };
    let best = fastest(model, || session.advance(&stretch).map(drop))?;
    let costs = model.costs();
    let pairs = u64::from(rows * (rows + 1) / 2);
    let flop = u64::from(rows) * costs.flop_per_row + pairs * costs.flop_per_pair + costs.flop_per_scored_row;
    Some(flop as f64 / best)
}

/// Seconds of the fastest of a few passes. A device's first one loads its kernels.
fn fastest(model: &dyn LanguageModel, mut pass: impl FnMut() -> Result<(), ScoreError>) -> Option<f64> {
    if model.is_serial() {
        pass().ok()?;
    }
    let (started, mut best) = (Instant::now(), f64::INFINITY);
    while best.is_infinite() || started.elapsed() < AT_LEAST {
        let began = Instant::now();
        pass().ok()?;
        best = best.min(began.elapsed().as_secs_f64());
    }
    Some(best.max(1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_model_has_a_speed() {
        let model = yardstick_zoo::load("gpt2-nano", &yardstick_zoo::LoadOptions::default()).unwrap();
        assert!(flop_per_second(model.as_ref()).unwrap() > 1e6);
        let masked = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/bert");
        let masked = yardstick_zoo::load(masked, &yardstick_zoo::LoadOptions::default()).unwrap();
        assert!(flop_per_second(masked.as_ref()).unwrap() > 1e6);
    }
}
