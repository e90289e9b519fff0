//! Which team computes which strand, and the pasts that pass between them. Locked twice a strand, never for a token.

use crate::strands::Strand;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use yardstick_core::Past;

/// The strands that are still to be computed.
pub struct Queue<'a> {
    strands: &'a [Strand],
    state: Mutex<State>,
    changed: Condvar,
    closed: AtomicBool,
}

struct State {
    /// Strands that could begin now.
    ready: BTreeSet<usize>,
    /// By the strand that kept it: a past, and how many strands have yet to take it.
    pasts: BTreeMap<usize, (Past, usize)>,
    /// Strands that nobody has taken.
    left: usize,
}

/// A strand that somebody has taken, and what it begins with.
pub struct Taken {
    /// Index of the strand.
    pub index: usize,
    /// What it resumes from.
    pub past: Option<Past>,
}

impl<'a> Queue<'a> {
    /// All strands, those at the root ready.
    pub fn new(strands: &'a [Strand]) -> Self {
        let ready = (0..strands.len()).filter(|&index| strands[index].resume.is_none()).collect();
        let state = State { ready, pasts: BTreeMap::new(), left: strands.len() };
        Self { strands, state: Mutex::new(state), changed: Condvar::new(), closed: AtomicBool::new(false) }
    }

    /// The first strand that is ready; waits for one. `None` when nothing is left or the queue is closed.
    ///
    /// Someone who waits never waits in vain: the first strand that nobody has taken needs a past that an earlier strand
    /// keeps, and that one is being computed, or the strand were ready.
    pub fn take(&self) -> Option<Taken> {
        let mut state = self.lock();
        loop {
            if self.is_closed() || state.left == 0 {
                return None;
            }
            if let Some(index) = state.ready.pop_first() {
                state.left -= 1;
                if state.left == 0 {
                    self.changed.notify_all();
                }
                let past = self.strands[index].resume.and_then(|resume| state.take_past(resume.from));
                return Some(Taken { index, past });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Hands over the past that strand `index` was to keep: the strands that need it become ready.
    pub fn offer(&self, index: usize, past: Past) {
        let users = self.strands[index].keep.map_or(0, |keep| keep.users);
        let mut state = self.lock();
        state.pasts.insert(index, (past, users));
        state.ready.extend(index + 1..=index + users);
        self.changed.notify_all();
    }

    /// Nobody gets another strand.
    pub fn close(&self) {
        // Under the lock, so that nobody begins to wait after it.
        let _state = self.lock();
        self.closed.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Whether all should stop.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A past for one of its users; the last one takes it away.
    fn take_past(&mut self, from: usize) -> Option<Past> {
        let (past, users) = self.pasts.get_mut(&from)?;
        *users -= 1;
        if *users > 0 {
            return Some(past.clone());
        }
        self.pasts.remove(&from).map(|(past, _)| past)
    }
}

/// Closes a queue when its owner panics: nobody waits for a past that a dead team was to keep.
pub struct CloseOnPanic<'a>(pub &'a Queue<'a>);

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}
