//! Writes the texts of a plan, step by step.

use super::GenerationPlan;
use super::paths::{Path, begin, shares};
use super::stops::Stops;
use crate::{Progress, RunnerError};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use yardstick_core::{Decoder, Feed, LanguageModel, Next, Pick, Response, ScoreError};

/// Texts as they are written.
pub struct Writer<'a> {
    model: &'a dyn LanguageModel,
    plan: &'a GenerationPlan,
    progress: &'a mut dyn Progress,
    /// Texts that are not begun.
    queue: VecDeque<usize>,
    paths: Vec<Path>,
    responses: Vec<Option<Response>>,
}

impl<'a> Writer<'a> {
    /// With nothing begun.
    pub fn new(model: &'a dyn LanguageModel, plan: &'a GenerationPlan, progress: &'a mut dyn Progress) -> Self {
        Self {
            model,
            plan,
            progress,
            queue: (0..plan.texts.len()).collect(),
            paths: (0..plan.layout.paths).map(|_| Path::default()).collect(),
            responses: vec![None; plan.requests],
        }
    }

    /// Responses so far.
    pub fn responses(self) -> Vec<Option<Response>> {
        self.responses
    }

    /// Writes until all is done or `stop` is set.
    ///
    /// # Errors
    /// What the model or progress says.
    pub fn run(&mut self, stop: &AtomicBool) -> Result<(), RunnerError> {
        let (model, layout) = (self.model, &self.plan.layout);
        let end = model.card().end_token.map(|token| model.decode(&[token], false));
        let end = end.transpose().map_err(|source| self.fail(0, source))?;
        let mut decoder = model.decoder(layout.paths, layout.positions, layout.threads);
        while !stop.load(Ordering::Relaxed) {
            self.begin(decoder.as_mut())?;
            if self.paths.iter().all(|path| path.work.is_none()) {
                break;
            }
            self.step(decoder.as_mut(), end.as_deref())?;
        }
        Ok(())
    }

    /// Begins as many texts as there are free paths.
    fn begin(&mut self, decoder: &mut (dyn Decoder + 'a)) -> Result<(), RunnerError> {
        while let Some(start) = begin(&self.plan.texts, &mut self.queue, &mut self.paths) {
            if start.from != start.path {
                decoder.copy(start.from, start.path, start.len).map_err(|source| self.fail(start.path, source))?;
            }
        }
        Ok(())
    }

    /// Every path reads its share, and where a text has nothing unread left a token is picked.
    fn step(&mut self, decoder: &mut (dyn Decoder + 'a), end: Option<&str>) -> Result<(), RunnerError> {
        let shares = shares(&self.paths, self.plan.layout.stretch);
        let feeds: Vec<Feed> = (0..self.paths.len()).filter_map(|path| self.feed(path, shares[path])).collect();
        let picking: Vec<usize> = feeds.iter().filter(|feed| feed.pick.is_some()).map(|feed| feed.path).collect();
        let next = decoder.step(&feeds).and_then(|next| self.complete(next, picking.len()));
        let next = next.map_err(|source| {
            let path = match source {
                ScoreError::NotFinite { wanted, .. } => picking.get(wanted),
                _ => feeds.first().map(|feed| &feed.path),
            };
            self.fail(path.copied().unwrap_or(0), source)
        })?;
        for (path, share) in self.paths.iter_mut().zip(&shares) {
            let read = path.unread()[..*share].to_vec();
            path.tokens.extend(read);
        }
        for (path, next) in picking.into_iter().zip(next) {
            self.take(path, next, end)?;
        }
        self.progress.batch(shares.iter().sum())
    }

    fn feed(&self, path: usize, share: usize) -> Option<Feed<'_>> {
        let Path { tokens, work } = &self.paths[path];
        let work = work.as_ref().filter(|_| share > 0)?;
        let unread = &work.tokens[tokens.len()..];
        let pick = || match (&self.plan.texts[work.text].generation.sampling, &work.dice) {
            (Some(sampling), Some(dice)) => Pick::Draw { sampling, uniform: dice.uniform(work.written().len()) },
            _ => Pick::First,
        };
        let pick = (share == unread.len()).then(pick);
        Some(Feed { path, start: tokens.len(), tokens: &unread[..share], pick })
    }

    fn complete(&self, next: Vec<Next>, wanted: usize) -> Result<Vec<Next>, ScoreError> {
        if next.len() == wanted {
            return Ok(next);
        }
        let reason = format!("{} tokens picked of {wanted}", next.len());
        Err(ScoreError::Backend { model: self.model.card().name.clone(), reason })
    }

    /// Puts a token behind a path's text; finishes the text if it ends there.
    fn take(&mut self, path: usize, next: Next, end: Option<&str>) -> Result<(), RunnerError> {
        let Some(work) = &mut self.paths[path].work else { return Ok(()) };
        work.push(next);
        let Some(work) = &self.paths[path].work else { return Ok(()) };
        let (generation, written) = (&self.plan.texts[work.text].generation, work.written());
        let text = self.model.decode(written, true).map_err(|source| self.fail(path, source))?;
        let cut = Stops::new(&generation.until, end).cut(&text);
        let is_last =
            written.len() == generation.max_tokens as usize || self.model.card().end_token == Some(next.token);
        match cut {
            Some(cut) => self.finish(path, cut),
            None if is_last => self.finish(path, &text),
            None => Ok(()),
        }
    }

    /// Hands in a path's text; the path is free.
    fn finish(&mut self, path: usize, text: &str) -> Result<(), RunnerError> {
        let Some(work) = self.paths[path].work.take() else { return Ok(()) };
        for one in &self.plan.texts[work.text].uses {
            let response = Response {
                log_likelihood: work.log_likelihood,
                is_greedy: work.is_greedy,
                n_tokens: work.written().len() as u32,
                n_truncated: one.n_truncated as u32,
                text: Some(text.to_owned()),
                ..Response::default()
            };
            self.progress.response(one.request, self.responses[one.request].insert(response))?;
        }
        Ok(())
    }

    /// The failure of a path, as its request knows it.
    fn fail(&self, path: usize, source: ScoreError) -> RunnerError {
        let text = self.paths.get(path).and_then(|path| path.work.as_ref()).map_or(0, |work| work.text);
        let request = self.plan.texts.get(text).and_then(|text| text.uses.first()).map_or(0, |one| one.request);
        RunnerError::Score { request, source }
    }
}
