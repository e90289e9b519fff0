//! `CommitmentBank`: the mean of three F1 scores, each class against the two others.
//!
//! Source: Wang et al. (2019), "`SuperGLUE`: A Stickier Benchmark for General-Purpose Language Understanding Systems".

use super::f1::Confusion;
use super::{Hook, HookKind, Module};
use yardstick_core::Score;

pub(super) static MODULE: Module = Module {
    name: "cb.aggregate",
    sources: &["1a65ad044b6b663a7293c84a70a1d1deb1762897272b4de3328f4b9ad57d847a"],
    hooks: &[Hook { name: "cb.aggregate.cb_multi_fi", kind: HookKind::Aggregation(cb_multi_fi) }],
};

/// The classes by their index among the choices.
const CLASSES: [f64; 3] = [0.0, 1.0, 2.0];

fn cb_multi_fi(scores: &[Score]) -> f64 {
    let confusion = Confusion::new(scores);
    CLASSES.iter().map(|&class| confusion.f1(class)).sum::<f64>() / CLASSES.len() as f64
}
