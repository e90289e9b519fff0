//! The decision about one task, from numbers alone.
//!
//! Two kinds of test are made, and they are corrected differently:
//!
//! - *Worse.* A task is found worse when a two-sided test says so. Every task is a chance of a false alarm, so these
//!   p-values are corrected over all tasks that decide.
//! - *Not worse by the margin.* A pass of the whole gate claims this of every task at once. Such a claim is wrong only if
//!   some task's drop reaches its margin, and then that task's own test has to err: the chance of that is at most alpha, however
//!   many tasks there are (an intersection-union test: Berger 1982, Technometrics 24:295). These p-values are not
//!   corrected; a correction would only make a pass harder than it has to be.

use super::verdict::Outcome;
use serde::Serialize;

/// One document in so many may have choices that are equally likely.
const TIED: u64 = 100;

/// What is known of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Facts {
    /// Documents on both sides.
    pub n: u64,
    /// Fewer decide nothing.
    pub min_documents: u64,
    /// Whether all answers are the same to the bit.
    pub identical: bool,
    /// Whether both sides are the same model by content.
    pub same_model: bool,
    /// The candidate's gain, positive where it is better.
    pub gain: f64,
    /// p of the test that finds the candidate worse than allowed, corrected.
    pub worse: f64,
    /// Documents of which the candidate finds two choices equally likely, and the base does not.
    pub tied: u64,
    /// What it takes to pass.
    pub proof: Proof,
}

/// What it takes to pass, besides not being worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Proof {
    /// A margin: p, not corrected, of a drop of the margin or more.
    Margin {
        /// One-sided.
        p: f64,
    },
    /// An allowed drop: the data must have been able to show a drop.
    Seen {
        /// The drop allowed.
        allowed: f64,
        /// The smallest difference that the data could have shown.
        detectable: Option<f64>,
        /// The largest that this may be.
        at_most: f64,
    },
}

/// Why a task stands as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Every answer is the same to the bit.
    Identical,
    /// A drop of the margin or more is ruled out.
    Within,
    /// Not found worse, in data that would have shown it.
    NotWorse,
    /// Found worse.
    Worse,
    /// Too few documents to say anything.
    TooFew,
    /// Neither worse nor within the margin is shown.
    Untold,
    /// Not found worse, in data that might not have shown it.
    Blind,
    /// The candidate finds choices equally likely, of which the first one counts: its score is none of its own.
    Tied,
    /// One side has no number for it.
    Missing,
}

impl Cause {
    /// What follows.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Identical | Self::Within | Self::NotWorse => Outcome::Pass,
            Self::Worse => Outcome::Regressed,
            Self::TooFew | Self::Untold | Self::Blind | Self::Tied | Self::Missing => Outcome::Inconclusive,
        }
    }
}

/// Decides. The order matters: equality of the models needs no documents, too few documents say nothing, and a drop that
/// is real but smaller than the margin is what the margin is for.
///
/// Answers that are the same to the bit on enough documents pass whatever the test of a margin would say: a log-likelihood
/// depends on nearly every weight of a model, so that one which was changed does not reproduce all of its bits.
pub(super) fn judge(facts: &Facts, alpha: f64) -> Cause {
    if facts.identical && facts.same_model {
        return Cause::Identical;
    }
    if facts.n < facts.min_documents {
        return Cause::TooFew;
    }
    if facts.identical {
        return Cause::Identical;
    }
    let is_worse = facts.worse <= alpha && facts.gain < 0.0;
    let cause = match facts.proof {
        Proof::Margin { p } if p <= alpha => Cause::Within,
        _ if is_worse => Cause::Worse,
        Proof::Margin { .. } => Cause::Untold,
        // The test asks for more than what is allowed, so the drop that it finds is the sum of both.
        Proof::Seen { allowed, detectable: Some(detectable), at_most }
            if detectable <= at_most && facts.gain >= -allowed =>
        {
            Cause::NotWorse
        }
        Proof::Seen { .. } => Cause::Blind,
    };
    let is_tied = facts.tied > facts.n / TIED;
    if is_tied && cause.outcome() == Outcome::Pass { Cause::Tied } else { cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALPHA: f64 = 0.05;

    fn facts(gain: f64, worse: f64, proof: Proof) -> Facts {
        Facts { n: 500, min_documents: 100, identical: false, same_model: false, gain, worse, tied: 0, proof }
    }

    fn seen(detectable: Option<f64>) -> Proof {
        Proof::Seen { allowed: 0.02, detectable, at_most: 0.05 }
    }

    #[test]
    fn every_case() {
        let margin = |p| Proof::Margin { p };
        let cases = [
            (facts(0.01, 0.6, margin(0.01)), Cause::Within),
            (facts(-0.003, 0.01, margin(0.01)), Cause::Within),
            (facts(-0.03, 0.01, margin(0.9)), Cause::Worse),
            (facts(0.03, 0.01, margin(0.06)), Cause::Untold),
            (facts(-0.01, 0.2, margin(0.3)), Cause::Untold),
            (facts(-0.05, 0.01, seen(Some(0.01))), Cause::Worse),
            (facts(-0.01, 0.5, seen(Some(0.04))), Cause::NotWorse),
            (facts(-0.03, 0.5, seen(Some(0.04))), Cause::Blind),
            (Facts { tied: 6, ..facts(0.2, 0.01, margin(0.01)) }, Cause::Tied),
            (Facts { tied: 5, ..facts(0.2, 0.01, margin(0.01)) }, Cause::Within),
            (facts(-0.01, 0.5, seen(Some(0.06))), Cause::Blind),
            (facts(0.0, 1.0, seen(None)), Cause::Blind),
        ];
        for (facts, wanted) in cases {
            assert_eq!(judge(&facts, ALPHA), wanted, "{facts:?}");
        }
    }

    #[test]
    fn equal_answers() {
        let few = Facts { n: 3, identical: true, ..facts(0.0, 1.0, Proof::Margin { p: 0.9 }) };
        assert_eq!(judge(&Facts { same_model: true, ..few }, ALPHA), Cause::Identical);
        assert_eq!(judge(&few, ALPHA), Cause::TooFew);
        assert_eq!(judge(&Facts { n: 100, ..few }, ALPHA), Cause::Identical);
        assert_eq!(judge(&Facts { same_model: true, identical: false, ..few }, ALPHA), Cause::TooFew);
    }

    fn proofs() -> impl Strategy<Value = Proof> {
        let detectable = prop::option::of(0.0..0.3_f64);
        prop_oneof![
            (0.0..=1.0_f64).prop_map(|p| Proof::Margin { p }),
            (0.0..0.1_f64, detectable).prop_map(|(allowed, detectable)| Proof::Seen {
                allowed,
                detectable,
                at_most: allowed.max(0.05)
            }),
        ]
    }

    prop_compose! {
        fn any_facts()(
            n in 1_u64..300,
            min_documents in 1_u64..300,
            identical in any::<bool>(),
            same_model in any::<bool>(),
            gain in -0.3..0.3_f64,
            worse in 0.0..=1.0_f64,
            proof in proofs(),
        ) -> Facts {
            Facts { n, min_documents, identical, same_model, gain, worse, tied: 0, proof }
        }
    }

    proptest! {
        #[test]
        fn too_few_documents_never_pass(facts in any_facts(), alpha in 0.001..0.5_f64) {
            let outcome = judge(&facts, alpha).outcome();
            if facts.n < facts.min_documents && !(facts.identical && facts.same_model) {
                prop_assert_eq!(outcome, Outcome::Inconclusive);
            }
        }

        #[test]
        fn stronger_evidence_against_never_helps(facts in any_facts(), less in 0.0..=1.0_f64, alpha in 0.001..0.5_f64) {
            let surer = Facts { worse: facts.worse * less, ..facts };
            prop_assert!(judge(&surer, alpha).outcome() >= judge(&facts, alpha).outcome());
        }

        #[test]
        fn weaker_evidence_for_never_helps(facts in any_facts(), more in 0.0..=1.0_f64, alpha in 0.001..0.5_f64) {
            let weaker = match facts.proof {
                Proof::Margin { p } => Proof::Margin { p: p + more * (1.0 - p) },
                Proof::Seen { allowed, detectable, at_most } => {
                    Proof::Seen { allowed, detectable: detectable.map(|d| d + more), at_most }
                }
            };
            let weaker = Facts { proof: weaker, ..facts };
            prop_assert!(judge(&weaker, alpha).outcome() >= judge(&facts, alpha).outcome());
        }

        #[test]
        fn a_gain_is_never_a_regression(facts in any_facts(), alpha in 0.001..0.5_f64) {
            if facts.gain >= 0.0 {
                prop_assert!(judge(&facts, alpha).outcome() != Outcome::Regressed);
            }
        }
    }
}
