//! Vector instructions chosen at run time, and elementary functions with the same bits on all of them.
//!
//! A kernel is a value that implements [`WithSimd`]. Inside, it computes either with the vectors of [`Simd`], or with plain
//! loops over `f32`, which the compiler turns into vector instructions of the set it is compiled for. Three rules make the
//! bits independent of that set: every multiplication that is followed by an addition is an explicit fused `mul_add`; sums
//! run over a number of lanes that the kernel fixes; nothing comes from a mathematics library. Functions that a kernel
//! calls are `#[inline(always)]`, or they would be compiled without the instructions; so would the body of a closure that is
//! given to an iterator's longer methods (`extend`, `collect`): a kernel's outer loops are `for` loops.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

pub use pulp::{Simd, WithSimd};

use pulp::Arch;

/// A set of vector instructions.
#[derive(Clone, Copy, Debug)]
pub struct Isa(Arch);

impl Isa {
    /// The best that this machine has: AVX-512, AVX2 with FMA, NEON, or none.
    #[inline]
    pub fn best() -> Self {
        Self(Arch::new())
    }

    /// Every set that this machine has, the best first and none of them last.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::best()];
        #[cfg(target_arch = "x86_64")]
        if let (Arch::V4(_), Some(avx2)) = (Self::best().0, pulp::x86::V3::try_new()) {
            all.push(Self(Arch::V3(avx2)));
        }
        all.push(Self(Arch::Scalar));
        all
    }

    /// Runs `kernel` compiled for this set.
    #[inline]
    pub fn run<K: WithSimd>(self, kernel: K) -> K::Output {
        self.0.dispatch(kernel)
    }
}

/// Partial sums of [`sum`]: enough chains of additions to hide their latency in the widest vectors.
const PARTS: usize = 64;

/// Σ f(x) in [`PARTS`] interleaved partial sums, which are then added half to half.
#[inline(always)]
pub fn sum(xs: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut parts = [0.0; PARTS];
    let (whole, rest) = xs.as_chunks::<PARTS>();
    for chunk in whole {
        for (part, &x) in parts.iter_mut().zip(chunk) {
            *part += f(x);
        }
    }
    for (part, &x) in parts.iter_mut().zip(rest) {
        *part += f(x);
    }
    let mut half = PARTS / 2;
    while half > 0 {
        let (low, high) = parts.split_at_mut(half);
        for (a, b) in low.iter_mut().zip(&*high) {
            *a += *b;
        }
        half /= 2;
    }
    parts[0]
}

/// eˣ with a relative error below 2e-7, for x from -87 to 88; saturates outside, NaN stays NaN.
///
/// Cody–Waite reduction to |r| ≤ ln 2 / 2 and the Taylor polynomial of degree 7.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding and taking away 1.5·2²³ rounds to the nearest integer, which then sits in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    let p = (1.0_f32 / 5040.0).mul_add(r, 1.0 / 720.0).mul_add(r, 1.0 / 120.0).mul_add(r, 1.0 / 24.0);
    let p = p.mul_add(r, 1.0 / 6.0).mul_add(r, 0.5).mul_add(r, 1.0).mul_add(r, 1.0);
    let two_to_n = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    p * two_to_n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_accurate_and_keeps_nan() {
        for i in -87_000..88_000 {
            let x = i as f32 / 1000.0;
            let wanted = f64::from(x).exp();
            let error = (f64::from(exp(x)) - wanted).abs() / wanted;
            assert!(error < 2e-7, "exp({x}) is off by {error:e}");
        }
        assert!(exp(f32::NAN).is_nan());
        assert_eq!(exp(0.0).to_bits(), 1.0_f32.to_bits());
        assert!(exp(f32::NEG_INFINITY) < 2e-38);
    }

    struct SumOfExp<'a>(&'a [f32]);

    impl WithSimd for SumOfExp<'_> {
        type Output = u32;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> u32 {
            sum(self.0, exp).to_bits()
        }
    }

    #[test]
    fn all_instruction_sets_give_the_same_bits() {
        let xs: Vec<f32> = (0..10_007).map(|i| (i * 7919 % 10_007) as f32 / 60.0 - 80.0).collect();
        let bits: Vec<u32> = Isa::all().into_iter().map(|isa| isa.run(SumOfExp(&xs))).collect();
        assert!(bits.len() >= 2 && bits.iter().all(|b| *b == bits[0]), "{bits:x?}");
        assert_eq!(bits[0], sum(&xs, exp).to_bits(), "and without any");
    }

    #[test]
    fn sum_counts_every_element() {
        for n in 0..200_u16 {
            let xs: Vec<f32> = (0..n).map(f32::from).collect();
            let wanted = f32::from(n) * (f32::from(n) - 1.0) / 2.0;
            assert_eq!(sum(&xs, |x| x).to_bits(), wanted.abs().to_bits(), "{n} elements");
        }
    }
}
