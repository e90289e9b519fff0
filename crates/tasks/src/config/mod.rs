//! Task and group files: from YAML to what they mean.

mod dataset;
mod fewshot;
mod field;
mod group;
mod include;
mod keys;
mod output_type;
mod reading;
mod source;
mod split;
mod task;

pub(crate) use dataset::{DataFiles, DatasetSpec};
pub(crate) use fewshot::{FewShotConfig, PoolSpec, Sampler};
pub(crate) use field::{Field, FieldKind};
pub(crate) use group::{Aggregate, GroupConfig};
pub(crate) use include::load;
pub use output_type::OutputType;
pub(crate) use reading::{Header, Reading, SampleBy};
pub(crate) use source::Source;
pub(crate) use split::{SplitPart, split_parts};
pub(crate) use task::{MetricSpec, TaskConfig};
