//! How fast a model computes here, measured on a few rows of its own before a run, to say how long the run will take.

use std::time::{Duration, Instant};
use yardstick_core::{LanguageModel, ScoreError, Stretch, Wanted};

/// Rows of the trial: as many as a small stretch has.
const ROWS: u32 = 64;
/// From this many rows on a plan is long enough for the trial not to matter.
pub const WORTH_A_TRIAL: usize = 16 * ROWS as usize;
/// Passes are repeated this long, so that a small model's time is more than the clock's grain.
const AT_LEAST: Duration = Duration::from_millis(5);

/// Floating-point operations a second on one thread: the best of a few passes, `None` for a model that cannot compute.
pub fn flop_per_second(model: &dyn LanguageModel) -> Option<f64> {
    let rows = ROWS.min(model.card().n_ctx as u32);
    let tokens: Vec<u32> = (0..rows).map(|i| i % model.card().vocab_size as u32).collect();
    let positions: Vec<u32> = (0..rows).collect();
    let wanted = [Wanted { row: rows - 1, token: 0 }];
    let mut session = model.session(rows as usize, 1);
    let mut pass = || -> Result<f64, ScoreError> {
        let started = Instant::now();
        session.advance(&Stretch { tokens: &tokens, positions: &positions, wanted: &wanted })?;
        Ok(started.elapsed().as_secs_f64())
    };
    let started = Instant::now();
    let mut best = pass().ok()?;
    while started.elapsed() < AT_LEAST {
        best = best.min(pass().ok()?);
    }
    let costs = model.costs();
    let pairs = u64::from(rows * (rows + 1) / 2);
    let flop = u64::from(rows) * costs.flop_per_row + pairs * costs.flop_per_pair + costs.flop_per_scored_row;
    Some(flop as f64 / best.max(1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_model_has_a_speed() {
        let model = yardstick_zoo::load("gpt2-nano", &yardstick_zoo::LoadOptions::default()).unwrap();
        assert!(flop_per_second(model.as_ref()).unwrap() > 1e6);
    }
}
