//! What a model's log-probabilities are conditioned on.

use serde::{Deserialize, Serialize};

/// How a model scores a text. A part of the protocol: sums of one kind are no sums of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scoring {
    /// Each token after those before it: the sum is a text's log-likelihood.
    #[default]
    Causal,
    /// Each token masked, between all others (Salazar et al. 2020, "Masked Language Model Scoring", eq. 1).
    PllOriginal,
    /// Each token masked together with the later tokens of its own word, between all others (Kauf & Ivanova 2023, "A Better
    /// Way to Do Masked Language Model Scoring", 3): a word of several tokens does not give itself away.
    PllWordL2r,
}

impl Scoring {
    /// Those of masked models, the usual one first.
    pub const MASKED: [Self; 2] = [Self::PllWordL2r, Self::PllOriginal];

    /// Whether tokens are scored after those before them alone.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it when it leaves the usual out")]
    pub const fn is_causal(&self) -> bool {
        matches!(self, Self::Causal)
    }

    /// On the command line: the name without what all of them begin with.
    pub fn short_name(self) -> &'static str {
        self.name().trim_start_matches("pll-")
    }

    /// In records and labels.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Causal => "causal",
            Self::PllOriginal => "pll-original",
            Self::PllWordL2r => "pll-word-l2r",
        }
    }

    /// Those of masked models by their short names.
    pub fn of_short_name(name: &str) -> Option<Self> {
        Self::MASKED.into_iter().find(|scoring| scoring.short_name() == name)
    }

    /// What it is, for people; nothing to say of log-likelihoods.
    pub const fn note(self) -> Option<&'static str> {
        match self {
            Self::Causal => None,
            Self::PllOriginal => Some(
                "scored by pseudo-log-likelihood, which is no log-likelihood: each token masked, all others in sight (pll-original, Salazar et al. 2020)",
            ),
            Self::PllWordL2r => Some(
                "scored by pseudo-log-likelihood, which is no log-likelihood: each token masked with the rest of its word, all others in sight (pll-word-l2r, Kauf & Ivanova 2023)",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_names() {
        for scoring in [Scoring::Causal, Scoring::PllOriginal, Scoring::PllWordL2r] {
            assert_eq!(serde_json::to_value(scoring).unwrap(), scoring.name());
            assert_eq!(scoring.is_causal(), scoring.note().is_none());
            let masked = (!scoring.is_causal()).then_some(scoring);
            assert_eq!(Scoring::of_short_name(scoring.short_name()), masked);
        }
    }
}
