//! Documents that it takes to show a candidate not inferior.

use super::MOST_DOCUMENTS;
use super::student::{documents, t_power};
use crate::normal_quantile;

/// Documents for [`crate::tango_non_inferiority`] at one-sided level `alpha` to show with probability `power` that a
/// candidate which is exactly as good as the base, and differs from it on a share `discordance` of the documents, is
/// not worse by `margin` (above 0). `None` beyond 10 million. By the normal approximation: a few per cent of the
/// answer, more where it is below a hundred.
///
/// Source: Nam (1997), "Establishing equivalence of two treatments and sample size requirements in matched-pairs
/// design", Biometrics 53, eq. 9: ((z of alpha) · σ₀ + (z of power) · σ₁)²/margin², with the standard deviations of a
/// document's difference at the margin and at 0.
#[expect(clippy::cast_sign_loss, reason = "not negative")]
pub fn non_inferiority_documents(discordance: f64, margin: f64, alpha: f64, power: f64) -> Option<u64> {
    // As Tango's constrained estimate for a share `discordance` of wins and losses alike: 2q² + Bq + C = 0.
    let spread = margin * (1.0 - margin);
    let b = 2.0 * margin - discordance;
    let constrained = ((b * b + 4.0 * discordance * spread).sqrt() - b) / 4.0;
    let at_margin = (2.0 * constrained + spread).sqrt();
    let reach = normal_quantile(1.0 - alpha) * at_margin + normal_quantile(power) * discordance.sqrt();
    let n = (reach.max(0.0) / margin).powi(2).ceil().max(1.0);
    (n <= MOST_DOCUMENTS as f64).then_some(n as u64)
}

/// Documents for [`crate::PairedMean::non_inferiority`] at one-sided level `alpha` to show with probability `power`
/// that a candidate exactly as good as the base is not worse by `margin` (above 0), where differences of documents have
/// the standard deviation `sd`, both in the metric's unit. `None` beyond 10 million.
///
/// Source: as [`t_power`]: the test's statistic is noncentral t with shift √n · margin/sd.
pub fn mean_non_inferiority_documents(sd: f64, margin: f64, alpha: f64, power: f64) -> Option<u64> {
    documents(margin / sd, power, |n, effect| t_power(n, effect, alpha, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::{PairedCounts, tango_non_inferiority};

    #[test]
    fn by_hand() {
        // No document differs: 1.645²·(1 − m)/m = 132.6.
        assert_eq!(non_inferiority_documents(0.0, 0.02, 0.05, 0.8), Some(133));
        assert_eq!(non_inferiority_documents(0.1, 0.0, 0.05, 0.8), None);
        // (1.645 + 0.842)²·(0.316/0.01)² = 6,183, and a little more for the spread at the margin.
        let got = non_inferiority_documents(0.1, 0.01, 0.05, 0.8).unwrap();
        assert!((6_183..6_400).contains(&got), "{got}");
    }

    #[test]
    fn means_by_hand() {
        // (1.645 + 0.842)²·10² = 618.3, and about z²/2 more for the estimated standard deviation.
        let got = mean_non_inferiority_documents(1.0, 0.1, 0.05, 0.8).unwrap();
        assert!((619..=621).contains(&got), "{got}");
        assert_eq!(mean_non_inferiority_documents(1.0, 0.0, 0.05, 0.8), None);
    }

    /// The share of 4,000 comparisons of as many documents as are asked for that show non-inferiority.
    fn check(discordance: f64, margin: f64, power: f64) {
        let n = non_inferiority_documents(discordance, margin, 0.05, power).unwrap();
        let mut random = Random::new(17);
        let mut shows = || {
            let differing = random.binomial(n, discordance);
            let wins = random.binomial(differing, 0.5);
            let counts =
                PairedCounts { candidate_only: wins, base_only: differing - wins, both: n - differing, neither: 0 };
            tango_non_inferiority(&counts, margin) <= 0.05
        };
        let share = (0..4_000).filter(|_| shows()).count() as f64 / 4_000.0;
        assert!((share - power).abs() < 0.03, "{discordance} {margin}: {share} of {n} documents");
    }

    #[test]
    fn has_the_power_that_was_asked_for() {
        check(0.1, 0.02, 0.8);
        check(0.3, 0.05, 0.9);
        check(0.02, 0.01, 0.8);
    }
}
