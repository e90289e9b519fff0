//! Task and group files: from YAML to what they mean.

mod class;
mod dataset;
mod fewshot;
mod field;
mod filters;
mod generation;
mod group;
mod include;
mod keys;
mod metrics;
mod output_type;
mod reading;
mod references;
mod source;
mod split;
mod task;

pub(crate) use dataset::{DataFiles, DatasetSpec};
pub(crate) use fewshot::{FewShotConfig, PoolSpec, Sampler};
pub(crate) use field::{Field, FieldKind};
pub(crate) use group::{Aggregate, GroupConfig, Member};
pub(crate) use include::Files;
pub(crate) use metrics::{MetricList, MetricSpec, Scorer};
pub use output_type::OutputType;
pub(crate) use reading::{Header, Reading, SampleBy};
pub(crate) use references::Protocol;
pub(crate) use source::Source;
pub(crate) use split::{SplitPart, split_parts};
pub(crate) use task::{TaskConfig, missing};
