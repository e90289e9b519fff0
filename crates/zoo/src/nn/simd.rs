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

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self.0 {
            Arch::Scalar => "no vectors",
            #[cfg(target_arch = "x86_64")]
            Arch::V3(_) => "AVX2 with FMA",
            #[cfg(target_arch = "x86_64")]
            Arch::V4(_) => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Arch::Neon(_) => "NEON",
            #[allow(unreachable_patterns, reason = "sets differ by machine")]
            _ => "other vectors",
        }
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

/// Adding and taking away 1.5·2²³ rounds to the nearest integer, which then sits in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Where [`exp`] saturates.
const EXP_RANGE: (f32, f32) = (-87.0, 88.0);

/// eˣ with a relative error below 2e-7, for x from -87 to 88; saturates outside, NaN stays NaN.
///
/// Cody–Waite reduction to |r| ≤ ln 2 / 2 and the Taylor polynomial of degree 7.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(EXP_RANGE.0, EXP_RANGE.1);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    let p = (1.0_f32 / 5040.0).mul_add(r, 1.0 / 720.0).mul_add(r, 1.0 / 120.0).mul_add(r, 1.0 / 24.0);
    let p = p.mul_add(r, 1.0 / 6.0).mul_add(r, 0.5).mul_add(r, 1.0).mul_add(r, 1.0);
    let two_to_n = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    p * two_to_n
}

/// [`exp`] of every lane, where a loop over numbers does not become what it should.
#[inline(always)]
pub fn exp_vector<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let all = |x: f32| simd.splat_f32s(x);
    let (low, high) = (all(EXP_RANGE.0), all(EXP_RANGE.1));
    let x = simd.select_f32s(simd.less_than_f32s(x, low), low, x);
    let x = simd.select_f32s(simd.less_than_f32s(high, x), high, x);
    let shifted = simd.mul_add_f32s(x, all(std::f32::consts::LOG2_E), all(ROUND));
    let n = simd.sub_f32s(shifted, all(ROUND));
    let r = simd.mul_add_f32s(n, all(-LN_2_HIGH), x);
    let r = simd.mul_add_f32s(n, all(-LN_2_LOW), r);
    let mut p = all(1.0 / 5040.0);
    for term in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = simd.mul_add_f32s(p, r, all(term));
    }
    let exponent = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    let two_to_n = simd.add_u32s(exponent, simd.splat_u32s(1.0_f32.to_bits()));
    simd.mul_f32s(p, simd.transmute_f32s_u32s(two_to_n))
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

    struct ExpVector<'a>(&'a [f32]);

    impl WithSimd for ExpVector<'_> {
        type Output = Vec<u32>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<u32> {
            let mut out = self.0.to_vec();
            for x in S::as_mut_simd_f32s(&mut out).0 {
                *x = exp_vector(simd, *x);
            }
            out.into_iter().map(f32::to_bits).collect()
        }
    }

    #[test]
    fn vectors_give_the_bits_of_numbers() {
        let mut xs: Vec<f32> = (-40_000..40_000).map(|i| i as f32 / 400.0).collect();
        xs[..4].copy_from_slice(&[f32::INFINITY, f32::NEG_INFINITY, f32::MIN, -0.0]);
        let wanted: Vec<u32> = xs.iter().map(|x| exp(*x).to_bits()).collect();
        for isa in Isa::all() {
            assert!(isa.run(ExpVector(&xs)) == wanted, "{isa:?}");
            let nan = isa.run(ExpVector(&[f32::NAN; 16]));
            assert!(nan.iter().all(|bits| f32::from_bits(*bits).is_nan()), "{isa:?}");
        }
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
