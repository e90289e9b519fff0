//! `generation_kwargs`: how a model writes, and when it stops.

use super::OutputType;
use crate::error::{TaskError, nearest};
use crate::yaml::{Entry, Kind, Node};
use std::sync::Arc;
use yardstick_core::{Generation, Sampling};

/// Tokens that are written at most where the file does not say: lm-eval's `max_gen_toks`.
const MAX_TOKENS: u32 = 256;
/// The seed of drawn tokens: lm-eval's for torch.
const SEED: u64 = 1234;
/// What the transformers library draws from where the file does not say.
const TOP_K: u32 = 50;

/// Names of the most tokens to write, the first that stands there counts.
const MAX_TOKENS_KEYS: [&str; 4] = ["max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens"];
/// Keys besides those.
const KEYS: [&str; 6] = ["until", "do_sample", "temperature", "top_k", "top_p", "num_beams"];
/// Keys of the transformers library that speed up or describe and change no text.
const NO_EFFECT: [&str; 3] = ["use_cache", "early_stopping", "length_penalty"];
/// Keys of the transformers library that change the text, which is not written without them.
const UNSUPPORTED: [&str; 6] =
    ["repetition_penalty", "no_repeat_ngram_size", "min_new_tokens", "min_length", "min_p", "typical_p"];

/// How the tokens of a `generate_until` task are written, and what a reader of the results must know about it.
///
/// Without `generation_kwargs` lm-eval writes greedily, at most 256 tokens, up to the few-shot delimiter.
///
/// # Errors
/// A key that there is not, or with a value that it cannot have.
pub(super) fn generation(root: &Node, output_type: OutputType) -> Result<(Arc<Generation>, Vec<String>), TaskError> {
    let empty = Node { place: root.place.clone(), kind: Kind::Map(Vec::new()) };
    // A task that writes nothing may have the key all the same, from a file that it includes.
    let own = root.get("generation_kwargs").filter(|_| output_type == OutputType::GenerateUntil).unwrap_or(&empty);
    own.entries("generation_kwargs")?.iter().try_for_each(check)?;
    let generation = Generation { until: until(root, own)?, max_tokens: max_tokens(own)?, sampling: sampling(own)? };
    Ok((Arc::new(generation), beams(own)?.into_iter().collect()))
}

fn check(entry: &Entry) -> Result<(), TaskError> {
    let key = entry.key.as_str();
    let mut known = MAX_TOKENS_KEYS.iter().chain(&KEYS).chain(&NO_EFFECT);
    if known.any(|name| *name == key) || entry.value.is_null() {
        return Ok(());
    }
    let place = entry.place.clone();
    if UNSUPPORTED.contains(&key) {
        let reason = "it changes what is written".to_owned();
        return Err(TaskError::Unsupported { place, key: key.to_owned(), reason });
    }
    let names = MAX_TOKENS_KEYS.into_iter().chain(KEYS);
    Err(TaskError::UnknownKey { place, key: key.to_owned(), nearest: nearest(key, names) })
}

/// The stop strings; an empty one would stop before the first token and counts as none.
fn until(root: &Node, own: &Node) -> Result<Vec<String>, TaskError> {
    let until = match own.get("until") {
        Some(node) => node.strings("until")?,
        None => match root.get("fewshot_delimiter") {
            Some(node) => vec![node.str("fewshot_delimiter")?.to_owned()],
            None => vec!["\n\n".to_owned()],
        },
    };
    Ok(until.into_iter().filter(|text| !text.is_empty()).collect())
}

fn max_tokens(own: &Node) -> Result<u32, TaskError> {
    let Some((key, node)) = MAX_TOKENS_KEYS.iter().find_map(|key| Some((*key, own.get(key)?))) else {
        return Ok(MAX_TOKENS);
    };
    match u32::try_from(node.count(key)?) {
        Ok(tokens @ 1..) => Ok(tokens),
        _ => Err(node.wrong(key, &format!("from 1 to {}", u32::MAX))),
    }
}

/// lm-eval's rule: `do_sample`, and where it does not stand there, a temperature above 0.
fn sampling(own: &Node) -> Result<Option<Sampling>, TaskError> {
    let temperature = number(own, "temperature")?;
    let is_drawn = match own.get("do_sample") {
        Some(node) => node.bool("do_sample")?,
        None => temperature.is_some_and(|value| value > 0.0),
    };
    let top_k = own.get("top_k").map(|node| node.count("top_k")).transpose()?;
    let top_p = number(own, "top_p")?;
    if !is_drawn {
        return Ok(None);
    }
    let temperature = temperature.unwrap_or(1.0);
    if let Some(node) = own.get("temperature").filter(|_| !(temperature > 0.0 && temperature.is_finite())) {
        return Err(node.wrong("temperature", "above 0 with `do_sample: true`"));
    }
    if let Some(node) = own.get("top_p").filter(|_| !top_p.is_some_and(|p| p > 0.0 && p <= 1.0)) {
        return Err(node.wrong("top_p", "above 0 and at most 1"));
    }
    let top_k = top_k.map_or(Some(TOP_K), |k| u32::try_from(k).ok().filter(|&k| k > 0));
    Ok(Some(Sampling { temperature, top_k, top_p, seed: SEED }))
}

fn number(own: &Node, key: &str) -> Result<Option<f64>, TaskError> {
    let Some(node) = own.get(key) else { return Ok(None) };
    match &node.kind {
        Kind::Float(value, _) => Ok(Some(*value)),
        Kind::Int(value) => Ok(Some(*value as f64)),
        // `1e-5` is text to a YAML 1.1 reader, and Python's `float` reads it.
        Kind::Str(text) if text.parse::<f64>().is_ok() => Ok(text.parse().ok()),
        _ => Err(node.wrong(key, "a number")),
    }
}

/// Beam search is not offered; that greedy text stands in for it is said.
fn beams(own: &Node) -> Result<Option<String>, TaskError> {
    let Some(node) = own.get("num_beams") else { return Ok(None) };
    let beams = node.count("num_beams")?;
    let warning = || format!("{}: `num_beams: {beams}` has no effect: one text is followed, not several", node.place);
    Ok((beams > 1).then(warning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn read(text: &str) -> Result<(Arc<Generation>, Vec<String>), TaskError> {
        generation(&yaml::parse(&"f".into(), text).unwrap(), OutputType::GenerateUntil)
    }

    fn check_kwargs(kwargs: &str, until: &[&str], max_tokens: u32, sampling: Option<(f64, Option<u32>, Option<f64>)>) {
        let (read, _) = read(&format!("task: t\ngeneration_kwargs: {kwargs}\n")).unwrap();
        let until = until.iter().map(|&text| text.to_owned()).collect();
        let sampling = sampling.map(|(temperature, top_k, top_p)| Sampling { temperature, top_k, top_p, seed: SEED });
        assert_eq!(*read, Generation { until, max_tokens, sampling }, "{kwargs}");
    }

    fn check_error(kwargs: &str, want: &str) {
        let error = read(&format!("task: t\ngeneration_kwargs: {kwargs}\n")).unwrap_err();
        assert_eq!(error.to_string(), want, "{kwargs}");
    }

    #[test]
    fn as_lm_eval_normalizes_them() {
        check_kwargs("~", &["\n\n"], 256, None);
        check_kwargs("{until: []}", &[], 256, None);
        check_kwargs("{until: '.', max_gen_toks: 10}", &["."], 10, None);
        check_kwargs("{until: ['', a], max_new_tokens: 5, max_tokens: 7}", &["a"], 5, None);
        check_kwargs("{do_sample: false, temperature: 1, top_p: 0.5}", &["\n\n"], 256, None);
        check_kwargs("{do_sample: true}", &["\n\n"], 256, Some((1.0, Some(50), None)));
        check_kwargs("{temperature: 0.8, top_p: 0.95}", &["\n\n"], 256, Some((0.8, Some(50), Some(0.95))));
        check_kwargs("{temperature: 1e-1, top_k: 0}", &["\n\n"], 256, Some((0.1, None, None)));
        check_kwargs("{temperature: 0.0, num_beams: 1}", &["\n\n"], 256, None);
    }

    #[test]
    fn the_delimiter_stops() {
        let (read, _) = read("fewshot_delimiter: '##'\n").unwrap();
        assert_eq!(read.until, ["##"]);
    }

    #[test]
    fn what_is_wrong_or_without_effect() {
        check_error("{max_gen_tok: 5}", "f:2: unknown key `max_gen_tok`; did you mean `max_gen_toks`?");
        check_error("{max_gen_toks: 0}", "f:2: `max_gen_toks` must be from 1 to 4294967295, but is the integer 0");
        check_error(
            "{do_sample: true, temperature: 0}",
            "f:2: `temperature` must be above 0 with `do_sample: true`, but is the integer 0",
        );
        check_error("{temperature: hot}", "f:2: `temperature` must be a number, but is the string \"hot\"");
        check_error("{do_sample: true, top_p: 2}", "f:2: `top_p` must be above 0 and at most 1, but is the integer 2");
        check_error(
            "{repetition_penalty: 1.2}",
            "f:2: `repetition_penalty` is not supported yet: it changes what is written",
        );
        let (_, warnings) = read("generation_kwargs: {num_beams: 10}\n").unwrap();
        assert_eq!(warnings, ["f:1: `num_beams: 10` has no effect: one text is followed, not several"]);
    }
}
