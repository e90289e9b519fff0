//! Computes a plan on all threads.

mod collect;
mod queue;

#[cfg(test)]
mod tests;

use crate::strands::{Resume, Strand};
use crate::whole::WholeSpans;
use crate::{Plan, RunnerError};
use collect::Collector;
use queue::{CloseOnPanic, Queue};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use yardstick_core::{LanguageModel, Response, ScoreError, Session, Stretch, TokenScore, Wanted};

/// Is told of everything that gets done. Called under a lock, once a stretch.
pub trait Progress: Send {
    /// A stretch is done: `rows` more tokens were fed to the model, and the responses that it completed were told.
    ///
    /// # Errors
    /// Stops the run.
    fn batch(&mut self, rows: usize) -> Result<(), RunnerError>;

    /// A request (index as planned) has its response.
    ///
    /// # Errors
    /// Stops the run, for example because the log cannot be written.
    fn response(&mut self, request: usize, response: &Response) -> Result<(), RunnerError>;
}

/// Progress that nobody looks at.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn batch(&mut self, _: usize) -> Result<(), RunnerError> {
        Ok(())
    }

    fn response(&mut self, _: usize, _: &Response) -> Result<(), RunnerError> {
        Ok(())
    }
}

/// What a model's run gave, complete or not.
#[derive(Debug)]
pub struct Outcome {
    /// For each request, in order; `None` where the run stopped before it.
    pub responses: Vec<Option<Response>>,
    /// Why it stopped early, when it was not asked to.
    pub error: Option<RunnerError>,
}

/// Scores every request of the plan, or as many as are done when `stop` is set or the model fails.
///
/// Strands are computed in any order by any team; sums run over a request's spans and tokens in the order of the text, so
/// the responses have the same bits every time.
pub fn execute(model: &dyn LanguageModel, plan: &Plan, stop: &AtomicBool, progress: &mut dyn Progress) -> Outcome {
    let queue = Queue::new(&plan.strands, plan.counts.teams);
    let run = Run { model, plan, stop, queue: &queue, collector: Mutex::new(Collector::new(plan, progress)) };
    if run.collector().has_failed() {
        queue.close();
    }
    thread::scope(|scope| {
        let count = plan.counts.teams.min(plan.strands.len());
        let teams: Vec<_> = (0..count).map(|_| scope.spawn(|| run.team())).collect();
        for team in teams {
            // A panic goes on where it would have gone without threads.
            team.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    let collector = run.collector.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (responses, error) = collector.finished();
    Outcome { responses, error }
}

/// What all teams share.
struct Run<'a> {
    model: &'a dyn LanguageModel,
    plan: &'a Plan,
    stop: &'a AtomicBool,
    queue: &'a Queue<'a>,
    collector: Mutex<Collector<'a>>,
}

/// A team has to stop; why is known to the collector, or to whoever asked for it.
struct Halt;

impl<'a> Run<'a> {
    /// A team's life: on its own thread alone, or with a pool of its own.
    fn team(&self) {
        match pool(self.plan.counts.threads_per_team) {
            Ok(None) => self.strands(),
            Ok(Some(pool)) => pool.install(|| self.strands()),
            Err(error) => {
                self.collector().fail(RunnerError::Threads { reason: error.to_string() });
                self.queue.close();
            }
        }
    }

    /// Computes strands until there are no more, all in one session.
    fn strands(&self) {
        let _guard = CloseOnPanic(self.queue);
        let counts = &self.plan.counts;
        let mut session = if self.model.card().scoring.is_causal() {
            self.model.session(counts.longest, counts.threads_per_team)
        } else {
            Box::new(WholeSpans(self.model))
        };
        let mut before = None;
        while let Some(index) = self.queue.take() {
            let follows = before.replace(index).is_some_and(|before| before + 1 == index);
            if self.strand(session.as_mut(), index, follows).is_err() {
                self.queue.close();
                return;
            }
        }
    }

    /// Computes a strand. If it `follows` what the session did last, its path is there already.
    fn strand(&self, session: &mut (dyn Session + 'a), index: usize, follows: bool) -> Result<(), Halt> {
        let strand = &self.plan.strands[index];
        if let Some(resume) = strand.resume {
            if !follows {
                self.resume(session, strand, resume)?;
            }
            self.queue.release(resume);
        }
        let mut keeps = strand.keeps.iter().peekable();
        for rows in strand.stretches(self.plan.counts.stretch as u32) {
            self.stretch(session, &rows)?;
            while let Some(keep) = keeps.next_if(|keep| keep.ready <= rows.end) {
                self.queue.offer(index, keep, session.keep(keep.len as usize));
            }
        }
        Ok(())
    }

    /// Copies the path before a strand's first row.
    fn resume(&self, session: &mut (dyn Session + 'a), strand: &Strand, resume: Resume) -> Result<(), Halt> {
        let name = || self.model.card().name.clone();
        let missing = || ScoreError::Stretch { model: name(), reason: "its past is not there".to_owned() };
        let past = self.queue.past(resume).ok_or_else(missing);
        past.and_then(|past| session.resume(&past, resume.len as usize)).map_err(|source| {
            self.collector().fail_at(self.plan.tree.wanted_in(&strand.rows), source);
            Halt
        })
    }

    /// Computes a stretch and hands in its scores.
    fn stretch(&self, session: &mut (dyn Session + 'a), rows: &Range<u32>) -> Result<(), Halt> {
        if self.stop.load(Ordering::Relaxed) || self.queue.is_closed() {
            return Err(Halt);
        }
        let range = self.plan.tree.wanted_in(rows);
        let scores = self.advance(session, rows, &range);
        let mut collector = self.collector();
        match scores {
            Ok(scores) => collector.take(rows.len(), range, &scores).map_err(|error| {
                collector.fail(error);
                Halt
            }),
            Err(source) => {
                collector.fail_at(range, source);
                Err(Halt)
            }
        }
    }

    /// The scores of a stretch that wants `range` of all.
    fn advance(
        &self,
        session: &mut (dyn Session + 'a),
        rows: &Range<u32>,
        range: &Range<usize>,
    ) -> Result<Vec<TokenScore>, ScoreError> {
        let tree = &self.plan.tree;
        let wanted: Vec<Wanted> =
            tree.wanted[range.clone()].iter().map(|want| Wanted { row: want.row - rows.start, ..*want }).collect();
        let rows = rows.start as usize..rows.end as usize;
        let stretch = Stretch { tokens: &tree.tokens[rows.clone()], positions: &tree.positions[rows], wanted: &wanted };
        let scores = session.advance(&stretch)?;
        if scores.len() == wanted.len() {
            return Ok(scores);
        }
        let reason = format!("{} scores for {} tokens", scores.len(), wanted.len());
        Err(ScoreError::Backend { model: self.model.card().name.clone(), reason })
    }

    fn collector(&self) -> MutexGuard<'_, Collector<'a>> {
        self.collector.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pool for teams of more than one thread.
pub fn pool(threads: usize) -> Result<Option<ThreadPool>, ThreadPoolBuildError> {
    (threads > 1).then(|| ThreadPoolBuilder::new().num_threads(threads).build()).transpose()
}
