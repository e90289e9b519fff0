//! `tables/*.parquet`: results and samples of all runs with their types.

use super::{Format, Put};
use crate::frame::parquet;
use crate::tables::{results, run_names, samples_of};
use crate::{Artifact, Card, Report, ReportError};

const RESULTS: &str = "tables/results.parquet";
const SAMPLES: &str = "tables/samples.parquet";

/// Both tables for data tools.
pub(super) struct Parquet;

impl Format for Parquet {
    fn card(&self) -> Card {
        Card { id: "parquet", summary: "tables/results.parquet and tables/samples.parquet: all runs in two tables" }
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        let mut frame = results(RESULTS, &run_names(&report.records), &report.records)?;
        put(Artifact { path: RESULTS.to_owned(), bytes: parquet(RESULTS, &mut frame)? })?;
        let mut frame = samples_of(report.runs)?;
        put(Artifact { path: SAMPLES.to_owned(), bytes: parquet(SAMPLES, &mut frame)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Run, formats, samples, testing};

    #[test]
    fn tables_read_back() {
        let run = Run { record: testing::four_by_eleven(), samples: testing::samples() };
        let runs = [run.clone(), run];
        let report = Report::numbers(&runs);
        let artifacts = formats::artifacts(&Parquet, &report);
        let read = |at: usize| {
            samples::frame_from_parquet(artifacts[at].path.as_ref(), artifacts[at].bytes.clone()).expect("reads")
        };
        let (results, samples) = (read(0), read(1));
        assert_eq!(results.height(), 2 * runs[0].record.results.len());
        assert_eq!(samples.height(), 2 * runs[0].samples.len());
        let values = results.column("value").expect("a column").f64().expect("numbers").clone();
        for (read, result) in values.iter().zip(&runs[0].record.results) {
            assert_eq!(read.map(f64::to_bits), Some(result.estimate.value.to_bits()));
        }
        assert!(samples.column("contexts").expect("a column").dtype().is_list());
    }
}
