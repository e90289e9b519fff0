//! Numbers to estimates. Pure: no I/O, no clock, no hidden randomness. Sums are `f64` in the order given.

mod bootstrap;
mod calibration;
mod combined;
mod composite;
mod distribution;
mod labels;
mod mean;
mod multiple;
mod paired;
mod pass_at_k;
mod power;
mod proportion;
mod quantile;
mod random;
mod ratio;
mod resample;

pub use bootstrap::{bootstrap_estimate, sums_estimate};
pub use calibration::{CalibrationBin, calibration_bins, calibration_error, calibration_error_estimate};
pub use combined::{Share, Stratum, stratified_wilson, weighted_mean_interval};
pub use composite::{Average, Composite, Part, chance_corrected, composite};
pub use distribution::{normal_cdf, normal_quantile, student_t_cdf, student_t_quantile};
pub use labels::{binary_f1, labels_estimate, matthews_correlation};
pub use mean::{mean, mean_estimate, pooled_stderr, sample_sd};
pub use multiple::{benjamini_hochberg, holm};
pub use paired::{
    PairedCounts, PairedMean, clustered_mean, mcnemar_exact, mcnemar_mid_p, newcombe_paired, paired_mean,
    sign_flip_test, sign_test, swap_test, tango_interval, tango_non_inferiority, tango_tost,
};
pub use pass_at_k::pass_at_k;
pub use power::{
    mcnemar_detectable, mcnemar_documents, mcnemar_power, mean_non_inferiority_documents, non_inferiority_documents,
    t_detectable, t_documents, t_power,
};
pub use proportion::{Interval, clopper_pearson, wilson, wilson_interval};
pub use quantile::quantile;
pub use ratio::{RatioScale, exp_mean_estimate, ratio_estimate};
pub use resample::{bca_interval, paired_bootstrap, percentile_interval};

/// Standard normal quantile for a two-sided 95 % interval.
pub const Z95: f64 = 1.959_963_984_540_054;
