//! Random token trees against the definition in double precision, and against themselves: every machine, cut and company.

use super::*;
use crate::nn::path::KeyValues;
use crate::nn::simd::Isa;
use proptest::prelude::*;

/// Heads of attention, their width, and what they see.
#[derive(Clone, Debug)]
struct Shape {
    n_head: usize,
    n_kv_head: usize,
    dim: usize,
    window: Window,
    scores: Scores,
}

/// As many heads of keys as of queries, plain scores.
fn plain(n_head: usize, dim: usize, window: Window) -> Shape {
    Shape { n_head, n_kv_head: n_head, dim, window, scores: Scores::Plain }
}

/// A token tree in preorder.
#[derive(Clone, Debug)]
struct Tree {
    shape: Shape,
    /// Of each row.
    positions: Vec<usize>,
    /// `[rows, heads of queries, keys and values, dim]`
    qkv: Vec<f32>,
}

impl Tree {
    fn new(shape: Shape, positions: Vec<usize>, seed: u64) -> Self {
        let mut state = seed | 1;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 22) as f32 - 2.0
        };
        let mut tree = Self { shape, positions, qkv: Vec::new() };
        tree.qkv = (0..tree.positions.len() * tree.width()).map(|_| number()).collect();
        tree
    }

    fn attention(&self) -> Attention {
        let Shape { n_head, dim, window, ref scores, .. } = self.shape;
        Attention { n_head, scale: 1.0 / (dim as f32).sqrt(), window, scores: scores.clone() }
    }

    /// Numbers of a row's output.
    fn n_embd(&self) -> usize {
        self.shape.n_head * self.shape.dim
    }

    /// Numbers of a row's queries, keys and values.
    fn width(&self) -> usize {
        (self.shape.n_head + 2 * self.shape.n_kv_head) * self.shape.dim
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.qkv[row * self.width()..][..self.width()]
    }

    /// The rows that `row` sees, itself last, were there no window.
    fn path(&self, row: usize) -> Vec<usize> {
        let mut path = vec![row];
        for earlier in (0..row).rev() {
            if self.positions[earlier] + 1 == self.positions[path[path.len() - 1]] {
                path.push(earlier);
            }
        }
        path.reverse();
        path
    }

    /// The tree that is one row's path.
    fn alone(&self, row: usize) -> Self {
        let path = self.path(row);
        let qkv = path.iter().flat_map(|&row| self.row(row).to_vec()).collect();
        Self { shape: self.shape.clone(), positions: (0..path.len()).collect(), qkv }
    }

    fn definition(&self, row: usize) -> Vec<f64> {
        let path = self.path(row);
        let first = match self.shape.window {
            Window::Global => 0,
            Window::Local(reach) => path.len().saturating_sub(reach),
        };
        (0..self.shape.n_head).flat_map(|head| self.one_head(head, row, &path[first..])).collect()
    }

    fn one_head(&self, head: usize, row: usize, seen: &[usize]) -> Vec<f64> {
        let Shape { n_head, n_kv_head, dim, .. } = self.shape;
        let shared = head / (n_head / n_kv_head);
        let part = |row: usize, head: usize| self.row(row)[head * dim..][..dim].iter().map(|&x| f64::from(x));
        let score = |(i, &key): (usize, &usize)| {
            let score: f64 = part(row, head).zip(part(key, n_head + shared)).map(|(q, k)| q * k).sum();
            let score = score * f64::from(self.attention().scale);
            match &self.shape.scores {
                Scores::Plain => score,
                Scores::Capped(cap) => f64::from(*cap) * (score / f64::from(*cap)).tanh(),
                Scores::Sloped(slopes) => score - f64::from(slopes[head]) * (seen.len() - 1 - i) as f64,
            }
        };
        let weights: Vec<f64> = seen.iter().enumerate().map(|seen| score(seen).exp()).collect();
        let norm: f64 = weights.iter().sum();
        let mut out = vec![0.0; dim];
        for (&key, weight) in seen.iter().zip(weights) {
            let value = part(key, n_head + n_kv_head + shared);
            out.iter_mut().zip(value).for_each(|(out, v)| *out += weight / norm * v);
        }
        out
    }

    /// Runs of the rows from `from` to `to`, numbered from there.
    fn runs(&self, from: usize, to: usize) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for row in from..to {
            match runs.last_mut() {
                Some(run) if run.start + run.rows.len() == self.positions[row] => run.rows.end = row - from + 1,
                _ => runs.push(Run { rows: row - from..row - from + 1, start: self.positions[row] }),
            }
        }
        runs
    }

    /// A path full of NaN, which no row may see.
    fn empty_path(&self) -> KeyValues {
        let deepest = self.positions.iter().max().map_or(0, |position| position + 1);
        let mut kv = KeyValues::new(self.shape.n_kv_head, self.shape.dim, deepest);
        let nan = vec![f32::NAN; self.shape.dim];
        for mut head in kv.heads() {
            head.store(0, deepest, |_| (&nan, &nan));
        }
        kv
    }

    /// Everything in one call.
    fn whole(&self, isa: Isa, queries: Option<&[u32]>, team: Team) -> Vec<f32> {
        let mut out = vec![f32::NAN; queries.map_or(self.positions.len(), <[u32]>::len) * self.n_embd()];
        let runs = self.runs(0, self.positions.len());
        self.attention().forward_on(isa, &self.qkv, &runs, queries, &mut self.empty_path(), &mut out, team);
        out
    }

    /// A call for each `rows` rows, with the path copied to another in between.
    fn cut(&self, rows: usize) -> Vec<f32> {
        let (n, width, mut kv) = (self.n_embd(), self.width(), self.empty_path());
        let mut out = vec![f32::NAN; self.positions.len() * n];
        for (i, out) in out.chunks_mut(rows * n).enumerate() {
            let (from, to) = (i * rows, i * rows + out.len() / n);
            let (qkv, runs) = (&self.qkv[from * width..to * width], self.runs(from, to));
            self.attention().forward(qkv, &runs, None, &mut kv, out, Team::ONE);
            let len = self.positions[to - 1] + 1;
            let past = kv.keep(len);
            kv = self.empty_path();
            kv.resume(&past, len);
        }
        out
    }
}

fn bits(xs: &[f32]) -> Vec<u32> {
    xs.iter().map(|x| x.to_bits()).collect()
}

/// Positions of a preorder: mostly one down, sometimes back to anywhere on the path or to the root.
fn preorder(rows: usize, deepest: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec((0_u8..12, any::<prop::sample::Index>()), rows).prop_map(move |steps| {
        let mut positions: Vec<usize> = Vec::new();
        for (step, back) in steps {
            let end = positions.last().map_or(0, |position| position + 1);
            let stays = end == 0 || (step > 1 && end < deepest);
            positions.push(if stays { end } else { back.index(end) * usize::from(step != 1) });
        }
        positions
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    let heads = prop_oneof![
        (1_usize..=12).prop_map(|n| (n, n)),
        (1_usize..=3, 1_usize..=6).prop_map(|(n, share)| (n * share, n))
    ];
    let dim = prop_oneof![8_usize..=33, Just(64), Just(100), Just(128)];
    let window = prop_oneof![Just(Window::Global), (1_usize..150).prop_map(Window::Local)];
    (heads, dim, window, 0_u8..4).prop_map(|((n_head, n_kv_head), dim, window, kind)| {
        let scores = match kind {
            0 | 1 => Scores::Plain,
            2 => Scores::Capped(1.5),
            _ => Scores::Sloped((1..=n_head).map(|head| 0.5 / head as f32).collect()),
        };
        Shape { n_head, n_kv_head, dim, window, scores }
    })
}

fn tree(most_rows: usize) -> impl Strategy<Value = Tree> {
    (shape(), 1_usize..200, 1..=most_rows, any::<u64>()).prop_flat_map(|(shape, deepest, rows, seed)| {
        preorder(rows, deepest).prop_map(move |positions| Tree::new(shape.clone(), positions, seed))
    })
}

fn check_definition(tree: &Tree) {
    let out = tree.whole(Isa::best(), None, Team::ONE);
    for (row, out) in out.chunks(tree.n_embd()).enumerate() {
        for (i, (x, wanted)) in out.iter().zip(tree.definition(row)).enumerate() {
            assert!((f64::from(*x) - wanted).abs() < 1e-5, "row {row}, component {i}: {x}, not {wanted}");
        }
    }
}

fn check_bits(tree: &Tree) {
    let whole = tree.whole(Isa::best(), None, Team::ONE);
    for isa in Isa::all() {
        assert_eq!(bits(&tree.whole(isa, None, Team::ONE)), bits(&whole), "{isa:?}");
    }
    for rows in [1, 3, 50] {
        assert_eq!(bits(&tree.cut(rows)), bits(&whole), "{rows} rows a call");
    }
    assert_eq!(bits(&tree.whole(Isa::best(), None, Team::new(3))), bits(&whole), "three threads");
    let some: Vec<u32> = (0..tree.positions.len() as u32).filter(|row| row % 5 == 2 || row % 7 == 0).collect();
    let found = tree.whole(Isa::best(), Some(&some), Team::new(2));
    for (&row, found) in some.iter().zip(found.chunks(tree.n_embd())) {
        let wanted = &whole[row as usize * tree.n_embd()..][..tree.n_embd()];
        assert_eq!(bits(found), bits(wanted), "row {row} as one of few");
        let alone = tree.alone(row as usize).whole(Isa::best(), None, Team::ONE);
        assert_eq!(bits(&alone[alone.len() - tree.n_embd()..]), bits(wanted), "row {row} alone");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn trees_equal_the_definition(tree in tree(150)) {
        check_definition(&tree);
    }

    #[test]
    fn bits_are_a_rows_own(tree in tree(120)) {
        check_bits(&tree);
    }
}

#[test]
fn the_shapes_that_are_used() {
    for (n_head, dim, rows) in [(12, 64, 200), (4, 32, 300), (2, 64, 1)] {
        for window in [Window::Global, Window::Local(1), Window::Local(64), Window::Local(256)] {
            let tree = Tree::new(plain(n_head, dim, window), (0..rows).collect(), 7);
            check_definition(&tree);
            assert_eq!(bits(&tree.cut(31)), bits(&tree.whole(Isa::best(), None, Team::ONE)), "{window:?}");
        }
    }
}

/// Where nothing is scored the last layer has no queries; what comes after needs its keys and values all the same.
#[test]
fn rows_without_an_output_are_stored() {
    let tree = Tree::new(plain(12, 64, Window::Global), (0..200).collect(), 9);
    let whole = tree.whole(Isa::best(), None, Team::ONE);
    for threads in [1, 2, 7] {
        let mut kv = KeyValues::new(12, 64, 200);
        let (first, rest) = ([Run { rows: 0..150, start: 0 }], [Run { rows: 0..50, start: 150 }]);
        let (before, after) = tree.qkv.split_at(150 * 3 * tree.n_embd());
        let mut out = vec![0.0; 50 * tree.n_embd()];
        tree.attention().forward(before, &first, Some(&[]), &mut kv, &mut [], Team::new(threads));
        tree.attention().forward(after, &rest, None, &mut kv, &mut out, Team::new(threads));
        assert_eq!(bits(&out), bits(&whole[150 * tree.n_embd()..]), "{threads} threads");
    }
}

#[test]
fn what_is_not_a_number_stays_on_its_branch() {
    for (poisoned, which) in [(3, 0), (3, 1), (3, 2), (70, 1), (70, 2)] {
        let positions: Vec<usize> = (0..70).chain(65..75).chain(2..20).chain(0..90).collect();
        let mut tree = Tree::new(plain(2, 16, Window::Global), positions, 5);
        let at = poisoned * 3 * tree.n_embd() + which * tree.n_embd();
        tree.qkv[at] = f32::NAN;
        let out = tree.whole(Isa::best(), None, Team::ONE);
        for (row, out) in out.chunks(tree.n_embd()).enumerate() {
            let sees = row == poisoned || which > 0 && tree.path(row).contains(&poisoned);
            assert_eq!(out.iter().any(|x| x.is_nan()), sees, "row {row}, poisoned {poisoned} in part {which}");
        }
    }
}

#[test]
fn scores_of_any_size_are_weighed() {
    for factor in [1e-20, 1.0, 30.0, 1e4] {
        let mut tree = Tree::new(plain(1, 8, Window::Global), (0..150).collect(), 3);
        tree.qkv.chunks_mut(24).for_each(|row| row[..8].iter_mut().for_each(|q| *q *= factor));
        let out = tree.whole(Isa::best(), None, Team::ONE);
        assert!(out.iter().all(|x| x.abs() <= 2.0), "weights sum to one at a factor of {factor}");
    }
    let mut tree = Tree::new(plain(1, 8, Window::Global), (0..3).collect(), 3);
    tree.qkv[..16].fill(1e30);
    let out = tree.whole(Isa::best(), None, Team::ONE);
    assert!(out[..8].iter().all(|x| x.is_nan()), "an infinite score is no number: {out:?}");
}

#[test]
#[should_panic(expected = "a run beyond")]
fn a_run_stays_on_the_path() {
    let tree = Tree::new(plain(1, 8, Window::Global), vec![0, 1], 3);
    let mut out = [0.0; 16];
    let runs = [Run { rows: 0..2, start: 1 }];
    tree.attention().forward(&tree.qkv, &runs, None, &mut KeyValues::new(1, 8, 2), &mut out, Team::ONE);
}
