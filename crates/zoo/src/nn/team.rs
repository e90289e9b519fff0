//! How many threads share one operation.

/// Threads of the current rayon pool that an operation is divided over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team {
    threads: usize,
}

impl Team {
    /// The calling thread alone.
    pub const ONE: Self = Self { threads: 1 };

    /// A team of `threads`, at least one.
    pub fn new(threads: usize) -> Self {
        Self { threads: threads.max(1) }
    }
}
