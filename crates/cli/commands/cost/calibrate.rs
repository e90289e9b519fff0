//! How fast this machine computes, measured in a second: what an estimate of time goes by.

use crate::commands::bench::{peak, together};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use yardstick_zoo::kernels::{Linear, Source, Storage, Team, instruction_set};

/// A layer of which the weights (4 MB) are in no core's first cache, and the rows of a small stretch: a pass takes a millisecond, so that
/// a busy machine still shows what it can do.
const SHAPE: (usize, usize) = (1024, 1024);
const ROWS: usize = 64;
const LASTS: Duration = Duration::from_millis(600);
/// A whole network's part of that layer's speed: attention, norms and activations multiply less, and the vocabulary is read once a tile.
/// Measured with `yardstick bench --model gpt2-small` beside this calibration; see `docs/models.md`.
const NETWORK: f64 = 0.85;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Calibration {
    /// Threads that compute.
    pub threads: usize,
    /// Floating-point operations a second of all threads together: fused multiply-adds in registers.
    pub peak: f64,
    /// The same of the real kernel on a real layer.
    pub kernel: f64,
}

impl Calibration {
    /// Measures it.
    pub fn measure(threads: usize) -> Self {
        Self { threads, peak: peak(threads), kernel: kernel(threads) }
    }

    /// Operations a second that one thread does of a network as wide as the papers' while the others are at it.
    pub fn per_thread(&self) -> f64 {
        NETWORK * self.kernel / self.threads as f64
    }

    /// For machines.
    pub fn json(&self) -> Value {
        json!({
            "threads": self.threads,
            "instruction_set": instruction_set(),
            "peak_gflop_per_second": self.peak / 1e9,
            "kernel_gflop_per_second": self.kernel / 1e9,
            "network_of_kernel": NETWORK,
        })
    }
}

/// Operations a second of `threads` that each take their rows through one layer: each thread's fastest pass while the others are at it.
fn kernel(threads: usize) -> f64 {
    let (n_in, n_out) = SHAPE;
    let source = Source { values: &vec![0.01; n_in * n_out], n_in, n_out, transposed: false };
    let layer = Linear::pack(source, None, Storage::F32);
    let fastest = together(threads, |_| {
        let (x, mut out) = (vec![0.5; ROWS * n_in], vec![0.0; ROWS * n_out]);
        let mut pass = || {
            let started = Instant::now();
            layer.forward(&x, &mut out, Team::ONE);
            started.elapsed()
        };
        let (started, mut fastest) = (Instant::now(), pass());
        while started.elapsed() < LASTS {
            fastest = fastest.min(pass());
        }
        fastest.as_secs_f64()
    });
    fastest.iter().map(|seconds| (2 * ROWS * n_in * n_out) as f64 / seconds).sum()
}
