//! Writes texts, step by step.

use super::desk::{CloseOnPanic, Desk};
use super::paths::{Path, begin, shares};
use super::stops::Stops;
use crate::RunnerError;
use crate::execute::pool;
use yardstick_core::{Decoder, Feed, Next, Pick, Response, ScoreError};

/// A team's life: on its own thread alone, or with a pool of its own.
pub fn work(desk: &Desk, team: usize) {
    let _guard = CloseOnPanic(desk);
    let result = match pool(desk.plan.layout.teams.threads) {
        Ok(None) => Writer::new(desk, team).run(),
        Ok(Some(pool)) => pool.install(|| Writer::new(desk, team).run()),
        Err(error) => Err(RunnerError::Threads { reason: error.to_string() }),
    };
    result.unwrap_or_else(|error| desk.fail(error));
}

/// A team's texts as they are written.
struct Writer<'d, 'a> {
    desk: &'d Desk<'a>,
    team: usize,
    paths: Vec<Path>,
    /// A text that waits until another has read what both begin with.
    waiting: Option<usize>,
}

impl<'d, 'a> Writer<'d, 'a> {
    fn new(desk: &'d Desk<'a>, team: usize) -> Self {
        let paths = (0..desk.plan.layout.paths).map(|_| Path::default()).collect();
        Self { desk, team, paths, waiting: None }
    }

    /// Writes until nothing is left or all should stop.
    fn run(&mut self) -> Result<(), RunnerError> {
        let (model, layout) = (self.desk.model, &self.desk.plan.layout);
        let end = model.card().end_token.map(|token| model.decode(&[token], false));
        let end = end.transpose().map_err(|source| self.fail(0, source))?;
        let mut decoder = model.decoder(layout.paths, layout.positions, layout.teams.threads);
        while self.desk.is_open() {
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
        while self.paths.iter().any(|path| path.work.is_none()) {
            let Some(text) = self.waiting.take().or_else(|| self.desk.next(self.team)) else { break };
            let Some(start) = begin(text, &self.desk.plan.texts[text], &mut self.paths) else {
                self.waiting = Some(text);
                break;
            };
            if start.from != start.path {
                decoder.copy(start.from, start.path, start.len).map_err(|source| self.fail(start.path, source))?;
            }
        }
        Ok(())
    }

    /// Every path reads its share, and where a text has nothing unread left a token is picked.
    fn step(&mut self, decoder: &mut (dyn Decoder + 'a), end: Option<&str>) -> Result<(), RunnerError> {
        let shares = shares(&self.paths, self.desk.plan.layout.stretch);
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
        self.desk.read(shares.iter().sum())
    }

    fn feed(&self, path: usize, share: usize) -> Option<Feed<'_>> {
        let Path { tokens, work } = &self.paths[path];
        let work = work.as_ref().filter(|_| share > 0)?;
        let unread = &work.tokens[tokens.len()..];
        let pick = || match (&self.desk.plan.texts[work.text].generation.sampling, &work.dice) {
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
        Err(ScoreError::Backend { model: self.desk.model.card().name.clone(), reason })
    }

    /// Puts a token behind a path's text; finishes the text if it ends there.
    fn take(&mut self, path: usize, next: Next, end: Option<&str>) -> Result<(), RunnerError> {
        let Some(work) = &mut self.paths[path].work else { return Ok(()) };
        work.push(next);
        let Some(work) = &self.paths[path].work else { return Ok(()) };
        let (generation, written) = (&self.desk.plan.texts[work.text].generation, work.written());
        let text = self.desk.model.decode(written, true).map_err(|source| self.fail(path, source))?;
        let cut = Stops::new(&generation.until, end).cut(&text);
        let is_end = self.desk.model.card().end_token == Some(next.token);
        let is_full = written.len() == generation.max_tokens as usize;
        match cut {
            Some(cut) => self.finish(path, cut, false),
            None if is_end || is_full => self.finish(path, &text, !is_end),
            None => Ok(()),
        }
    }

    /// Hands in a path's text; the path is free.
    fn finish(&mut self, path: usize, text: &str, is_unfinished: bool) -> Result<(), RunnerError> {
        let Some(work) = self.paths[path].work.take() else { return Ok(()) };
        for one in &self.desk.plan.texts[work.text].uses {
            let response = Response {
                log_likelihood: work.log_likelihood,
                is_greedy: work.is_greedy,
                n_tokens: work.written().len() as u32,
                n_truncated: one.n_truncated as u32,
                is_unfinished,
                text: Some(text.to_owned()),
                ..Response::default()
            };
            self.desk.respond(one.request, response)?;
        }
        Ok(())
    }

    /// The failure of a path, as its request knows it.
    fn fail(&self, path: usize, source: ScoreError) -> RunnerError {
        let text = self.paths.get(path).and_then(|path| path.work.as_ref()).map_or(0, |work| work.text);
        let request = self.desk.plan.texts.get(text).and_then(|text| text.uses.first()).map_or(0, |one| one.request);
        RunnerError::Score { request, source }
    }
}
