//! Numbers to estimates. Pure: no I/O, no clock, no hidden randomness. Sums are `f64` in the order given.

mod bootstrap;
mod calibration;
mod combined;
mod labels;
mod mean;
mod pass_at_k;
mod proportion;
mod random;
mod ratio;

pub use bootstrap::{bootstrap_estimate, sums_estimate};
pub use calibration::{calibration_error, calibration_error_estimate};
pub use combined::{Share, Stratum, stratified_wilson, weighted_mean_interval};
pub use labels::{binary_f1, labels_estimate, matthews_correlation};
pub use mean::{mean, mean_estimate, pooled_stderr, sample_sd};
pub use pass_at_k::pass_at_k;
pub use proportion::wilson;
pub use ratio::{RatioScale, exp_mean_estimate, ratio_estimate};

/// Standard normal quantile for a two-sided 95 % interval.
pub const Z95: f64 = 1.959_963_984_540_054;
