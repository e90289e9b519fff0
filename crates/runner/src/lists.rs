//! Many short lists in two allocations.

use std::ops::Range;

/// Lists of `T`, numbered from 0 in the order in which they were ended.
#[derive(Debug)]
pub struct Lists<T> {
    items: Vec<T>,
    /// Where each list ends in `items`.
    ends: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// Adds to the list that is being made.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Adds to the list that is being made.
    pub fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
    }

    /// Ends the list that is being made.
    pub fn end(&mut self) {
        self.ends.push(self.items.len() as u32);
    }

    /// How many lists have been ended.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// List `index`.
    pub fn get(&self, index: usize) -> &[T] {
        &self.items[self.range(index)]
    }

    /// The same lists with each item replaced.
    pub fn map<U>(self, replace: impl FnMut(T) -> U) -> Lists<U> {
        Lists { items: self.items.into_iter().map(replace).collect(), ends: self.ends }
    }

    /// Where list `index` is among all items.
    fn range(&self, index: usize) -> Range<usize> {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[index] as usize
    }

    /// All lists in order.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len()).map(|index| self.get(index))
    }
}

impl Lists<u32> {
    /// For lists in which every number below the count of items is once: the list that each number is in.
    pub fn owners(&self) -> Vec<u32> {
        let mut owners = vec![0; self.items.len()];
        for (owner, list) in self.iter().enumerate() {
            for &item in list {
                owners[item as usize] = owner as u32;
            }
        }
        owners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_as_they_went_in() {
        let mut lists = Lists::default();
        for list in [&[1, 2][..], &[], &[3]] {
            lists.extend(list.iter().copied());
            lists.end();
        }
        assert_eq!(lists.iter().collect::<Vec<_>>(), [&[1, 2][..], &[], &[3]]);
        assert_eq!(lists.len(), 3);
        let lists = lists.map(|item| 3 - item);
        assert_eq!((lists.get(0), lists.owners()), (&[2, 1][..], vec![2, 0, 0]));
    }
}
