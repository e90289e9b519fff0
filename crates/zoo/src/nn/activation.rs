//! Activation functions of the feed-forward layers.

use super::simd;
use candle_core::cpu::erf::erf_f32;

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

    /// Applies the function to every element.
    pub fn apply(self, xs: &mut [f32]) {
        fn each(xs: &mut [f32], f: impl Fn(f32) -> f32) {
            xs.iter_mut().for_each(|x| *x = f(*x));
        }
        match self {
            Self::GeluErf => each(xs, |x| 0.5 * x * (1.0 + erf_f32(x * std::f32::consts::FRAC_1_SQRT_2))),
            Self::Relu => each(xs, |x| if x < 0.0 { 0.0 } else { x }),
            Self::Tanh => each(xs, f32::tanh),
            Self::GeluTanh => {
                each(xs, |x| x * sigmoid(2.0 * std::f32::consts::FRAC_2_PI.sqrt() * (x + 0.044_715 * x * x * x)))
            }
            Self::GeluSigmoid => each(xs, |x| x * sigmoid(1.702 * x)),
            Self::Silu => each(xs, |x| x * sigmoid(x)),
        }
    }
}

/// 1 / (1 + e⁻ˣ). The tanh of GELU is written through it: (1 + tanh u) / 2 = σ(2u).
#[inline]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + simd::exp(-x))
}
