//! The limit that every product is compared with.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::simd::{Isa, Simd, WithSimd};
use std::hint::black_box;
use std::time::Instant;

/// Independent chains: more than the latency of a fused multiply-add times how many start a cycle.
const CHAINS: usize = 12;
const STEPS: usize = 100_000;

/// Floating-point operations a second of fused multiply-adds in registers, on the calling thread with the best vector
/// instructions it has: the fastest of `repetitions` runs of about half a millisecond.
pub fn fma_peak(repetitions: usize) -> f64 {
    let run = |_| {
        let start = Instant::now();
        let flop = black_box(Isa::best().run(Chains));
        flop / start.elapsed().as_secs_f64()
    };
    (0..repetitions).map(run).fold(0.0, f64::max)
}

/// The vector instructions that the kernels use on this machine.
pub fn instruction_set() -> &'static str {
    Isa::best().name()
}

struct Chains;

impl WithSimd for Chains {
    /// Operations done.
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (factor, term) = (simd.splat_f32s(black_box(0.999)), simd.splat_f32s(black_box(0.001)));
        let mut chains = [simd.splat_f32s(0.5); CHAINS];
        for _ in 0..STEPS {
            for chain in &mut chains {
                *chain = simd.mul_add_f32s(*chain, factor, term);
            }
        }
        for chain in chains {
            black_box(simd.reduce_sum_f32s(chain));
        }
        2.0 * (CHAINS * STEPS * S::F32_LANES) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_that_of_a_processor() {
        let peak = fma_peak(2);
        assert!((1e7..1e12).contains(&peak), "{peak:e} operations a second on one core");
    }
}
