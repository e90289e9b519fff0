//! From requests to the texts that answer them.

use crate::RunnerError;
use crate::encode::begin;
use crate::spans::all_or_errors;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use yardstick_core::{Generation, LanguageModel, Request, Sampling, ScoreError};

/// A text to write.
#[derive(Debug)]
pub struct Text {
    /// What the model reads first, at least one token.
    pub prompt: Vec<u32>,
    /// How it is written.
    pub generation: Arc<Generation>,
    /// Which of the prompt's samples it is; 0 where nothing is drawn.
    pub sample: u32,
    /// Who asked for it, ascending.
    pub uses: Vec<Use>,
}

/// A request that waits for a text.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Its index.
    pub request: usize,
    /// Tokens cut from its prompt.
    pub n_truncated: usize,
}

/// A request as tokens.
struct Prompt {
    tokens: Vec<u32>,
    n_truncated: usize,
    generation: Arc<Generation>,
    sample: u32,
}

/// The texts of all requests, equal ones once; those whose prompts begin alike are neighbours.
///
/// # Errors
/// Every request, in order, that this model cannot write.
pub fn texts(model: &dyn LanguageModel, requests: &[&Request]) -> Result<Vec<Text>, Vec<RunnerError>> {
    let prompt = |(index, request): (usize, &&Request)| prompt(model, index, request);
    let prompts = all_or_errors(requests.par_iter().enumerate().map(prompt).collect())?;
    let mut ways = BTreeMap::new();
    let mut texts: BTreeMap<(Vec<u32>, usize, u32), Text> = BTreeMap::new();
    for (request, Prompt { tokens, n_truncated, generation, sample }) in prompts.into_iter().enumerate() {
        let count = ways.len();
        let way = *ways.entry(format!("{generation:?}")).or_insert(count);
        let text = texts.entry((tokens, way, sample)).or_insert_with_key(|(prompt, ..)| Text {
            prompt: prompt.clone(),
            generation,
            sample,
            uses: Vec::new(),
        });
        text.uses.push(Use { request, n_truncated });
    }
    Ok(texts.into_values().collect())
}

/// Encodes a request and cuts its prompt from the left so that `max_tokens` fit behind it.
fn prompt(model: &dyn LanguageModel, request: usize, asked: &Request) -> Result<Prompt, RunnerError> {
    let Request::Generate { context, generation, sample } = asked else {
        return Err(RunnerError::NotWritten { request });
    };
    if !model.card().scoring.is_causal() {
        return Err(RunnerError::CannotWrite { request, model: model.card().name.clone() });
    }
    check(model, request, generation)?;
    let fail = |source: ScoreError| RunnerError::Score { request, source };
    let mut tokens = model.encode(context).map_err(fail)?;
    if tokens.is_empty() {
        let empty = || RunnerError::EmptyPrompt { request, model: model.card().name.clone() };
        tokens.push(model.card().prefix_token.ok_or_else(empty)?);
    }
    begin(model.card(), &mut tokens);
    let room = model.card().n_ctx - generation.max_tokens as usize;
    let n_truncated = tokens.len().saturating_sub(room);
    tokens.drain(..n_truncated);
    let sample = if generation.sampling.is_some() { *sample } else { 0 };
    Ok(Prompt { tokens, n_truncated, generation: Arc::clone(generation), sample })
}

fn check(model: &dyn LanguageModel, request: usize, generation: &Generation) -> Result<(), RunnerError> {
    let (max_tokens, n_ctx) = (generation.max_tokens, model.card().n_ctx);
    let wrong = |key, value, rule| Err(RunnerError::Generation { request, key, value, rule });
    if max_tokens == 0 {
        return wrong("max_tokens", "0".to_owned(), "at least 1");
    }
    if max_tokens as usize >= n_ctx {
        return Err(RunnerError::NoRoom { request, model: model.card().name.clone(), max_tokens, n_ctx });
    }
    let Some(Sampling { temperature, top_p, .. }) = generation.sampling else { return Ok(()) };
    if !(temperature.is_finite() && temperature > 0.0) {
        return wrong("temperature", temperature.to_string(), "above 0; leave sampling out for the most likely tokens");
    }
    match top_p {
        Some(p) if !(0.0..=1.0).contains(&p) => wrong("top_p", p.to_string(), "from 0 to 1"),
        _ => Ok(()),
    }
}
