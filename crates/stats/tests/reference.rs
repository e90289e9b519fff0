//! Every estimator against scipy, statsmodels or an independent implementation from the paper, for the cases in
//! fixtures/reference.json (made by fixtures/reference.py). `cargo test --release -p yardstick-stats --test reference --
//! --nocapture` prints a table.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on should stop there; the table")]
#![allow(clippy::cast_sign_loss, reason = "counts")]

use serde_json::Value;
use yardstick_stats::*;

/// Differences allowed: absolute up to 1, relative above.
const TOLERANCE: f64 = 1e-9;

/// One case: arguments, then what the function should return.
struct Case<'a>(&'a [Value]);

impl Case<'_> {
    fn number(&self, index: usize) -> f64 {
        self.0[index].as_f64().unwrap()
    }

    fn count(&self, index: usize) -> u64 {
        self.0[index].as_u64().unwrap()
    }

    fn list(&self, index: usize) -> Vec<f64> {
        self.0[index].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    }

    fn table(&self) -> PairedCounts {
        let [both, base_only, candidate_only, neither] = [0, 1, 2, 3].map(|index| self.count(index));
        PairedCounts { both, base_only, candidate_only, neither }
    }
}

/// What the crate gives for a case, as many numbers as the case ends with.
type Estimator = fn(&Case) -> Vec<f64>;

const ESTIMATORS: &[(&str, Estimator)] = &[
    ("mcnemar_exact", |c| vec![mcnemar_exact(c.count(0), c.count(1))]),
    ("mcnemar_mid_p", |c| vec![mcnemar_mid_p(c.count(0), c.count(1))]),
    ("sign_test", |c| vec![sign_test(&c.list(0))]),
    ("clopper_pearson", |c| ends(clopper_pearson(c.count(0), c.count(1), c.number(2)))),
    ("wilson_interval", |c| ends(wilson_interval(c.number(0), c.number(1), c.number(2)))),
    ("newcombe_paired", |c| ends(newcombe_paired(&c.table(), c.number(4)))),
    ("tango_interval", |c| ends(tango_interval(&c.table(), c.number(4)))),
    ("tango_tests", |c| vec![tango_non_inferiority(&c.table(), c.number(4)), tango_tost(&c.table(), c.number(4))]),
    ("paired_mean", |c| {
        let got = paired_mean(&c.list(0), c.number(1)).unwrap();
        let margin = c.number(2);
        [mean_of(&got), vec![got.non_inferiority(margin), got.superiority_loss(), got.tost(margin)]].concat()
    }),
    ("clustered_mean", |c| {
        let clusters: Vec<usize> = c.list(1).iter().map(|&cluster| cluster as usize).collect();
        mean_of(&clustered_mean(&c.list(0), &clusters, c.number(2)).unwrap())
    }),
    ("sign_flip_test", |c| vec![sign_flip_test(&c.list(0), 1)]),
    ("adjusted", |c| [holm(&c.list(0)), benjamini_hochberg(&c.list(0))].concat()),
    ("percentile_interval", |c| ends(percentile_interval(&c.list(0), c.number(1)).unwrap())),
    ("bca_interval", |c| ends(bca_interval(&c.list(0), c.number(1), &c.list(2), c.number(3)).unwrap())),
    ("normal_cdf", |c| vec![normal_cdf(c.number(0))]),
    ("normal_quantile", |c| vec![normal_quantile(c.number(0))]),
    ("student_t_cdf", |c| vec![student_t_cdf(c.number(0), c.number(1))]),
    ("student_t_quantile", |c| vec![student_t_quantile(c.number(0), c.number(1))]),
    ("t_power", |c| vec![t_power(c.number(0), c.number(1), c.number(2), c.0[3].as_bool().unwrap())]),
    ("t_detectable", |c| vec![t_detectable(c.count(0), c.number(1), c.number(2), c.number(3)).unwrap()]),
    ("t_documents", |c| whole(t_documents(c.number(0), c.number(1), c.number(2), c.number(3)))),
    ("mean_non_inferiority_documents", |c| {
        whole(mean_non_inferiority_documents(c.number(0), c.number(1), c.number(2), c.number(3)))
    }),
    ("mcnemar_power", |c| vec![mcnemar_power(c.count(0), c.number(1), c.number(2), c.number(3))]),
    ("mcnemar_detectable", |c| vec![mcnemar_detectable(c.count(0), c.number(1), c.number(2), c.number(3)).unwrap()]),
    ("mcnemar_documents", |c| whole(mcnemar_documents(c.number(0), c.number(1), c.number(2), c.number(3)))),
];

fn ends(interval: Interval) -> Vec<f64> {
    vec![interval.low, interval.high]
}

fn mean_of(got: &PairedMean) -> Vec<f64> {
    vec![got.difference, got.stderr, got.freedom, got.low, got.high, got.p]
}

fn whole(documents: Option<u64>) -> Vec<f64> {
    vec![documents.unwrap() as f64]
}

/// The largest difference of one estimator's cases: absolute up to 1 and relative above, and relative throughout.
fn check(name: &str, estimator: Estimator, cases: &[Value]) -> (f64, f64) {
    let (mut largest, mut relative) = (0.0_f64, 0.0_f64);
    for case in cases {
        let values = case.as_array().unwrap();
        let got = estimator(&Case(values));
        let wanted = values.iter().rev().flat_map(numbers_backwards).take(got.len()).collect::<Vec<_>>();
        for (got, want) in got.iter().zip(wanted.iter().rev()) {
            let difference = (got - want).abs();
            assert!(difference <= TOLERANCE * want.abs().max(1.0), "{name}: {got} is not {want} in {case}");
            largest = largest.max(difference / want.abs().max(1.0));
            relative =
                relative.max(if difference > 0.0 && want.abs() > 1e-290 { difference / want.abs() } else { 0.0 });
        }
    }
    (largest, relative)
}

fn numbers_backwards(value: &Value) -> Vec<f64> {
    let list = value.as_array().map_or_else(|| vec![value.clone()], |list| list.iter().rev().cloned().collect());
    list.iter().map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn as_the_references() {
    let all: Value = serde_json::from_str(include_str!("fixtures/reference.json")).unwrap();
    println!("against {}", all["made_with"].as_str().unwrap());
    println!("{:<32}{:>6}{:>12}{:>12}", "estimator", "cases", "difference", "relative");
    for (name, estimator) in ESTIMATORS {
        let cases = all[name].as_array().unwrap();
        let (largest, relative) = check(name, *estimator, cases);
        println!("{name:<32}{:>6}{largest:>12.1e}{relative:>12.1e}", cases.len());
    }
    assert_eq!(all.as_object().unwrap().len(), ESTIMATORS.len() + 1, "every table has its estimator");
}
