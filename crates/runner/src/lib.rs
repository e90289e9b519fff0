//! Requests × a language model → responses.
//!
//! [`plan`] decides once, for every model family, how text becomes scored tokens: the border between context and
//! continuation, the prefix token, truncation, windows. [`execute`] scores the plan's spans on all cores, in an order and
//! in batches that no result depends on. [`ResponseLog`] keeps what is finished, so that a run can go on where it stopped.

mod encode;
mod error;
mod execute;
mod log;
mod memory;
mod plan;
mod windows;

#[cfg(test)]
mod toy;

pub use encode::{Pair, encode_pair};
pub use error::RunnerError;
pub use execute::{Outcome, Progress, execute};
pub use log::{ResponseLog, fingerprint, request_key};
pub use memory::work_bytes;
pub use plan::{BATCH_TOKENS, Plan, PlanCounts, plan};
