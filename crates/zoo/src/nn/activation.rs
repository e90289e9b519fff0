//! Activation functions of the feed-forward layers.

use super::{Result, simd};
use candle_core::cpu::erf::erf_f32;
use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor};

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

    /// Applies the function to every element, written over `x`, which must not be used elsewhere.
    ///
    /// # Errors
    /// The backend's.
    pub fn forward(self, x: Tensor) -> Result<Tensor> {
        match self {
            Self::GeluErf => in_place(x, "gelu", |x| 0.5 * x * (1.0 + erf_f32(x * std::f32::consts::FRAC_1_SQRT_2))),
            Self::Relu => in_place(x, "relu", |x| if x < 0.0 { 0.0 } else { x }),
            Self::Tanh => in_place(x, "tanh", f32::tanh),
            Self::GeluTanh => in_place(x, "gelu_new", |x| {
                x * sigmoid(2.0 * std::f32::consts::FRAC_2_PI.sqrt() * (x + 0.044_715 * x * x * x))
            }),
            Self::GeluSigmoid => in_place(x, "quick_gelu", |x| x * sigmoid(1.702 * x)),
            Self::Silu => in_place(x, "silu", |x| x * sigmoid(x)),
        }
    }
}

/// 1 / (1 + e⁻ˣ). The tanh of GELU is written through it: (1 + tanh u) / 2 = σ(2u).
#[inline]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + simd::exp(-x))
}

fn in_place(x: Tensor, name: &'static str, f: impl Fn(f32) -> f32) -> Result<Tensor> {
    x.inplace_op1(&Pointwise { name, f })?;
    Ok(x)
}

struct Pointwise<F> {
    name: &'static str,
    f: F,
}

impl<F: Fn(f32) -> f32> InplaceOp1 for Pointwise<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        for x in super::slice_mut(storage, layout)? {
            *x = (self.f)(*x);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    /// Values from the definitions in double precision.
    fn check(activation: Activation, reference: impl Fn(f64) -> f64) {
        let xs: Vec<f32> = (-800..=800).map(|i| i as f32 / 80.0).collect();
        let y = activation.forward(Tensor::new(xs.as_slice(), &Device::Cpu).unwrap()).unwrap();
        for (x, y) in xs.iter().zip(y.to_vec1::<f32>().unwrap()) {
            let wanted = reference(f64::from(*x));
            assert!((f64::from(y) - wanted).abs() < 2e-6, "{activation:?}({x}) = {y}, not {wanted}");
        }
    }

    fn logistic(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    /// Φ(x) by Simpson's rule.
    fn normal_cdf(x: f64) -> f64 {
        let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let (n, h) = (2000, x / 2000.0);
        let inner: f64 = (1..n).map(|i| density(f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
        0.5 + h / 3.0 * (density(0.0) + inner + density(x))
    }

    #[test]
    fn every_function_equals_its_definition() {
        let tanh_gelu =
            |x: f64| 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh());
        check(Activation::GeluTanh, tanh_gelu);
        check(Activation::GeluErf, |x| x * normal_cdf(x));
        check(Activation::GeluSigmoid, |x| x * logistic(1.702 * x));
        check(Activation::Relu, |x| x.max(0.0));
        check(Activation::Silu, |x| x * logistic(x));
        check(Activation::Tanh, f64::tanh);
    }

    #[test]
    fn names_are_known() {
        assert_eq!(Activation::from_name("gelu_new"), Some(Activation::GeluTanh));
        assert_eq!(Activation::from_name("gelu"), Some(Activation::GeluErf));
        assert_eq!(Activation::from_name("mish"), None);
    }
}
