//! The roofline: how fast this machine multiplies, and how fast it reads memory.
//! (Williams, Waterman and Patterson, "Roofline: an insightful visual performance model", 2009.)

use serde_json::{Value, json};
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;
use yardstick_core::Costs;

/// Bursts of half a millisecond in which the peak is looked for: short, so that a busy machine still shows it.
const BURSTS: usize = 600;
/// Bytes read in all, and times at least that the array is read; the fastest counts.
const READ: u64 = 1 << 30;
const READS: usize = 5;

/// A rate with one thread, and with all that take part.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub one: f64,
    pub all: f64,
}

impl Rate {
    /// With `threads` of them: one or all.
    pub fn of(self, threads: usize) -> f64 {
        if threads == 1 { self.one } else { self.all }
    }
}

/// What the machine can do at most.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Threads that take part.
    pub threads: usize,
    /// f32 operations a second: a loop of fused multiply-adds.
    pub flops: Rate,
    /// Bytes a second from an array as large as the layers' weights.
    pub bytes: Rate,
    /// That array's bytes.
    pub array: u64,
}

/// Which roof a piece of work is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It cannot be faster than its multiplications.
    Arithmetic,
    /// It cannot be faster than the weights can be read.
    Memory,
}

impl Bound {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::Memory => "memory",
        }
    }
}

/// Bytes of the weights that every row is multiplied with: two operations a weight, four bytes each.
pub const fn weight_bytes(costs: &Costs) -> u64 {
    costs.flop_per_row / 2 * 4
}

impl Machine {
    /// Measures it with one thread and with `threads`; `weights` is how many bytes are read.
    pub fn measure(threads: usize, weights: u64) -> Self {
        let array = weights.clamp(1 << 20, 1 << 29);
        let rate = |measure: &dyn Fn(usize) -> f64| Rate { one: measure(1), all: measure(threads) };
        Self { threads, flops: rate(&peak), bytes: rate(&|threads| read_speed(threads, array)), array }
    }

    /// Seconds that `flop` operations which read the weights once must take, and why.
    pub fn least_seconds(&self, flop: u64, weights: u64, threads: usize) -> (f64, Bound) {
        let arithmetic = flop as f64 / self.flops.of(threads);
        let memory = weights as f64 / self.bytes.of(threads);
        if arithmetic >= memory { (arithmetic, Bound::Arithmetic) } else { (memory, Bound::Memory) }
    }

    pub fn json(&self) -> Value {
        json!({
            "threads": self.threads,
            "peak_gflop_per_second": { "one_thread": self.flops.one / 1e9, "all_threads": self.flops.all / 1e9 },
            "read_gb_per_second": { "one_thread": self.bytes.one / 1e9, "all_threads": self.bytes.all / 1e9 },
            "read_array_mb": self.array as f64 / 1e6,
        })
    }
}

/// Operations a second of `threads` at once: each thread's fastest burst while the others are at it, on as many cores as
/// there are.
pub fn peak(threads: usize) -> f64 {
    let cores = std::thread::available_parallelism().map_or(threads, usize::from);
    let each = together(threads, |_| yardstick_zoo::kernels::fma_peak(BURSTS));
    each.iter().sum::<f64>() * cores.min(threads) as f64 / threads as f64
}

/// Bytes a second with which `threads` read an array of `bytes`, a part each.
fn read_speed(threads: usize, bytes: u64) -> f64 {
    let words = (bytes as usize / 8 / threads).max(1);
    let reads = READS.max((READ / bytes) as usize);
    let barrier = Barrier::new(threads);
    let spans = together(threads, |thread| {
        let part: Vec<u64> = (0..words as u64).map(|i| i ^ thread as u64).collect();
        let read = |_| {
            barrier.wait();
            let started = Instant::now();
            black_box(part.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word)));
            (started, Instant::now())
        };
        (0..reads).map(read).collect::<Vec<_>>()
    });
    // A read lasts from the first thread's start to the last one's end.
    let seconds = (0..reads).filter_map(|read| {
        let start = spans.iter().map(|span| span[read].0).min()?;
        let end = spans.iter().map(|span| span[read].1).max()?;
        Some((end - start).as_secs_f64())
    });
    (words * 8 * threads) as f64 / seconds.fold(f64::INFINITY, f64::min)
}

/// Runs `f` on `threads` threads at once.
pub fn together<T: Send>(threads: usize, f: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let f = &f;
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || f(thread))).collect();
        handles.into_iter().filter_map(|handle| handle.join().ok()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_roof_counts() {
        let rate = |one| Rate { one, all: 2.0 * one };
        let machine = Machine { threads: 2, flops: rate(100.0), bytes: rate(10.0), array: 0 };
        let check = |flop, weights, threads, seconds: f64, bound| {
            assert_eq!(machine.least_seconds(flop, weights, threads), (seconds, bound));
        };
        check(1000, 20, 1, 10.0, Bound::Arithmetic);
        check(1000, 200, 1, 20.0, Bound::Memory);
        check(1000, 20, 2, 5.0, Bound::Arithmetic);
    }

    #[test]
    fn a_machine_has_speeds() {
        let machine = Machine::measure(2, 1 << 20);
        for rate in [machine.flops.one, machine.flops.all] {
            assert!(rate.is_finite() && rate > 1e7, "{machine:?}");
        }
        for rate in [machine.bytes.one, machine.bytes.all] {
            assert!(rate.is_finite() && rate > 1e7, "{machine:?}");
        }
    }
}
