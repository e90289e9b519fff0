//! Numbers to estimates. Pure: no I/O, no clock, no hidden randomness. Sums are `f64` in the order given.

mod combined;
mod mean;
mod proportion;
mod ratio;

pub use combined::{Share, weighted_mean_interval};
pub use mean::{mean, mean_estimate, pooled_stderr, sample_sd};
pub use proportion::wilson;
pub use ratio::{RatioScale, exp_mean_estimate, ratio_estimate};

/// Standard normal quantile for a two-sided 95 % interval.
pub const Z95: f64 = 1.959_963_984_540_054;
