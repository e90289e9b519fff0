//! Documents of four kinds of task, as requests and as files.
//!
//! Sizes are those of the well-known datasets that each stands for: what matters for speed is how long contexts and
//! continuations are and what they share.

use crate::random::SplitMix64;
use crate::words::Language;
use crate::{WorkloadError, make_folder, write_file};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use yardstick_core::Request;

const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// How much work a task set is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Part of the full number of documents: 200 for questions, 8 for rolling texts. At least one is made.
    pub documents: f64,
    /// Part of the full number of words in each text, for models with a short context.
    pub words: f64,
}

impl Size {
    /// What the comparison with other tools runs.
    pub const FULL: Self = Self { documents: 1.0, words: 1.0 };

    fn documents(self, full: usize) -> usize {
        scaled(full, self.documents)
    }

    fn words(self, full: usize) -> usize {
        scaled(full, self.words)
    }
}

fn scaled(full: usize, part: f64) -> usize {
    // The product is a count again: small, not negative.
    #[allow(clippy::cast_sign_loss, reason = "parts are not negative")]
    let count = (full as f64 * part).round() as usize;
    count.max(1)
}

/// One task: its documents, and how they are asked.
#[derive(Clone, Debug)]
pub struct TaskSet {
    /// The task's id.
    pub id: &'static str,
    /// What it is like, in a few words.
    pub about: &'static str,
    /// One JSON object a document.
    pub documents: Vec<Value>,
    /// The part of the task file that tells how a document is asked.
    prompt: &'static str,
    ask: fn(&Value) -> Vec<Request>,
}

impl TaskSet {
    /// The documents' requests, in order: what a tool makes of the task file.
    pub fn requests(&self) -> Vec<Request> {
        self.documents.iter().flat_map(self.ask).collect()
    }

    /// The task file in lm-eval's schema; `data` is the file with the documents.
    fn yaml(&self, data: &str) -> String {
        let Self { id, about, prompt, .. } = self;
        // A JSON string is a YAML string too.
        let data = Value::from(data);
        format!(
            "task: {id}\ndataset_path: json\ndataset_kwargs:\n  data_files:\n    test: {data}\ntest_split: test\n\
             {prompt}metadata:\n  version: 1.0\n  about: {about}\n"
        )
    }

    /// The documents, one JSON object a line.
    fn jsonl(&self) -> String {
        self.documents.iter().flat_map(|document| [document.to_string(), "\n".to_owned()]).collect()
    }
}

/// The four task sets.
pub fn task_sets(size: Size) -> Vec<TaskSet> {
    let language = Language::new();
    vec![endings(&language, size), last_words(&language, size), exams(&language, size), pages(&language, size)]
}

/// Writes each task set as `<id>.yaml` and `<id>.jsonl`, which the former names by its full path.
///
/// # Errors
/// A file that cannot be written, or a path that is not UTF-8.
pub fn write_tasks(folder: &Path, sets: &[TaskSet]) -> Result<(), WorkloadError> {
    make_folder(folder)?;
    let folder = folder.canonicalize().map_err(|source| WorkloadError::Write { path: folder.to_owned(), source })?;
    for set in sets {
        let data = folder.join(format!("{}.jsonl", set.id));
        write_file(&data, &set.jsonl())?;
        let name = data.to_str().ok_or_else(|| WorkloadError::Path { path: data.clone() })?;
        write_file(&folder.join(format!("{}.yaml", set.id)), &set.yaml(name))?;
    }
    Ok(())
}

/// Four endings to a context of about 100 tokens, each of about 25.
fn endings(language: &Language, size: Size) -> TaskSet {
    let document = |i: usize| {
        let mut random = SplitMix64::named(&format!("endings {i}"));
        let context = language.text(size.words(random.between(64, 90)), &mut random);
        let endings: Vec<String> =
            (0..4).map(|_| language.text(size.words(random.between(14, 24)), &mut random)).collect();
        json!({ "context": context, "endings": endings, "label": random.below(4) })
    };
    TaskSet {
        id: "bench_hellaswag",
        about: "four endings of a shared context",
        documents: (0..size.documents(200)).map(document).collect(),
        prompt: "output_type: multiple_choice\ndoc_to_text: context\ndoc_to_target: label\ndoc_to_choice: endings\n\
                 metric_list:\n  - metric: acc\n  - metric: acc_norm\n",
        ask: |document| {
            let context: Arc<str> = text(&document["context"]).into();
            let endings = document["endings"].as_array().into_iter().flatten();
            endings.map(|ending| continuation(&context, format!(" {}", text(ending)))).collect()
        },
    }
}

/// The last word of about 100 tokens.
fn last_words(language: &Language, size: Size) -> TaskSet {
    let document = |i: usize| {
        let mut random = SplitMix64::named(&format!("last word {i}"));
        let passage = language.text(size.words(random.between(64, 90)), &mut random);
        let context = format!("{passage} {}", language.word(&mut random));
        json!({ "context": context, "word": language.word(&mut random) })
    };
    TaskSet {
        id: "bench_lambada",
        about: "the last word of a passage",
        documents: (0..size.documents(200)).map(document).collect(),
        prompt: "output_type: loglikelihood\ndoc_to_text: context\ndoc_to_target: \"{{' ' + word}}\"\n\
                 metric_list:\n  - metric: perplexity\n  - metric: acc\n",
        ask: |document| vec![continuation(&text(&document["context"]).into(), format!(" {}", text(&document["word"])))],
    }
}

/// Questions of about 80 tokens in four subjects, each after the same five solved ones of its subject (about 600 tokens).
fn exams(language: &Language, size: Size) -> TaskSet {
    let subjects = 4;
    let prefix = |subject: usize| -> String {
        let mut random = SplitMix64::named(&format!("subject {subject}"));
        let example = |random: &mut SplitMix64| {
            let question = question(language, size, 50, random);
            format!("{question} {}\n\n", random.pick(&LETTERS))
        };
        (0..5).map(|_| example(&mut random)).collect()
    };
    let prefixes: Vec<String> = (0..subjects).map(prefix).collect();
    let count = size.documents(200);
    let document = |i: usize| {
        let mut random = SplitMix64::named(&format!("exam {i}"));
        let question = question(language, size, 26, &mut random);
        json!({ "prefix": prefixes[i * subjects / count], "question": question, "label": random.below(4) })
    };
    TaskSet {
        id: "bench_mmlu",
        about: "one-letter answers after five solved questions",
        documents: (0..count).map(document).collect(),
        prompt: "output_type: multiple_choice\ndoc_to_text: \"{{prefix}}{{question}}\"\ndoc_to_target: label\n\
                 doc_to_choice: [\"A\", \"B\", \"C\", \"D\"]\nmetric_list:\n  - metric: acc\n",
        ask: |document| {
            let context: Arc<str> = [text(&document["prefix"]), text(&document["question"])].concat().into();
            LETTERS.iter().map(|letter| continuation(&context, format!(" {letter}"))).collect()
        },
    }
}

/// A question of `words` words, four answers a line each, and the word after which the letter comes.
fn question(language: &Language, size: Size, words: usize, random: &mut SplitMix64) -> String {
    let mut text = language.text(size.words(words), random);
    for letter in LETTERS {
        let answer = language.text(size.words(random.between(2, 5)), random);
        text.extend(["\n", letter, ". ", &answer]);
    }
    text + "\nAnswer:"
}

/// Texts that are scored whole: 50 KB in all.
fn pages(language: &Language, size: Size) -> TaskSet {
    let document = |i: usize| {
        let mut random = SplitMix64::named(&format!("page {i}"));
        let paragraphs: Vec<String> =
            (0..9).map(|_| language.text(size.words(random.between(85, 130)), &mut random)).collect();
        json!({ "page": paragraphs.join("\n\n") })
    };
    TaskSet {
        id: "bench_wikitext",
        about: "perplexity of whole texts",
        documents: (0..size.documents(8)).map(document).collect(),
        prompt: "output_type: loglikelihood_rolling\ndoc_to_text: \"\"\ndoc_to_target: page\n\
                 metric_list:\n  - metric: word_perplexity\n  - metric: byte_perplexity\n  - metric: bits_per_byte\n",
        ask: |document| vec![Request::Rolling { text: text(&document["page"]).to_owned() }],
    }
}

/// A document's choices share the text of its context.
fn continuation(context: &Arc<str>, continuation: String) -> Request {
    Request::LogLikelihood { context: Arc::clone(context), continuation }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn full_sets_have_their_counts() {
        let sets = task_sets(Size::FULL);
        let counts: Vec<(&str, usize, usize)> =
            sets.iter().map(|set| (set.id, set.documents.len(), set.requests().len())).collect();
        let expected = [
            ("bench_hellaswag", 200, 800),
            ("bench_lambada", 200, 200),
            ("bench_mmlu", 200, 800),
            ("bench_wikitext", 8, 8),
        ];
        assert_eq!(counts, expected);
        let bytes: usize = sets[3].requests().iter().map(|request| request.scored_text().len()).sum();
        assert!((45_000..55_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn every_text_is_there_and_subjects_share_their_prefix() {
        let sets = task_sets(Size { documents: 0.1, words: 0.2 });
        for set in &sets {
            assert!(set.requests().iter().all(|request| !request.scored_text().is_empty()), "{}", set.id);
        }
        let prefixes: BTreeSet<&str> = sets[2].documents.iter().map(|document| text(&document["prefix"])).collect();
        assert_eq!(prefixes.len(), 4);
    }

    #[test]
    fn files_name_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let sets = task_sets(Size { documents: 0.02, words: 0.1 });
        write_tasks(&dir.path().join("tasks"), &sets).unwrap();
        for set in sets {
            let path = dir.path().canonicalize().unwrap().join("tasks").join(set.id);
            let yaml = std::fs::read_to_string(path.with_extension("yaml")).unwrap();
            assert!(yaml.contains(&format!("{}.jsonl", path.display())), "{yaml}");
            let rows = std::fs::read_to_string(path.with_extension("jsonl")).unwrap();
            assert_eq!(rows.lines().count(), set.documents.len());
        }
    }
}
