//! `tables/samples.csv`: a line per run, model and document.

use super::{Format, Put};
use crate::frame::csv_of;
use crate::tables::{cells, samples_of};
use crate::{Artifact, Card, Report, ReportError};

const PATH: &str = "tables/samples.csv";

/// All documents for spreadsheets.
pub(super) struct SamplesCsv;

impl Format for SamplesCsv {
    fn card(&self) -> Card {
        Card { id: "samples-csv", summary: "tables/samples.csv: one line per run, model and document; lists as JSON" }
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        let mut frame = cells::flat(PATH, &samples_of(report.runs)?)?;
        put(Artifact { path: PATH.to_owned(), bytes: csv_of(PATH, &mut frame)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Run, formats, testing};

    #[test]
    fn lines() {
        let runs = [Run { record: testing::one_by_one("boolq"), samples: testing::samples() }];
        let artifacts = formats::artifacts(&SamplesCsv, &Report::numbers(&runs));
        insta::assert_snapshot!(String::from_utf8(artifacts[0].bytes.clone()).expect("UTF-8"));
    }
}
