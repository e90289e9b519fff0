//! What a layer remembers of several paths, where the network computes.

use crate::nn;
use crate::tensors::{Accelerator, Fault, Kept};

/// Keys and values, or states, of one layer along one path.
pub trait Remembered: Sized {
    /// A copy of the first `len` positions.
    #[must_use]
    fn keep(&self, len: usize) -> Self;

    /// Takes over the first `len` positions of `past`, which both have.
    fn resume(&mut self, past: &Self, len: usize);
}

/// What one layer remembers, one entry a path.
pub enum Memory<H, D> {
    /// On the processor.
    Host(Vec<H>),
    /// On a device, with what failed there.
    Device(Accelerator, Vec<Result<D, Fault>>),
}

impl<H: Remembered, D: Kept> Memory<H, D> {
    /// A copy of the first `len` positions of one path.
    #[must_use]
    pub fn keep(&self, path: usize, len: usize) -> Self {
        match self {
            Self::Host(paths) => Self::Host(vec![paths[path].keep(len)]),
            Self::Device(on, paths) => Self::Device(on.clone(), vec![paths[path].keep(len)]),
        }
    }

    /// Takes over the first `len` positions of what was kept.
    pub fn resume(&mut self, path: usize, past: &Self, len: usize) {
        match (self, past) {
            (Self::Host(paths), Self::Host(past)) => paths[path].resume(&past[0], len),
            (Self::Device(_, paths), Self::Device(_, past)) => paths[path].resume(&past[0], len),
            _ => unreachable!("a past is where its path is"),
        }
    }

    /// Makes the first `len` positions of path `from` those of path `to`, which is another.
    pub fn copy(&mut self, from: usize, to: usize, len: usize) {
        match self {
            Self::Host(paths) => copy(paths, from, to, len),
            Self::Device(_, paths) => copy(paths, from, to, len),
        }
    }
}

fn copy(paths: &mut [impl Remembered], from: usize, to: usize, len: usize) {
    if let Ok([from, to]) = paths.get_disjoint_mut([from, to]) {
        to.resume(from, len);
    }
}

/// What failed goes on.
impl<D: Kept> Remembered for Result<D, Fault> {
    fn keep(&self, len: usize) -> Self {
        self.as_ref().map_err(Fault::clone).and_then(|path| path.keep(len))
    }

    fn resume(&mut self, past: &Self, len: usize) {
        let taken = match (&*self, past) {
            (Ok(path), Ok(past)) => path.resume(past, len),
            (Err(fault), _) | (_, Err(fault)) => Err(fault.clone()),
        };
        if let Err(fault) = taken {
            *self = Err(fault);
        }
    }
}

impl Remembered for nn::KeyValues {
    fn keep(&self, len: usize) -> Self {
        self.keep(len)
    }

    fn resume(&mut self, past: &Self, len: usize) {
        self.resume(past, len);
    }
}

impl Remembered for nn::States {
    fn keep(&self, len: usize) -> Self {
        self.keep(len)
    }

    fn resume(&mut self, past: &Self, len: usize) {
        self.resume(past, len);
    }
}
