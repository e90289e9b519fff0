//! Which documents of a pool stand before each document.

use super::keyed::Keyed;
use super::mersenne::Mersenne;
use rayon::prelude::*;
use yardstick_core::Doc;

/// A pool and what is taken from it.
#[derive(Clone, Copy)]
pub(super) struct Draw<'a> {
    pub pool: &'a [Doc],
    /// Examples for each document.
    pub shots: usize,
    /// Whether the pool is the split that is scored.
    pub is_same_split: bool,
    /// Whether lm-eval takes it for that.
    pub is_same_by_name: bool,
}

/// More documents were needed than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooFew {
    pub needed: usize,
    pub available: usize,
}

type Drawn = Result<Vec<Vec<usize>>, TooFew>;

impl Draw<'_> {
    /// The first ones of the pool; without the document itself and its copies, where it is looked for.
    pub fn first_n(&self, docs: &[Doc], excludes: bool) -> Drawn {
        let first = |doc| self.take(0..self.pool.len(), |index| excludes && self.is_copy(index, doc));
        docs.par_iter().map(first).collect()
    }

    /// Each document's own draw, in which it never is itself.
    pub fn keyed(&self, docs: &[Doc], seed: u64, task: &str) -> Drawn {
        let draw = |doc: &Doc| {
            let order = Keyed::new(seed, task, doc.id, self.pool.len());
            self.take(order, |index| self.is_same_split && (self.pool[index].id == doc.id || self.is_copy(index, doc)))
        };
        docs.par_iter().map(draw).collect()
    }

    /// `rnd.sample` over the documents in order. Where the document itself could be drawn, one more is drawn and copies of
    /// it are dropped; should that leave too few, all are drawn again from the pool without copies.
    pub fn lm_eval(&self, docs: &[Doc], seed: u64) -> Drawn {
        let mut random = Mersenne::new(seed);
        docs.iter().map(|doc| self.sample(doc, &mut random)).collect()
    }

    fn sample(&self, doc: &Doc, random: &mut Mersenne) -> Result<Vec<usize>, TooFew> {
        let mut draw = |available: usize, needed| random.sample(available, needed).ok_or(TooFew { needed, available });
        if !self.is_same_by_name {
            return draw(self.pool.len(), self.shots);
        }
        let mut drawn = draw(self.pool.len(), self.shots + 1)?;
        drawn.retain(|&index| !self.is_copy(index, doc));
        if drawn.len() >= self.shots {
            drawn.truncate(self.shots);
            return Ok(drawn);
        }
        let others: Vec<usize> = (0..self.pool.len()).filter(|&index| !self.is_copy(index, doc)).collect();
        Ok(draw(others.len(), self.shots)?.into_iter().map(|index| others[index]).collect())
    }

    /// The first indices of an order that are not to be left out.
    fn take(
        &self,
        order: impl Iterator<Item = usize>,
        is_left_out: impl Fn(usize) -> bool,
    ) -> Result<Vec<usize>, TooFew> {
        let taken: Vec<usize> = order.filter(|&index| !is_left_out(index)).take(self.shots).collect();
        if taken.len() < self.shots {
            return Err(TooFew { needed: self.shots, available: taken.len() });
        }
        Ok(taken)
    }

    fn is_copy(&self, index: usize, doc: &Doc) -> bool {
        self.pool[index].fields == doc.fields
    }
}
