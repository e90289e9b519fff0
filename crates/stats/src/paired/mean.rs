//! The mean of paired differences: Student's t, and with documents in clusters.

use crate::distribution::noncentral_upper;
use crate::{Interval, mean, sample_sd, student_t_quantile};
use std::collections::BTreeMap;

/// A standard error or a difference so small beside the largest of the differences is rounding, and 0.
const ROUNDING: f64 = 1e-13;

/// The mean of differences candidate − base, with what is known about its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedMean {
    /// The mean difference, in the metric's unit.
    pub difference: f64,
    /// Its standard error; 0 where all differences are the same.
    pub stderr: f64,
    /// Degrees of freedom of Student's t.
    pub freedom: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Two-sided p against a true difference of 0; where the standard error is 0, 1 for no difference and 0 for any
    /// other.
    pub p: f64,
}

/// The mean of `differences`, finite and one a document, with Student's t interval at a `level` such as 0.95. `None`
/// below two documents.
///
/// Source: Student (1908), "The probable error of a mean", Biometrika 6; Casella & Berger (2002), example 9.2.10.
pub fn paired_mean(differences: &[f64], level: f64) -> Option<PairedMean> {
    let n = differences.len() as f64;
    let stderr = sample_sd(differences)? / n.sqrt();
    Some(PairedMean::new(differences, stderr, n - 1.0, level))
}

/// The same where documents come in clusters that may have something in common (a passage with several questions):
/// `clusters` has a cluster's number for each difference. Only the clusters are taken as independent: the
/// cluster-robust standard error √(G/(G − 1) · Σ s²)/n, where s is a cluster's sum of residuals, and G − 1 degrees of
/// freedom for G clusters. `None` below two clusters, and where there are not as many numbers as differences.
///
/// Source: Liang & Zeger (1986), "Longitudinal data analysis using generalized linear models", Biometrika 73, eq. 2;
/// Cameron & Miller (2015), "A practitioner's guide to cluster-robust inference", Journal of Human Resources 50, eq. 11
/// and 12 (CR1, of an intercept alone), section VI.D (degrees of freedom).
pub fn clustered_mean(differences: &[f64], clusters: &[usize], level: f64) -> Option<PairedMean> {
    let value = mean(differences);
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    for (x, &cluster) in differences.iter().zip(clusters) {
        *sums.entry(cluster).or_default() += x - value;
    }
    if sums.len() < 2 || differences.len() != clusters.len() {
        return None;
    }
    let freedom = (sums.len() - 1) as f64;
    let squares: f64 = sums.values().map(|sum| sum * sum).sum();
    let stderr = (squares * sums.len() as f64 / freedom).sqrt() / differences.len() as f64;
    Some(PairedMean::new(differences, stderr, freedom, level))
}

impl PairedMean {
    fn new(differences: &[f64], stderr: f64, freedom: f64, level: f64) -> Self {
        let nothing = differences.iter().fold(0.0, |largest: f64, x| largest.max(x.abs())) * ROUNDING;
        let kept = |x: f64| if x.abs() <= nothing { 0.0 } else { x };
        let (difference, stderr) = (kept(mean(differences)), kept(stderr));
        let mut result = Self { difference, stderr, freedom, low: f64::NAN, high: f64::NAN, p: f64::NAN };
        Interval { low: result.low, high: result.high } = result.interval(level);
        result.p = (2.0 * result.at_or_above(difference.abs())).min(1.0);
        result
    }

    /// Student's interval of the difference at a `level` such as 0.95.
    pub fn interval(&self, level: f64) -> Interval {
        let quantile = || -student_t_quantile((1.0 - level) / 2.0, self.freedom);
        let half = if self.stderr > 0.0 { quantile() * self.stderr } else { 0.0 };
        Interval { low: self.difference - half, high: self.difference + half }
    }

    /// P(T ≥ distance/stderr), where a distance of 0 counts as reached.
    fn at_or_above(&self, distance: f64) -> f64 {
        if self.stderr <= 0.0 {
            return if distance > 0.0 { 0.0 } else { 1.0 };
        }
        let t = distance / self.stderr;
        if t < 0.0 { 1.0 - noncentral_upper(-t, self.freedom, 0.0) } else { noncentral_upper(t, self.freedom, 0.0) }
    }

    /// The one-sided p against a true difference of −`margin` (0 or more, in the metric's unit) or less: small where
    /// the candidate is shown not to be inferior.
    ///
    /// Source: Wellek (2010), "Testing Statistical Hypotheses of Equivalence and Noninferiority", section 2.2.
    pub fn non_inferiority(&self, margin: f64) -> f64 {
        self.at_or_above(self.difference + margin)
    }

    /// The one-sided p against a true difference of 0 or more: small where the candidate is shown to be worse.
    pub fn superiority_loss(&self) -> f64 {
        self.at_or_above(-self.difference)
    }

    /// The p of equivalence, against a true difference of `margin` or more in either direction: the larger of both
    /// one-sided p.
    ///
    /// Source: Schuirmann (1987), "A comparison of the two one-sided tests procedure and the power approach", Journal
    /// of Pharmacokinetics and Biopharmaceutics 15.
    pub fn tost(&self, margin: f64) -> f64 {
        self.non_inferiority(margin).max(self.at_or_above(margin - self.difference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::student_t_cdf;
    use proptest::prelude::*;

    fn check(got: PairedMean, difference: f64, stderr: f64, p: f64) {
        assert!((got.difference - difference).abs() < 1e-12 && (got.stderr - stderr).abs() < 1e-12, "{got:?}");
        assert!((got.p - p).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn by_hand() {
        // Mean 1, s² = 1, two degrees of freedom: p = 1 − t/√(2 + t²) at t = √3.
        check(paired_mean(&[0.0, 1.0, 2.0], 0.95).unwrap(), 1.0, (1.0_f64 / 3.0).sqrt(), 1.0 - (3.0_f64 / 5.0).sqrt());
        assert_eq!(paired_mean(&[1.0], 0.95), None);
    }

    #[test]
    fn clusters_by_hand() {
        // Mean 1; residual sums −2 and 2: √(2/1 · 8)/4 = 1; one degree of freedom, t = 1: p = ½.
        check(clustered_mean(&[0.0, 0.0, 2.0, 2.0], &[7, 7, 3, 3], 0.95).unwrap(), 1.0, 1.0, 0.5);
        assert_eq!(clustered_mean(&[0.0, 1.0], &[1, 1], 0.95), None);
        assert_eq!(clustered_mean(&[0.0, 1.0, 2.0], &[1, 2], 0.95), None);
    }

    #[test]
    fn differences_that_are_all_the_same() {
        check(paired_mean(&[0.0; 5], 0.95).unwrap(), 0.0, 0.0, 1.0);
        check(paired_mean(&[0.1; 70], 0.95).unwrap(), 0.1, 0.0, 0.0);
        // Clusters that each add up to nothing but for rounding.
        let differences = [0.1, 0.2, -0.3, -0.3, 0.1, 0.2];
        check(clustered_mean(&differences, &[0, 0, 0, 1, 1, 1], 0.95).unwrap(), 0.0, 0.0, 1.0);
        let worse = paired_mean(&[-0.5; 3], 0.95).unwrap();
        assert_eq!((worse.superiority_loss(), worse.non_inferiority(0.4), worse.non_inferiority(0.6)), (0.0, 1.0, 0.0));
        assert_eq!((worse.low, worse.high), (-0.5, -0.5));
    }

    #[test]
    fn margins_by_hand() {
        // t = (1 + 0.5)·√3 against −0.5, and (1.5 − 1)·√3 against 1.5.
        let got = paired_mean(&[0.0, 1.0, 2.0], 0.95).unwrap();
        let upper = |t: f64| student_t_cdf(-t, 2.0);
        assert!((got.non_inferiority(0.5) - upper(1.5 * 3.0_f64.sqrt())).abs() < 1e-14);
        assert!((got.tost(1.5) - upper(0.5 * 3.0_f64.sqrt())).abs() < 1e-14);
        assert!((got.superiority_loss() - upper(-(3.0_f64.sqrt()))).abs() < 1e-14);
    }

    proptest! {
        #[test]
        fn mirrors(xs in proptest::collection::vec(-9.0..9.0_f64, 2..40), groups in 2_usize..9, margin in 0.0..3.0_f64) {
            let clusters: Vec<usize> = (0..xs.len()).map(|i| i % groups).collect();
            let mirrored: Vec<f64> = xs.iter().map(|x| -x).collect();
            for (a, b) in [
                (paired_mean(&xs, 0.9), paired_mean(&mirrored, 0.9)),
                (clustered_mean(&xs, &clusters, 0.9), clustered_mean(&mirrored, &clusters, 0.9)),
            ] {
                let (a, b) = (a.unwrap(), b.unwrap());
                prop_assert!((a.low + b.high).abs() < 1e-9 && (a.high + b.low).abs() < 1e-9);
                prop_assert!((a.p - b.p).abs() < 1e-9 && (0.0..=1.0).contains(&a.p));
                prop_assert!(a.low <= a.difference && a.difference <= a.high);
                prop_assert!((a.tost(margin) - b.tost(margin)).abs() < 1e-9);
                prop_assert!(a.non_inferiority(margin) <= a.non_inferiority(margin / 2.0) + 1e-15);
                prop_assert!((a.non_inferiority(0.0) + a.superiority_loss() - 1.0).abs() < 1e-9 || a.stderr <= 0.0);
            }
        }

        #[test]
        fn every_document_its_own_cluster(xs in proptest::collection::vec(-9.0..9.0_f64, 2..40)) {
            let clusters: Vec<usize> = (0..xs.len()).collect();
            let (a, b) = (paired_mean(&xs, 0.95).unwrap(), clustered_mean(&xs, &clusters, 0.95).unwrap());
            prop_assert!((a.stderr - b.stderr).abs() < 1e-12 && (a.p - b.p).abs() < 1e-9);
        }
    }
}
