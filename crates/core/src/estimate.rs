//! A number with what is known about its error.

use serde::{Deserialize, Serialize};

/// A metric's value over `n` documents, with its uncertainty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value, in the metric's unit.
    pub value: f64,
    /// Standard error; `None` where it is not defined (one document).
    pub stderr: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
    /// Documents that went in.
    pub n: u64,
    /// How error and interval were computed, in a few words (`mean, s/sqrt(n); Wilson 95 %`).
    pub method: String,
}
