//! Results that the GPT-2 and GPT-3 papers print, for reference lines. Facts, with where each was read.
//!
//! These are not the protocols of the tasks here. GPT-2's LAMBADA accuracies use a stop-word filter whose list was not
//! published (without it the largest model gets 52.66), and its WikiText-2 uses de-tokenizers that were not published;
//! GPT-3 compares choices by likelihood per token, on the ARC sets relative to the unconditional likelihood.

use crate::charts::{Level, shots_word};
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
    /// Table in the paper.
    pub source: &'static str,
    /// Split, where the table says it; else empty.
    pub split: &'static str,
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
const PPL: &[&str] = &["perplexity"];
const TABLE_H1: &str = "Brown et al. 2020, table H.1";
const TWO_COPIES: &str = "two transcriptions agree, a third agrees on the zero-shot columns";
const IDENTICAL: &str = "two transcriptions are identical";
const ONE_COPY: &str = "one transcription; a second agrees on the zero-shot columns";
const FULL_TEXT: &str = "one transcription; a second agrees on the largest models";

/// A benchmark of the GPT-3 paper's table H.1: tasks, metrics, split, how sure the transcription is, protocol.
type Benchmark = (&'static [&'static str], &'static [&'static str], &'static str, &'static str, &'static str);

const STOP_WORDS: &str = "LAMBADA accuracy with a stop-word filter";
const RAW_TEXT: &str = "LAMBADA text without preprocessing";
const DETOKENIZED: &str = "WikiText-2 through de-tokenizers that were not published";
const PER_TOKEN: &str = "choices by likelihood per token";
const UNCONDITIONAL: &str = "ARC choices relative to their unconditional likelihood";

const LAMBADA_ACC: Benchmark = (LAMBADA, ACC, "test", TWO_COPIES, "");
const LAMBADA_PPL: Benchmark = (LAMBADA, PPL, "test", TWO_COPIES, "");
const HELLASWAG: Benchmark = (&["hellaswag"], ANY_ACC, "dev", TWO_COPIES, PER_TOKEN);
const PIQA: Benchmark = (&["piqa"], ANY_ACC, "dev", ONE_COPY, PER_TOKEN);
const WINOGRANDE: Benchmark = (&["winogrande"], ACC, "dev", ONE_COPY, "");
const ARC_EASY: Benchmark = (&["arc_easy"], ANY_ACC, "test", IDENTICAL, UNCONDITIONAL);
const ARC_CHALLENGE: Benchmark = (&["arc_challenge"], ANY_ACC, "test", ONE_COPY, UNCONDITIONAL);
const BOOLQ: Benchmark = (&["boolq"], ACC, "dev", IDENTICAL, "");
const COPA: Benchmark = (&["copa"], ACC, "dev", IDENTICAL, "");

const fn gpt2(
    tasks: &'static [&'static str],
    metrics: &'static [&'static str],
    printed: &'static [f64],
    protocol: &'static str,
) -> Reference {
    let (source, status) = ("Radford et al. 2019, table 3", FULL_TEXT);
    Reference { paper: "GPT-2", tasks, metrics, shots: 0, models: GPT2, printed, source, split: "", status, protocol }
}

const fn gpt3(benchmark: Benchmark, shots: usize, printed: &'static [f64]) -> Reference {
    let (tasks, metrics, split, status, protocol) = benchmark;
    Reference {
        paper: "GPT-3",
        tasks,
        metrics,
        shots,
        models: GPT3,
        printed,
        source: TABLE_H1,
        split,
        status,
        protocol,
    }
}

/// All references.
pub static REFERENCES: &[Reference] = &[
    gpt2(LAMBADA, ACC, &[45.99, 55.48, 60.12, 63.24], STOP_WORDS),
    gpt2(LAMBADA, PPL, &[35.13, 15.60, 10.87, 8.63], RAW_TEXT),
    gpt2(&["wikitext"], &["word_perplexity"], &[29.41, 22.76, 19.93, 18.34], DETOKENIZED),
    gpt3(LAMBADA_ACC, 0, &[42.7, 54.3, 60.4, 63.6, 67.1, 70.3, 72.5, 76.2]),
    gpt3(LAMBADA_ACC, 1, &[22.0, 47.1, 52.6, 58.3, 61.1, 65.4, 69.0, 72.5]),
    gpt3(LAMBADA_ACC, 15, &[22.0, 40.4, 63.2, 57.0, 78.1, 79.1, 81.3, 86.4]),
    gpt3(LAMBADA_PPL, 0, &[18.6, 9.09, 6.53, 5.44, 4.6, 4.0, 3.56, 3.0]),
    gpt3(LAMBADA_PPL, 1, &[165.0, 11.6, 8.29, 6.46, 5.53, 4.61, 4.06, 3.35]),
    gpt3(LAMBADA_PPL, 15, &[165.0, 27.6, 6.63, 7.45, 2.89, 2.56, 2.56, 1.92]),
    gpt3(HELLASWAG, 0, &[33.7, 43.6, 51.0, 54.7, 62.8, 67.4, 70.9, 78.9]),
    gpt3(HELLASWAG, 1, &[33.0, 42.9, 50.5, 53.5, 61.9, 66.5, 70.0, 78.1]),
    gpt3(HELLASWAG, 20, &[33.5, 43.1, 51.3, 54.9, 62.9, 67.3, 71.3, 79.3]),
    gpt3(PIQA, 0, &[64.6, 70.2, 72.9, 75.1, 75.6, 78.0, 78.5, 81.0]),
    gpt3(PIQA, 1, &[64.3, 69.3, 71.8, 74.4, 74.3, 76.3, 77.8, 80.5]),
    gpt3(PIQA, 50, &[64.3, 69.4, 72.0, 74.3, 75.4, 77.8, 79.9, 82.3]),
    gpt3(WINOGRANDE, 0, &[52.0, 52.1, 57.4, 58.7, 62.3, 64.5, 67.9, 70.2]),
    gpt3(WINOGRANDE, 1, &[51.3, 53.0, 58.3, 59.1, 61.7, 65.8, 66.9, 73.2]),
    gpt3(WINOGRANDE, 50, &[51.3, 52.6, 57.5, 59.1, 62.6, 67.4, 70.0, 77.7]),
    gpt3(ARC_EASY, 0, &[43.6, 46.5, 53.0, 53.8, 58.2, 60.2, 63.8, 68.8]),
    gpt3(ARC_EASY, 1, &[42.7, 48.2, 54.6, 55.9, 60.3, 62.6, 66.8, 71.2]),
    gpt3(ARC_EASY, 50, &[42.7, 51.0, 58.1, 59.1, 62.1, 65.8, 69.1, 70.1]),
    gpt3(ARC_CHALLENGE, 0, &[26.6, 29.5, 31.8, 35.5, 38.0, 41.4, 43.7, 51.4]),
    gpt3(ARC_CHALLENGE, 1, &[25.5, 30.2, 31.6, 36.4, 38.4, 41.5, 43.1, 53.2]),
    gpt3(ARC_CHALLENGE, 50, &[25.5, 28.4, 32.3, 36.7, 39.5, 43.7, 44.8, 51.5]),
    gpt3(BOOLQ, 0, &[49.7, 60.3, 58.9, 62.4, 67.1, 65.4, 66.2, 60.5]),
    gpt3(BOOLQ, 1, &[52.6, 61.7, 60.4, 63.7, 68.4, 68.7, 69.0, 76.7]),
    gpt3(BOOLQ, 32, &[43.1, 60.6, 62.0, 64.1, 70.3, 70.0, 70.2, 77.5]),
    gpt3(COPA, 0, &[66.0, 68.0, 73.0, 77.0, 76.0, 80.0, 84.0, 91.0]),
    gpt3(COPA, 1, &[62.0, 64.0, 66.0, 74.0, 76.0, 82.0, 86.0, 87.0]),
    gpt3(COPA, 32, &[67.0, 64.0, 72.0, 77.0, 83.0, 83.0, 86.0, 92.0]),
];

/// What the best fine-tuned models had when the GPT-3 paper was written, as its table H.1 prints it.
static FINE_TUNED: &[(Benchmark, f64)] = &[
    (LAMBADA_ACC, 68.0),
    (LAMBADA_PPL, 8.63),
    (HELLASWAG, 85.6),
    (PIQA, 77.1),
    (WINOGRANDE, 84.6),
    (ARC_EASY, 92.0),
    (ARC_CHALLENGE, 78.5),
    (BOOLQ, 91.0),
    (COPA, 94.8),
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

/// Levels of no model of a known size that a row can be compared with: of people and older models, where the card of a
/// paper's protocol names them, and of the models fine-tuned on a benchmark.
pub(crate) fn levels(row: &Row) -> Vec<Level> {
    let of_card = row.references.iter().filter(|reference| reference.n_params.is_none()).map(|reference| Level {
        label: reference.model.clone(),
        value: reference.value,
        source: format!("{}; {}", reference.source, reference.status),
    });
    let is_same = |(benchmark, _): &&(Benchmark, f64)| {
        benchmark.0.contains(&row.id.as_str()) && benchmark.1.contains(&row.metric.as_str())
    };
    let tuned = FINE_TUNED.iter().filter(is_same).map(|(benchmark, printed)| Level {
        label: "best fine-tuned model of 2020".to_owned(),
        value: in_units(*printed, benchmark.1),
        source: format!("{TABLE_H1}; {}", benchmark.3),
    });
    of_card.chain(tuned).collect()
}

/// A printed number in the unit of its metrics: accuracies from 0 to 1. Tables print at most two decimals of a percent:
/// 64.6 becomes 0.646, not 0.6459999999999999.
fn in_units(printed: f64, metrics: &[&str]) -> f64 {
    if metrics.contains(&"acc") { (printed * 100.0).round() / 1e4 } else { printed }
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
        let shots = shots_word(self.shots);
        let table = if self.split.is_empty() { String::new() } else { format!(", {shots}, {}", self.split) };
        let source = format!("{}{table}; {}", self.source, self.status);
        self.models.iter().zip(self.printed).map(move |(&(model, n_params), printed)| Point {
            paper: self.paper,
            model: model.to_owned(),
            n_params,
            source: source.clone(),
            protocol: self.protocol.to_owned(),
            value: in_units(*printed, self.metrics),
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
        assert_eq!(points("hellaswag", "acc", 20)[7].value.to_bits(), 0.793_f64.to_bits());
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
    fn levels_have_no_size() {
        let human = yardstick_core::Reference {
            model: "human".to_owned(),
            n_params: None,
            metric: "acc".to_owned(),
            shots: 0,
            value: 0.95,
            source: "table 3".to_owned(),
            status: "found".to_owned(),
            note: String::new(),
        };
        let found = levels(&row("piqa", "acc_norm", 5, vec![human]));
        let values: Vec<_> = found.iter().map(|level| (level.label.as_str(), level.value)).collect();
        assert_eq!(values, [("human", 0.95), ("best fine-tuned model of 2020", 0.771)]);
        assert!(levels(&row("blimp", "acc", 0, Vec::new())).is_empty());
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
        assert_eq!(Some(reference.split), row["split"].as_str(), "{name}");
        let column = match reference.shots {
            0 => "zero",
            1 => "one",
            shots => {
                assert_eq!(Some(shots as u64), row["k_fewshot"].as_u64(), "{name}");
                "few"
            }
        };
        let tuned = FINE_TUNED.iter().find(|(b, _)| b.0 == reference.tasks && b.1 == reference.metrics);
        assert_eq!(tuned.map(|(_, value)| *value), row["finetuned_sota"].as_f64(), "{name}");
        row[column].as_array().expect("a row").iter().map(|v| v.as_f64().expect("a number")).collect()
    }
}
