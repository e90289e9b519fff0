//! Which team computes which strand, and the pasts that pass between them. Locked twice a strand, never for a token.

use crate::strands::{Keep, Resume, Strand};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use yardstick_core::Past;

/// The strands that are still to be computed.
pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    closed: AtomicBool,
}

struct State {
    /// Strands that could begin now.
    ready: BTreeSet<usize>,
    /// Pasts, with how many strands have yet to resume from each.
    pasts: BTreeMap<Resume, (Past, usize)>,
    /// Strands that nobody has taken.
    left: usize,
}

impl Queue {
    /// All strands, those at the root ready.
    pub fn new(strands: &[Strand]) -> Self {
        let ready = (0..strands.len()).filter(|&index| strands[index].resume.is_none()).collect();
        let state = State { ready, pasts: BTreeMap::new(), left: strands.len() };
        Self { state: Mutex::new(state), changed: Condvar::new(), closed: AtomicBool::new(false) }
    }

    /// The first strand that is ready; waits for one. `None` when nothing is left or the queue is closed.
    ///
    /// Nobody waits in vain: the first strand that nobody has taken needs a past that an earlier strand keeps, and that one
    /// is being computed, or the strand were ready.
    pub fn take(&self) -> Option<usize> {
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
                return Some(index);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The past that a taken strand resumes from. To be [released](Self::release) when it is copied.
    pub fn past(&self, resume: Resume) -> Option<Past> {
        self.lock().pasts.get(&resume).map(|(past, _)| past.clone())
    }

    /// A strand no longer needs a past. Only now, so that no more pasts are alive than were planned for.
    pub fn release(&self, resume: Resume) {
        let mut state = self.lock();
        if let Some((_, users)) = state.pasts.get_mut(&resume) {
            *users -= 1;
            if *users == 0 {
                state.pasts.remove(&resume);
            }
        }
    }

    /// Hands over a past that strand `from` was to keep: the strands that need it become ready.
    pub fn offer(&self, from: usize, keep: &Keep, past: Past) {
        let mut state = self.lock();
        state.pasts.insert(Resume { from, len: keep.len }, (past, keep.users.len()));
        state.ready.extend(&keep.users);
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

/// Closes a queue when its owner panics: nobody waits for a past that a dead team was to keep.
pub struct CloseOnPanic<'a>(pub &'a Queue);

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}
