//! `results.csv`: a line per run, model, task and metric, with everything known about the number.

use super::{Format, Put};
use crate::frame::csv_of;
use crate::tables::{results, run_names};
use crate::{Artifact, Card, Report, ReportError};

const PATH: &str = "results.csv";

/// The long form for other programs.
pub(super) struct Csv;

impl Format for Csv {
    fn card(&self) -> Card {
        Card { id: "csv", summary: "results.csv: one line per run, model, task and metric" }
    }

    fn is_standard(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        let mut frame = results(PATH, &run_names(&report.records), &report.records)?;
        put(Artifact { path: PATH.to_owned(), bytes: csv_of(PATH, &mut frame)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::artifacts;
    use crate::testing;
    use insta::assert_snapshot;
    use yardstick_core::{RunRecord, RunStatus};

    fn render(record: RunRecord) -> String {
        let runs = [crate::Run { record, samples: Vec::new() }];
        let artifacts = artifacts(&Csv, &Report::numbers(&runs));
        String::from_utf8(artifacts[0].bytes.clone()).expect("UTF-8")
    }

    #[test]
    fn long_form() {
        let mut record = testing::with_group();
        record.status = RunStatus::Partial;
        assert_snapshot!(render(record));
    }

    #[test]
    fn hostile_names() {
        assert_snapshot!(render(testing::hostile()));
    }

    #[test]
    fn floats_read_back() {
        let record = testing::four_by_eleven();
        let text = render(record.clone());
        let at = text.lines().next().expect("a heading").split(',').position(|c| c == "value").expect("a value");
        for (line, result) in text.lines().skip(1).zip(&record.results) {
            let value: f64 = line.split(',').nth(at).expect("a cell").parse().expect("a number");
            assert_eq!(value.to_bits(), result.estimate.value.to_bits());
        }
    }
}
