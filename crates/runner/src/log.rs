//! `log/responses.jsonl`: every response as it arrives, so that nothing finished is lost.
//!
//! A line is `{"key": …, "response": …}`. The key holds everything that the response depends on (model, tokenizer, context
//! length, text), so a log can be read back into any run that asks the same question. A torn last line is not an error.

use crate::RunnerError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use yardstick_core::{ModelCard, Request, Response};

/// The name of the log in a run folder.
const FILE: &str = "responses.jsonl";

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    response: Response,
}

/// An append-only log of responses.
#[derive(Debug)]
pub struct ResponseLog {
    path: PathBuf,
    file: BufWriter<File>,
    known: HashMap<String, Response>,
}

impl ResponseLog {
    /// Opens the log in folder `dir`, making both where they are missing, and reads what is there.
    ///
    /// # Errors
    /// The folder cannot be made, the file not be read or written, or another process has it open.
    pub fn open(dir: &Path) -> Result<Self, RunnerError> {
        let path = dir.join(FILE);
        let fail = |source| RunnerError::Log { path: path.clone(), source };
        std::fs::create_dir_all(dir).map_err(fail)?;
        let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(fail)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(RunnerError::LogInUse { path });
        }
        let known = if path.is_file() { read(&path).map_err(fail)? } else { HashMap::new() };
        if file.metadata().map_err(fail)?.len() > 0 {
            // A torn line must not swallow the next one.
            file.write_all(b"\n").map_err(fail)?;
        }
        Ok(Self { path, file: BufWriter::new(file), known })
    }

    /// Takes the log in folder `dir` away, and the folder if nothing else is in it. No log is fine.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn remove(dir: &Path) -> Result<(), RunnerError> {
        let path = dir.join(FILE);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(RunnerError::Log { path, source }),
            _ => {
                // Fails when somebody else's files are in it, and then it has to stay.
                let _ = std::fs::remove_dir(dir);
                Ok(())
            }
        }
    }

    /// The response that an earlier run left under `key`.
    pub fn get(&self, key: &str) -> Option<Response> {
        self.known.get(key).cloned()
    }

    /// How many responses were there when the log was opened.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing was there when the log was opened.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Appends a response.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&mut self, key: &str, response: &Response) -> Result<(), RunnerError> {
        let line = Line { key: key.to_owned(), response: response.clone() };
        serde_json::to_writer(&mut self.file, &line).map_err(|e| self.error(e.into()))?;
        self.file.write_all(b"\n").map_err(|e| self.error(e))
    }

    /// Hands everything appended so far to the system.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&mut self) -> Result<(), RunnerError> {
        self.file.flush().map_err(|e| self.error(e))
    }

    fn error(&self, source: std::io::Error) -> RunnerError {
        RunnerError::Log { path: self.path.clone(), source }
    }
}

fn read(path: &Path) -> std::io::Result<HashMap<String, Response>> {
    let mut known = HashMap::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        if let Ok(Line { key, response }) = serde_json::from_slice(&line?) {
            known.insert(key, response);
        }
    }
    Ok(known)
}

/// A model's identity for the log, hex: weights, configuration, tokenizer, context, and the version of yardstick, whose
/// arithmetic may change between versions. (It may also differ in the last bits between kinds of processor.)
pub fn fingerprint(card: &ModelCard) -> String {
    let (n_ctx, prefix) = (card.n_ctx.to_string(), format!("{:?}", card.prefix_token));
    let mut parts = vec![
        env!("CARGO_PKG_VERSION"),
        &card.family,
        &card.weights_sha256,
        &card.tokenizer_sha256,
        &card.config_sha256,
        &n_ctx,
        &card.storage,
        &prefix,
    ];
    if !card.scoring.is_causal() {
        parts.push(card.scoring.name());
    }
    if card.device != "cpu" {
        parts.extend(["device", &card.device]);
    }
    hash(&parts)
}

/// A request's key in the log of a model with `fingerprint`, hex.
pub fn request_key(fingerprint: &str, request: &Request) -> String {
    match request {
        Request::LogLikelihood { context, continuation } => {
            hash(&[fingerprint, "loglikelihood", context, continuation])
        }
        Request::Rolling { text } => hash(&[fingerprint, "rolling", text]),
        Request::Generate { context, generation, sample } => {
            hash(&[fingerprint, "generate", context, &format!("{generation:?}"), &sample.to_string()])
        }
    }
}

/// sha256 over the parts, each with its length before it.
fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part.as_bytes());
    }
    yardstick_core::hex(&sha.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(log_likelihood: f64) -> Response {
        Response {
            log_likelihood,
            is_greedy: true,
            n_tokens: 1,
            n_truncated: 0,
            n_unscored: 0,
            is_merged: false,
            is_unfinished: false,
            text: None,
            tokens: Vec::new(),
        }
    }

    #[test]
    fn what_was_logged_comes_back_with_the_same_bits() {
        let dir = tempfile::tempdir().unwrap();
        let value = -1.0 / 3.0 * 1e3;
        let mut log = ResponseLog::open(dir.path()).unwrap();
        log.append("a", &response(value)).unwrap();
        log.flush().unwrap();
        assert!(matches!(ResponseLog::open(dir.path()), Err(RunnerError::LogInUse { .. })));
        drop(log);
        let again = ResponseLog::open(dir.path()).unwrap();
        assert_eq!(again.get("a").unwrap().log_likelihood.to_bits(), value.to_bits());
        assert_eq!((again.get("b"), again.len()), (None, 1));
    }

    #[test]
    fn only_the_log_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let (log, other) = (dir.path().join("log"), dir.path().join("log/mine.txt"));
        drop(ResponseLog::open(&log).unwrap());
        std::fs::write(&other, "x").unwrap();
        ResponseLog::remove(&log).unwrap();
        assert!(other.exists() && !log.join(FILE).exists());
        std::fs::remove_file(&other).unwrap();
        ResponseLog::remove(&log).unwrap();
        assert!(!log.exists());
    }

    #[test]
    fn a_torn_line_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = ResponseLog::open(dir.path()).unwrap();
        log.append("a", &response(-1.0)).unwrap();
        log.flush().unwrap();
        drop(log);
        let mut file = OpenOptions::new().append(true).open(dir.path().join(FILE)).unwrap();
        file.write_all(br#"{"key":"b","respo"#).unwrap();
        let mut log = ResponseLog::open(dir.path()).unwrap();
        log.append("c", &response(-3.0)).unwrap();
        log.flush().unwrap();
        drop(log);
        let log = ResponseLog::open(dir.path()).unwrap();
        assert_eq!((log.get("a").is_some(), log.get("b").is_some(), log.get("c").is_some()), (true, false, true));
    }

    #[test]
    fn a_log_of_nothing_but_a_torn_line_keeps_what_follows() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), br#"{"key":"a","res"#).unwrap();
        let mut log = ResponseLog::open(dir.path()).unwrap();
        log.append("b", &response(-1.0)).unwrap();
        drop(log);
        assert_eq!(ResponseLog::open(dir.path()).unwrap().len(), 1);
    }

    #[test]
    fn keys_tell_texts_and_models_apart() {
        let pair = |context: &str, continuation: &str| Request::LogLikelihood {
            context: context.into(),
            continuation: continuation.to_owned(),
        };
        assert_ne!(request_key("m", &pair("ab", "c")), request_key("m", &pair("a", "bc")));
        assert_ne!(request_key("m", &pair("a", "b")), request_key("n", &pair("a", "b")));
    }

    #[test]
    fn a_model_whose_weights_are_rounded_is_another() {
        let masked = |scoring| fingerprint(&ModelCard { scoring, ..crate::toy::card() });
        let [l2r, original] = yardstick_core::Scoring::MASKED.map(masked);
        assert!(l2r != original && l2r != fingerprint(&crate::toy::card()));
        let held = |storage: &str| fingerprint(&ModelCard { storage: storage.to_owned(), ..crate::toy::card() });
        let prints = ["f32", "bf16", "int8", "int4"].map(held);
        let distinct: std::collections::BTreeSet<&String> = prints.iter().collect();
        assert_eq!(distinct.len(), prints.len());
        let on = |device: &str| fingerprint(&ModelCard { device: device.to_owned(), ..crate::toy::card() });
        assert_eq!(on("cpu"), held("f32"));
        assert_ne!(on("cuda"), on("cpu"));
        assert_eq!(held("f32"), fingerprint(&ModelCard { name: "called otherwise".to_owned(), ..crate::toy::card() }));
    }
}
