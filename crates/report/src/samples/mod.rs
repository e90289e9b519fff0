//! `samples.parquet`: a row per model, task and document, with all that is needed to score it again.
//!
//! | column | type | what |
//! |---|---|---|
//! | `model`, `task` | str | as in the record |
//! | `doc_id` | u64 | row index in the split |
//! | `doc` | str | the row as JSON |
//! | `doc_hash`, `prompt_hash` | str | sha256, hex |
//! | `request_type` | list of str | `loglikelihood`, `loglikelihood_rolling` or `generate_until`, an entry per request |
//! | `contexts`, `continuations` | list of str | as sent; a rolling request has no context and its text as continuation; a text to write has its settings (JSON) as continuation |
//! | `log_likelihood` | list of f64 | nats, an entry per response |
//! | `texts` | list of str | what the model wrote, an entry per response; empty where a text was scored |
//! | `is_greedy` | list of bool | |
//! | `n_tokens`, `n_truncated`, `n_unscored` | list of u32 | tokens |
//! | `is_merged` | list of bool | the tokenizer merged the continuation into the context's last token |
//! | `is_unfinished` | list of bool | the text was still going on after the most tokens that it may have |
//! | `choices` | list of str | the choices as text, without delimiter; empty where the task has none |
//! | `target` | str | JSON: `{"choice":0}`, `{"choices":[0,2]}`, `{"text":"…"}` or `{"texts":["…"]}` |
//! | `target_text` | str | the right answer for people |
//! | `tokens` | str | JSON, only in runs that keep them: for each response its scored tokens, text and log-probability (nats) |
//! | `filtered` | str | JSON: the name of each filter with the texts that it made of `texts` |
//! | `counts` | str | JSON: metrics of the whole corpus with what they know of the document |
//! | a metric's name | f64, null where the document has none | a value, or the numerator of a ratio |
//! | the name + `_units` | f64, null | the denominator of a ratio (words, bytes) |
//!
//! Floats keep their bits. Compressed with zstd.

mod read;
mod write;

pub(crate) use read::{frame_from_parquet, from_parquet};
pub(crate) use write::{to_frame, to_parquet};

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use yardstick_core::{Generation, Score};

/// Columns that every file has; all others are metrics.
pub(crate) const COLUMNS: [&str; 23] = [
    "model",
    "task",
    "doc_id",
    "doc",
    "doc_hash",
    "prompt_hash",
    "request_type",
    "contexts",
    "continuations",
    "log_likelihood",
    "is_greedy",
    "n_tokens",
    "n_truncated",
    "n_unscored",
    "is_merged",
    "is_unfinished",
    "choices",
    "target",
    "target_text",
    "texts",
    "tokens",
    "filtered",
    "counts",
];

/// Suffix of a ratio's second column.
const UNITS: &str = "_units";

const LOG_LIKELIHOOD: &str = "loglikelihood";
const ROLLING: &str = "loglikelihood_rolling";
const GENERATE: &str = "generate_until";

/// A request's third column where the model writes: how it writes, and which of several samples it is.
#[derive(Serialize, Deserialize)]
struct Written {
    generation: Arc<Generation>,
    sample: u32,
}

/// Numerator and units of a score, as they stand in the two columns; `None` for counts, which have a column of their own.
const fn parts(score: &Score) -> Option<(f64, Option<f64>)> {
    match score {
        Score::Value(value) => Some((*value, None)),
        Score::Ratio(numerator, units) => Some((*numerator, Some(*units))),
        Score::Counts(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use proptest::prelude::*;
    use std::path::Path;
    use yardstick_core::{Map, Request, Response, Sample, Target, TokenLikelihood};

    fn check(samples: &[Sample]) {
        let bytes = to_parquet(samples).expect("encodes");
        let read = from_parquet(Path::new("samples.parquet"), bytes).expect("decodes");
        assert_eq!(read.len(), samples.len());
        for (got, want) in read.iter().zip(samples) {
            assert_eq!(bits(got), bits(want));
            // NaN is not equal to itself; everything else is compared as it is.
            if !format!("{want:?}").contains("NaN") {
                assert_eq!(got, want);
            }
        }
    }

    /// Every float of a sample as bits: `==` takes −0.0 for 0.0 and NaN for nothing.
    fn bits(sample: &Sample) -> Vec<u64> {
        let scores = sample.metrics.values().flat_map(|score| match score {
            Score::Value(value) => vec![Some(*value)],
            Score::Ratio(value, units) => vec![Some(*value), Some(*units)],
            Score::Counts(counts) => counts.iter().copied().map(Some).collect(),
        });
        let floats = sample.responses.iter().map(|r| Some(r.log_likelihood)).chain(scores);
        floats.flatten().map(f64::to_bits).collect()
    }

    fn bare() -> Sample {
        Sample {
            model: String::new(),
            task: String::new(),
            doc_id: u64::MAX,
            doc: Map::new(),
            doc_hash: String::new(),
            prompt_hash: String::new(),
            requests: Vec::new(),
            responses: Vec::new(),
            choices: Vec::new(),
            target: Target::Choice(0),
            target_text: String::new(),
            filtered: Vec::new(),
            metrics: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn no_samples() {
        check(&[]);
    }

    #[test]
    fn made_up_samples() {
        check(&testing::samples());
    }

    #[test]
    fn empty_lists_and_strange_text() {
        let mut strange = bare();
        strange.model = "NUL \0 in the middle, 日本語, \u{202e}".into();
        strange.target = Target::Text("\0\n\"|".into());
        strange.requests = vec![
            Request::Rolling { text: String::new() },
            Request::LogLikelihood { context: "\0".into(), continuation: "🦀".into() },
        ];
        check(&[bare(), strange.clone(), bare()]);
        check(&[strange]);
    }

    #[test]
    fn floats_keep_their_bits() {
        let floats = [0.1 + 0.2, -0.0, f64::MIN_POSITIVE / 3.0, f64::MAX, f64::NEG_INFINITY, f64::NAN];
        let mut sample = bare();
        for (i, &value) in floats.iter().enumerate() {
            let response = Response {
                log_likelihood: value,
                is_greedy: true,
                n_tokens: u32::MAX,
                n_truncated: 1,
                n_unscored: 0,
                is_merged: true,
                is_unfinished: false,
                text: None,
                tokens: vec![TokenLikelihood { text: " a".to_owned(), log_prob: -0.1 }],
            };
            sample.responses.push(response);
            sample.metrics.insert(format!("m{i}"), Score::Value(value));
            sample.metrics.insert(format!("r{i}"), Score::Ratio(value, -value));
        }
        check(&[sample]);
    }

    #[test]
    fn a_metric_may_differ_between_tasks() {
        let mut value = bare();
        value.metrics.insert("perplexity".into(), Score::Value(-1.5));
        let mut ratio = bare();
        ratio.metrics.insert("perplexity".into(), Score::Ratio(-3.0, 2.0));
        check(&[value, bare(), ratio]);
    }

    #[test]
    fn taken_names_are_refused() {
        for names in [&["task"][..], &["acc", "acc_units"]] {
            let mut sample = bare();
            sample.metrics.insert(names[0].into(), Score::Ratio(1.0, 2.0));
            for name in &names[1..] {
                sample.metrics.insert((*name).into(), Score::Value(1.0));
            }
            let message = to_parquet(&[sample]).expect_err("a taken name").to_string();
            assert!(message.contains("cannot be called"), "{message}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_text_and_any_bits(
            rows in proptest::collection::vec((any::<String>(), any::<String>(), proptest::collection::vec(any::<u64>(), 0..4)), 0..6)
        ) {
            let samples: Vec<Sample> = rows.into_iter().map(|(context, continuation, floats)| {
                let mut sample = bare();
                let response = |bits: u64| Response {
                    log_likelihood: f64::from_bits(bits), is_greedy: bits.is_multiple_of(2), n_tokens: bits as u32, n_truncated: 0, n_unscored: 0, is_merged: bits.is_multiple_of(3), is_unfinished: bits.is_multiple_of(5), text: None, tokens: Vec::new(),
                };
                sample.responses = floats.iter().copied().map(response).collect();
                sample.requests = vec![Request::LogLikelihood { context: context.into(), continuation }];
                sample
            }).collect();
            check(&samples);
        }
    }
}
