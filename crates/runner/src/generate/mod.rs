//! Requests to write × a language model → texts.
//!
//! [`GenerationPlan::new`] decides what is written: prompts as tokens, cut from the left where the context is short, equal
//! requests once. [`GenerationPlan::write`] has them written by one or several writers, each with several paths side by
//! side; a path takes the next text as soon as its own is finished, and what prompts begin with is read once, where
//! neighbours share it. A text depends on its own request alone.
//!
//! The rules are lm-eval's (0.4.13, `HFLM.generate_until`), so that texts can be compared.

mod desk;
mod dice;
mod layout;
mod paths;
mod prompts;
mod stops;
mod writer;

#[cfg(test)]
mod tests;

use crate::{Outcome, Progress, RunnerError};
use desk::Desk;
use layout::Layout;
use prompts::Text;
use std::sync::atomic::AtomicBool;
use std::thread;
use yardstick_core::{LanguageModel, Request};

/// What writing has to go by. None of it changes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerateOptions {
    /// Threads that compute; 0 is taken as 1.
    pub threads: usize,
    /// Bytes that keys, values and working memory may take, beside the weights and the texts themselves.
    pub memory: u64,
}

/// What a model has to write for a set of requests.
#[derive(Debug)]
pub struct GenerationPlan {
    /// Neighbours' prompts begin alike.
    texts: Vec<Text>,
    layout: Layout,
    /// What a person wants to know before it runs.
    pub counts: GenerationCounts,
}

/// The size of a generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GenerationCounts {
    /// Requests.
    pub requests: usize,
    /// Distinct texts.
    pub texts: usize,
    /// Tokens of their prompts.
    pub prompt_tokens: usize,
    /// Tokens to write, at most.
    pub most_tokens: usize,
    /// Teams of threads, each with texts of its own.
    pub teams: usize,
    /// Texts that are being written at a time, by all teams together, at most.
    pub paths: usize,
    /// Positions of the longest path.
    pub longest: usize,
    /// Most bytes that keys, values and working memory take.
    pub memory: u64,
}

/// Writes the text of every [`Request::Generate`], or as many as are done when `stop` is set or the model fails.
///
/// The same bits whatever the threads, the memory, the order and the other requests. `Outcome::error` is the first reason
/// why nothing was written, if requests cannot be; see [`GenerationPlan::new`] for all of them.
pub fn generate(
    model: &dyn LanguageModel,
    requests: &[&Request],
    options: &GenerateOptions,
    stop: &AtomicBool,
    progress: &mut dyn Progress,
) -> Outcome {
    match GenerationPlan::new(model, requests, options) {
        Ok(plan) => plan.write(model, stop, progress),
        Err(errors) => Outcome { responses: vec![None; requests.len()], error: errors.into_iter().next() },
    }
}

impl GenerationPlan {
    /// Encodes every prompt (in parallel), and finds how many texts can be written side by side.
    ///
    /// # Errors
    /// Every request, in order, that this model cannot write; or that not even one path fits in the memory.
    pub fn new(
        model: &dyn LanguageModel,
        requests: &[&Request],
        options: &GenerateOptions,
    ) -> Result<Self, Vec<RunnerError>> {
        let texts = prompts::texts(model, requests)?;
        let layout = Layout::new(model, &texts, options).map_err(|least| {
            vec![RunnerError::Memory { model: model.card().name.clone(), budget: options.memory, least }]
        })?;
        let counts = GenerationCounts {
            requests: requests.len(),
            texts: texts.len(),
            prompt_tokens: texts.iter().map(|text| text.prompt.len()).sum(),
            most_tokens: texts.iter().map(|text| text.generation.max_tokens as usize).sum(),
            teams: layout.teams.count,
            paths: layout.teams.count * layout.paths,
            longest: layout.positions,
            memory: layout.memory,
        };
        Ok(Self { texts, layout, counts })
    }

    /// Writes the texts with the model that they were planned for; see [`generate`].
    pub fn write(&self, model: &dyn LanguageModel, stop: &AtomicBool, progress: &mut dyn Progress) -> Outcome {
        let desk = Desk::new(model, self, stop, progress);
        thread::scope(|scope| {
            let writers = (0..self.layout.teams.count).map(|team| {
                scope.spawn({
                    let desk = &desk;
                    move || writer::work(desk, team)
                })
            });
            for writer in writers.collect::<Vec<_>>() {
                // A panic goes on where it would have gone without threads.
                writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            }
        });
        desk.outcome()
    }
}
