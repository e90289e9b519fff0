//! Which team computes which strand, and the pasts that pass between them. Locked a few times a strand, never for a token.

use crate::agenda::Agenda;
use crate::strands::{Keep, Resume, Strand};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use yardstick_core::Past;

/// The strands that are still to be computed.
pub struct Queue<'a> {
    state: Mutex<State<'a>>,
    changed: Condvar,
    closed: AtomicBool,
}

struct State<'a> {
    agenda: Agenda<'a>,
    pasts: BTreeMap<Resume, Past>,
}

impl<'a> Queue<'a> {
    /// All strands, for a number of teams.
    pub fn new(strands: &'a [Strand], teams: usize) -> Self {
        let state = State { agenda: Agenda::new(strands, teams), pasts: BTreeMap::new() };
        Self { state: Mutex::new(state), changed: Condvar::new(), closed: AtomicBool::new(false) }
    }

    /// The next strand; waits for one. `None` when nothing is left or the queue is closed.
    pub fn take(&self) -> Option<usize> {
        let mut state = self.lock();
        while !self.is_closed() && !state.agenda.is_done() {
            if let Some(index) = state.agenda.take() {
                // It may be another's turn now, or everybody's end.
                self.changed.notify_all();
                return Some(index);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// The past that a taken strand resumes from. To be [released](Self::release) when it is copied.
    pub fn past(&self, resume: Resume) -> Option<Past> {
        self.lock().pasts.get(&resume).cloned()
    }

    /// A strand no longer needs a past: it counts as held until then.
    pub fn release(&self, resume: Resume) {
        let mut state = self.lock();
        if state.agenda.resumed(resume) {
            state.pasts.remove(&resume);
        }
        self.changed.notify_all();
    }

    /// Hands over a past that strand `from` was to keep: the strands that need it become ready.
    pub fn offer(&self, from: usize, keep: &Keep, past: Past) {
        let mut state = self.lock();
        state.pasts.insert(Resume { from, len: keep.len }, past);
        state.agenda.kept(from, keep);
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

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
