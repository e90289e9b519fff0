//! Requests × a language model → responses.
//!
//! [`plan`] decides once, for every model family, how text becomes scored tokens: the border between context and
//! continuation, the prefix token, truncation, windows. The spans of all requests become one token tree, in which every
//! distinct prefix is fed once and every distinct score is asked for once; the tree is cut into strands for the threads and
//! the memory there are. [`execute`] computes the strands in an order that no result depends on. [`ResponseLog`] keeps
//! what is finished, so that a run can go on where it stopped. Spans of a model that reads both sides share nothing; they go
//! through the same plan, each as a strand of its own. Texts that a model writes are planned on their own, by
//! [`GenerationPlan`]; two models are compared distribution by distribution by [`side_by_side()`].
//!
//! ```text
//! requests → spans → order → tree → strands → layout → responses
//!            encode          rows   pieces    teams,   collected from
//!            windows         once   and pasts budget   stretches' scores
//! ```

mod agenda;
mod budget;
mod encode;
mod error;
mod execute;
mod generate;
mod lists;
mod log;
mod order;
mod plan;
mod side_by_side;
mod simulate;
mod span;
mod spans;
mod strands;
mod tree;
mod whole;
mod windows;

#[cfg(test)]
mod toy;

pub use encode::{Pair, encode_pair};
pub use error::RunnerError;
pub use execute::{Outcome, Progress, Silent, execute};
pub use generate::{GenerateOptions, GenerationCounts, GenerationPlan, generate};
pub use log::{ResponseLog, fingerprint, request_key};
pub use plan::{Plan, PlanCounts, PlanOptions, plan};
pub use side_by_side::{SideBySide, side_by_side, tokens_before};
