//! Activation functions of the feed-forward layers.
//!
//! Nothing here calls a mathematics library: every function is made of multiplications, fused multiply-adds, divisions and
//! comparisons in one fixed order, so that all machines give the same bits. The loops are plain; the compiler makes vectors
//! of them for the machine they are dispatched to.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::simd::{Isa, Simd, WithSimd, exp};
use std::f32::consts::FRAC_2_PI;

/// A pointwise non-linearity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x·Φ(x) with the tanh approximation of Φ (Hendrycks & Gimpel 2016, eq. 2): `gelu_new`.
    GeluTanh,
    /// x·Φ(x) with the error function: `gelu`.
    GeluErf,
    /// x·σ(1.702 x), the same paper's sigmoid approximation: `quick_gelu`.
    GeluSigmoid,
    /// max(x, 0): `relu`.
    Relu,
    /// x·σ(x): `silu`, `swish`.
    Silu,
    /// tanh x: `tanh`.
    Tanh,
}

/// The names that configurations use.
const NAMES: &[(&str, Activation)] = &[
    ("gelu_new", Activation::GeluTanh),
    ("gelu_fast", Activation::GeluTanh),
    ("gelu_pytorch_tanh", Activation::GeluTanh),
    ("gelu", Activation::GeluErf),
    ("gelu_python", Activation::GeluErf),
    ("quick_gelu", Activation::GeluSigmoid),
    ("relu", Activation::Relu),
    ("silu", Activation::Silu),
    ("swish", Activation::Silu),
    ("tanh", Activation::Tanh),
];

impl Activation {
    /// The function that a configuration means by `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, activation)| *activation)
    }

    /// Every known name, comma-separated.
    pub fn names() -> String {
        NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// Applies the function to every element. NaN stays NaN.
    pub fn apply(self, xs: &mut [f32]) {
        Isa::best().run(Apply { activation: self, xs });
    }
}

/// [`Activation::apply`] for a machine that is already chosen.
pub struct Apply<'a> {
    /// The function.
    pub activation: Activation,
    /// What it is written over.
    pub xs: &'a mut [f32],
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match self.activation {
            Activation::GeluTanh => each(self.xs, gelu_tanh),
            Activation::GeluErf => each(self.xs, gelu_erf),
            Activation::GeluSigmoid => each(self.xs, |x| x * sigmoid(1.702 * x)),
            Activation::Relu => each(self.xs, |x| if x < 0.0 { 0.0 } else { x }),
            Activation::Silu => each(self.xs, |x| x * sigmoid(x)),
            Activation::Tanh => each(self.xs, tanh),
        }
    }
}

#[inline(always)]
fn each(xs: &mut [f32], f: impl Fn(f32) -> f32) {
    for x in xs {
        *x = f(*x);
    }
}

/// Written through σ: (1 + tanh u) / 2 = σ(2u).
#[inline(always)]
fn gelu_tanh(x: f32) -> f32 {
    let cubic = (0.044_715 * x * x).mul_add(x, x);
    x * sigmoid(2.0 * FRAC_2_PI.sqrt() * cubic)
}

/// x·Φ(x) through the tail Φ(-|x|) = e^(-x²/2)·g(|x|).
#[inline(always)]
fn gelu_erf(x: f32) -> f32 {
    /// g(|x|)/t as a polynomial of t = 1/(1 + 0.3|x|), highest degree first: fitted at Chebyshev nodes over |x| ≤ 14, beyond
    /// which e^(-x²/2) vanishes; relative error 6e-8.
    const TAIL: [f32; 8] = [
        0.037_418_48,
        -0.164_318_52,
        0.218_315_46,
        -0.064_374_305,
        0.134_021_15,
        0.098_327_77,
        0.120_995_56,
        0.119_614_44,
    ];
    let t = 1.0 / x.abs().mul_add(0.3, 1.0);
    let tail = exp(-0.5 * x * x) * (t * polynomial(t, TAIL));
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// cap·tanh(x / cap): what is far from 0 is pressed below `cap`.
#[inline(always)]
pub fn soft_cap(x: f32, cap: f32) -> f32 {
    cap * tanh(x / cap)
}

/// [`soft_cap`] of every element.
pub struct SoftCap<'a> {
    /// The limit.
    pub cap: f32,
    /// What it is written over.
    pub xs: &'a mut [f32],
}

impl WithSimd for SoftCap<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        each(self.xs, |x| soft_cap(x, self.cap));
    }
}

/// An odd polynomial near 0, elsewhere (1 - e)/(1 + e) with e = e^(-2|x|).
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    /// (tanh x / x - 1)/x² as a polynomial of x², highest degree first: fitted at Chebyshev nodes over |x| ≤ 0.625; absolute
    /// error 5e-8.
    const NEAR: [f32; 5] = [-0.006_096_714, 0.020_997_18, -0.053_850_91, 0.133_327_7, -0.333_333_3];
    let square = x * x;
    let near = x * square.mul_add(polynomial(square, NEAR), 1.0);
    let e = exp(-2.0 * x.abs());
    let far = ((1.0 - e) / (1.0 + e)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Horner's rule, highest degree first.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut y = coefficients[0];
    for c in &coefficients[1..] {
        y = y.mul_add(x, *c);
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from the definitions in double precision; every machine gives the same bits, in company and alone.
    fn check(activation: Activation, tolerance: f64, reference: impl Fn(f64) -> f64) {
        let xs: Vec<f32> = (-16_001..=16_001).map(|i| i as f32 / 1000.0).collect();
        let mut ys = xs.clone();
        activation.apply(&mut ys);
        for (x, y) in xs.iter().zip(&ys) {
            let wanted = reference(f64::from(*x));
            let error = (f64::from(*y) - wanted).abs() / wanted.abs().max(1.0);
            assert!(error < tolerance, "{activation:?}({x}) = {y}, not {wanted}: off by {error:e}");
        }
        for isa in Isa::all() {
            let mut other = xs.clone();
            isa.run(Apply { activation, xs: &mut other });
            assert!(ys.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits()), "{activation:?} on {isa:?}");
        }
        for (x, y) in xs.iter().zip(&ys).step_by(97) {
            let mut alone = [*x];
            activation.apply(&mut alone);
            assert_eq!(alone[0].to_bits(), y.to_bits(), "{activation:?}({x}) alone");
        }
    }

    fn logistic(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    /// Φ(x) by Simpson's rule.
    fn normal_cdf(x: f64) -> f64 {
        let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let (n, h) = (400, x / 400.0);
        let inner: f64 = (1..n).map(|i| density(f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
        0.5 + h / 3.0 * (density(0.0) + inner + density(x))
    }

    #[test]
    fn every_function_equals_its_definition() {
        let tanh_gelu =
            |x: f64| 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh());
        check(Activation::GeluTanh, 3e-7, tanh_gelu);
        check(Activation::GeluErf, 3e-7, |x| x * normal_cdf(x));
        check(Activation::GeluSigmoid, 3e-7, |x| x * logistic(1.702 * x));
        check(Activation::Relu, 1e-9, |x| x.max(0.0));
        check(Activation::Silu, 3e-7, |x| x * logistic(x));
        check(Activation::Tanh, 2e-7, f64::tanh);
    }

    #[test]
    fn nan_stays_and_infinities_saturate() {
        for &(_, activation) in NAMES {
            let mut xs = [f32::NAN, f32::INFINITY, -1e30, 0.0];
            activation.apply(&mut xs);
            let top = if activation == Activation::Tanh { 1.0 } else { f32::INFINITY };
            assert!(xs[0].is_nan() && xs[1] >= top && xs[3] == 0.0, "{activation:?}: {xs:?}");
            let bottom = if activation == Activation::Tanh { -1.0 } else { 0.0 };
            assert!((xs[2] - bottom).abs() < 1e-6, "{activation:?}: {xs:?}");
        }
    }

    #[test]
    fn tanh_keeps_its_sign_and_small_arguments() {
        for x in [0.0, -0.0, 1e-30, -1e-30, 1e-4, -0.3] {
            let wanted = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - wanted).abs() <= 2e-7 * wanted.abs(), "tanh({x}) = {}", tanh(x));
            assert_eq!(tanh(x).is_sign_negative(), x.is_sign_negative(), "tanh({x})");
        }
    }

    #[test]
    fn names_are_known() {
        assert_eq!(Activation::from_name("gelu_new"), Some(Activation::GeluTanh));
        assert_eq!(Activation::from_name("gelu"), Some(Activation::GeluErf));
        assert_eq!(Activation::from_name("mish"), None);
    }
}
