//! The words every crate of yardstick shares.
//!
//! A *doc* (a row of a dataset) becomes *requests*, a [`LanguageModel`] turns their token *spans* into log-probabilities,
//! those become *responses*, a task turns the responses of one doc into a *sample*, and samples into *estimates*.
//! Everything here is plain data: no I/O, no clock, no randomness.
//!
//! Units: log-likelihoods and log-probabilities are natural logarithms (nats), summed in `f64`.

mod chat;
mod decode;
mod diff;
mod estimate;
mod hex;
mod model;
mod python;
mod record;
mod request;
mod sample;
mod scoring;
mod session;
mod value;

pub use chat::ChatTemplate;
pub use decode::{Decoder, Feed, Next, Pick};
pub use diff::{TokenDiff, TopToken};
pub use estimate::Estimate;
pub use hex::hex;
pub use model::{LanguageModel, ModelCard, ScoreError, Span, score_span};
pub use python::python_float;
pub use record::{
    DatasetCard, Environment, FewShotCard, GroupRecord, MetricCard, Reference, ResultRecord, RunRecord, RunSpec,
    RunStatus, SpeedRecord, TaskCard,
};
pub use request::{Generation, Request, Response, Sampling, TokenLikelihood};
pub use sample::{Instance, Sample, Score, Target};
pub use scoring::Scoring;
pub use session::{Costs, Past, Session, Stretch, TokenScore, Wanted};
pub use value::{Doc, Map, Value};
