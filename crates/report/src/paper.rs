//! Zero-shot results that the GPT-2 and GPT-3 papers print, for reference lines. Facts, with where each was read.
//!
//! These are not the protocols of the tasks here. GPT-2's LAMBADA accuracies use a stop-word filter whose list was not
//! published (without it the largest model gets 52.66), and its WikiText-2 uses de-tokenizers that were not published;
//! GPT-3 compares choices by likelihood per token, on the ARC sets relative to the unconditional likelihood.

use crate::overview::Row;

/// One paper's results on one benchmark, over its model sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// The paper, as in a legend.
    pub paper: &'static str,
    /// Tasks that use the same benchmark.
    pub tasks: &'static [&'static str],
    /// Metrics of those tasks that mean the same kind of number.
    pub metrics: &'static [&'static str],
    /// Few-shot examples.
    pub shots: usize,
    /// The models, as the paper counts their parameters.
    pub models: &'static [(&'static str, f64)],
    /// A value a model, as printed: percent for accuracies.
    pub printed: &'static [f64],
    /// Table and split in the paper.
    pub source: &'static str,
    /// How sure the transcription is.
    pub status: &'static str,
    /// How the paper's protocol differs from the tasks' here, where it says so; else empty.
    pub protocol: &'static str,
}

/// A single value that a paper prints.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The paper, as in a legend.
    pub paper: &'static str,
    /// The model's name in the paper (`175B`).
    pub model: String,
    /// Parameters.
    pub n_params: f64,
    /// In the metric's unit: accuracies from 0 to 1.
    pub value: f64,
    /// Table and split in the paper, and how sure the transcription is.
    pub source: String,
    /// How the paper's protocol differs from the task's, where it says so; else empty.
    pub protocol: String,
}

const GPT2: &[(&str, f64)] = &[("117M", 117e6), ("345M", 345e6), ("762M", 762e6), ("1.5B", 1542e6)];
const GPT3: &[(&str, f64)] = &[
    ("125M", 125e6),
    ("350M", 350e6),
    ("760M", 760e6),
    ("1.3B", 1.3e9),
    ("2.7B", 2.7e9),
    ("6.7B", 6.7e9),
    ("13B", 13e9),
    ("175B", 175e9),
];
const LAMBADA: &[&str] = &["lambada_openai", "lambada_standard"];
const ACC: &[&str] = &["acc"];
const ANY_ACC: &[&str] = &["acc", "acc_norm"];
const TWO_COPIES: &str = "two transcriptions agree, a third agrees on the zero-shot columns";
const IDENTICAL: &str = "two transcriptions are identical";
const ONE_COPY: &str = "one transcription; a second agrees on the zero-shot columns";
const FULL_TEXT: &str = "one transcription; a second agrees on the largest models";

const fn gpt2(
    tasks: &'static [&'static str],
    metrics: &'static [&'static str],
    printed: &'static [f64],
    protocol: &'static str,
) -> Reference {
    let source = "Radford et al. 2019, table 3";
    Reference { paper: "GPT-2", tasks, metrics, shots: 0, models: GPT2, printed, source, status: FULL_TEXT, protocol }
}

const fn gpt3(
    tasks: &'static [&'static str],
    metrics: &'static [&'static str],
    printed: &'static [f64],
    source: &'static str,
    status: &'static str,
    protocol: &'static str,
) -> Reference {
    Reference { paper: "GPT-3", tasks, metrics, shots: 0, models: GPT3, printed, source, status, protocol }
}

const DEV: &str = "Brown et al. 2020, table H.1, zero-shot, dev";
const TEST: &str = "Brown et al. 2020, table H.1, zero-shot, test";

const STOP_WORDS: &str = "LAMBADA accuracy with a stop-word filter";
const RAW_TEXT: &str = "LAMBADA text without preprocessing";
const DETOKENIZED: &str = "WikiText-2 through de-tokenizers that were not published";
const PER_TOKEN: &str = "choices by likelihood per token";
const UNCONDITIONAL: &str = "ARC choices relative to their unconditional likelihood";

/// All references.
pub static REFERENCES: &[Reference] = &[
    gpt2(LAMBADA, ACC, &[45.99, 55.48, 60.12, 63.24], STOP_WORDS),
    gpt2(LAMBADA, &["perplexity"], &[35.13, 15.60, 10.87, 8.63], RAW_TEXT),
    gpt2(&["wikitext"], &["word_perplexity"], &[29.41, 22.76, 19.93, 18.34], DETOKENIZED),
    gpt3(LAMBADA, ACC, &[42.7, 54.3, 60.4, 63.6, 67.1, 70.3, 72.5, 76.2], TEST, TWO_COPIES, ""),
    gpt3(LAMBADA, &["perplexity"], &[18.6, 9.09, 6.53, 5.44, 4.60, 4.00, 3.56, 3.00], TEST, TWO_COPIES, ""),
    gpt3(&["hellaswag"], ANY_ACC, &[33.7, 43.6, 51.0, 54.7, 62.8, 67.4, 70.9, 78.9], DEV, TWO_COPIES, PER_TOKEN),
    gpt3(&["piqa"], ANY_ACC, &[64.6, 70.2, 72.9, 75.1, 75.6, 78.0, 78.5, 81.0], DEV, ONE_COPY, PER_TOKEN),
    gpt3(&["winogrande"], ACC, &[52.0, 52.1, 57.4, 58.7, 62.3, 64.5, 67.9, 70.2], DEV, ONE_COPY, ""),
    gpt3(&["arc_easy"], ANY_ACC, &[43.6, 46.5, 53.0, 53.8, 58.2, 60.2, 63.8, 68.8], TEST, IDENTICAL, UNCONDITIONAL),
    gpt3(&["arc_challenge"], ANY_ACC, &[26.6, 29.5, 31.8, 35.5, 38.0, 41.4, 43.7, 51.4], TEST, ONE_COPY, UNCONDITIONAL),
    gpt3(&["boolq"], ACC, &[49.7, 60.3, 58.9, 62.4, 67.1, 65.4, 66.2, 60.5], DEV, IDENTICAL, ""),
    gpt3(&["copa"], ACC, &[66.0, 68.0, 73.0, 77.0, 76.0, 80.0, 84.0, 91.0], DEV, IDENTICAL, ""),
];

/// What the papers print for a row's task, metric and number of shots: what the task's own card says, for the protocol of
/// a paper, and what is known here of the same benchmark under another protocol. Empty for most.
pub fn points(row: &Row) -> Vec<Point> {
    let is_same = |r: &&Reference| {
        r.shots == row.shots && r.tasks.contains(&row.id.as_str()) && r.metrics.contains(&row.metric.as_str())
    };
    let of_benchmark = REFERENCES.iter().filter(is_same).flat_map(Reference::points);
    row.references.iter().filter_map(|reference| of_protocol(&row.id, reference)).chain(of_benchmark).collect()
}

/// A number on the card of a task whose id names its paper (`lambada@gpt2`), where it is known how large the model is.
fn of_protocol(id: &str, reference: &yardstick_core::Reference) -> Option<Point> {
    let (paper, models) = match id.rsplit_once('@')?.1 {
        "gpt1" => ("GPT-1", &[][..]),
        "gpt2" => ("GPT-2", GPT2),
        "gpt3" => ("GPT-3", GPT3),
        _ => return None,
    };
    let n_params = reference.n_params?;
    let known = models.iter().find(|(_, n)| (n / n_params - 1.0).abs() < 0.01);
    Some(Point {
        paper,
        model: known.map_or_else(|| reference.model.clone(), |(name, _)| (*name).to_owned()),
        n_params,
        value: reference.value,
        source: format!("{}; {}", reference.source, reference.status),
        protocol: reference.note.clone(),
    })
}

impl Point {
    /// Where the value was printed, how sure that is, and how the protocol differs.
    pub fn provenance(&self) -> String {
        let parts = [self.source.as_str(), self.protocol.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

impl Reference {
    fn points(&'static self) -> impl Iterator<Item = Point> {
        let is_percent = self.metrics.contains(&"acc");
        self.models.iter().zip(self.printed).map(move |(&(model, n_params), printed)| Point {
            paper: self.paper,
            model: model.to_owned(),
            n_params,
            source: format!("{}; {}", self.source, self.status),
            protocol: self.protocol.to_owned(),
            // Tables print at most two decimals of a percent: 64.6 becomes 0.646, not 0.6459999999999999.
            value: if is_percent { (printed * 100.0).round() / 1e4 } else { *printed },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_row_is_complete_and_in_range() {
        for reference in REFERENCES {
            assert_eq!(reference.models.len(), reference.printed.len(), "{reference:?}");
            let plausible =
                reference.points().all(|p| p.value > 0.0 && (p.value <= 1.0) == reference.metrics.contains(&"acc"));
            assert!(plausible, "{reference:?}");
        }
    }

    #[test]
    fn lookup() {
        let points = |id, metric, shots| points(&row(id, metric, shots, Vec::new()));
        let found = points("hellaswag", "acc_norm", 0);
        assert_eq!(found.len(), 8);
        assert_eq!((found[7].model.as_str(), found[7].value), ("175B", 0.789));
        assert_eq!(points("lambada_openai", "acc", 0).len(), 12);
        assert!(points("hellaswag", "acc", 5).is_empty() && points("blimp", "acc", 0).is_empty());
    }

    fn row(id: &str, metric: &str, shots: usize, references: Vec<yardstick_core::Reference>) -> Row {
        Row {
            id: id.to_owned(),
            label: id.to_owned(),
            asked: String::new(),
            kind: crate::overview::RowKind::Task,
            members: 0,
            metric: metric.to_owned(),
            unit: crate::number::Unit::of(metric),
            higher_is_better: Some(true),
            chance: None,
            shots,
            references,
            cells: Vec::new(),
        }
    }

    #[test]
    fn a_protocol_brings_its_own() {
        let reference = |model: &str, n_params| yardstick_core::Reference {
            model: model.to_owned(),
            n_params,
            metric: "acc".to_owned(),
            shots: 0,
            value: 0.6324,
            source: "table 3".to_owned(),
            status: "found".to_owned(),
            note: String::new(),
        };
        let references = vec![reference("1542M", Some(1542e6)), reference("LSTM", None)];
        let found = points(&row("lambada@gpt2", "acc", 0, references.clone()));
        let [point] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((point.paper, point.model.as_str(), point.value), ("GPT-2", "1.5B", 0.6324));
        assert_eq!(point.provenance(), "table 3; found");
        assert!(points(&row("lambada@mine", "acc", 0, references)).is_empty());
    }

    /// Compares every number with the transcription it was taken from, where that is at hand.
    #[test]
    fn equals_the_transcription() {
        let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
            eprintln!("YARDSTICK_SHARED is not set: paper values are not compared with their transcription");
            return;
        };
        let path = std::path::Path::new(&shared).join("paper/paper_tables.json");
        let text = std::fs::read(path).expect("the transcription");
        let tables: Value = serde_json::from_slice(&text).expect("JSON");
        for reference in REFERENCES {
            let wanted =
                if reference.paper == "GPT-2" { gpt2_row(&tables, reference) } else { gpt3_row(&tables, reference) };
            assert_eq!(reference.printed, wanted, "{reference:?}");
        }
    }

    fn gpt2_row(tables: &Value, reference: &Reference) -> Vec<f64> {
        let table = &tables["gpt2"]["table3"];
        let column = match (reference.tasks[0], reference.metrics[0]) {
            ("lambada_openai", "acc") => "LAMBADA_acc",
            ("lambada_openai", _) => "LAMBADA_ppl",
            _ => "WikiText2_ppl",
        };
        let columns = table["columns"].as_array().expect("columns");
        let at = columns.iter().position(|c| c == column).expect("the column");
        ["117M", "345M", "762M", "1542M"].map(|size| table[size][at].as_f64().expect("a number")).to_vec()
    }

    fn gpt3_row(tables: &Value, reference: &Reference) -> Vec<f64> {
        let name = match reference.tasks[0] {
            "lambada_openai" if reference.metrics == ["perplexity"] => "LAMBADA|ppl",
            "lambada_openai" => "LAMBADA|acc",
            "hellaswag" => "HellaSwag|acc",
            "piqa" => "PIQA|acc",
            "winogrande" => "Winogrande|acc",
            "arc_easy" => "ARC-Easy|acc",
            "arc_challenge" => "ARC-Challenge|acc",
            "boolq" => "BoolQ|acc",
            other => {
                if other == "copa" {
                    "COPA|acc"
                } else {
                    panic!("{other} has no row")
                }
            }
        };
        let row = &tables["gpt3"]["table_H1"][name];
        assert!(reference.source.ends_with(row["split"].as_str().expect("a split")), "{name}");
        row["zero"].as_array().expect("a row").iter().map(|v| v.as_f64().expect("a number")).collect()
    }
}
