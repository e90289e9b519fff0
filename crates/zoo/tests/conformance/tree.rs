//! A token tree fed in any stretches, by any sessions, gives the bits that its paths give alone.

use super::fixtures::{Draw, checkpoints, open};
use yardstick_core::{LanguageModel, Past, ScoreError, Session, Span, Stretch, TokenScore, Wanted};
use yardstick_zoo::Model;

/// Rows of a random tree in preorder, some rows scored for two tokens.
struct Tree {
    tokens: Vec<u32>,
    positions: Vec<u32>,
    wanted: Vec<Wanted>,
}

impl Tree {
    /// One row in `sparse` is scored, and the last.
    fn draw(model: &Model, draw: &mut Draw, rows: usize, deepest: usize, sparse: usize) -> Self {
        let mut positions = vec![0];
        while positions.len() < rows {
            let end = positions[positions.len() - 1] as usize + 1;
            let branches = draw.below(5) == 0 || end == deepest;
            positions.push(if branches { draw.below(end.min(deepest)) as u32 } else { end as u32 });
        }
        let tokens = draw.tokens(model, rows);
        let targets = draw.tokens(model, 2 * rows);
        let wanted = targets.iter().enumerate().map(|(i, &token)| Wanted { row: i as u32 / 2, token });
        let is_scored =
            |wanted: &Wanted| (wanted.row as usize + 1).is_multiple_of(sparse) || wanted.row as usize + 1 == rows;
        Self { tokens, positions, wanted: wanted.filter(is_scored).collect() }
    }

    fn stretch(&self, from: usize, to: usize) -> (Stretch<'_>, Vec<Wanted>) {
        let here = self.wanted.iter().filter(|w| (from..to).contains(&(w.row as usize)));
        let wanted = here.map(|w| Wanted { row: w.row - from as u32, ..*w });
        let stretch = Stretch { tokens: &self.tokens[from..to], positions: &self.positions[from..to], wanted: &[] };
        (stretch, wanted.collect())
    }

    fn feed(&self, session: &mut dyn Session, from: usize, to: usize) -> Vec<u64> {
        let (stretch, wanted) = self.stretch(from, to);
        bits(&session.advance(&Stretch { wanted: &wanted, ..stretch }).unwrap())
    }

    /// Each row's path scored alone, as a span.
    fn alone(&self, model: &Model) -> Vec<u64> {
        let mut path = Vec::new();
        let mut all = Vec::new();
        for row in 0..self.tokens.len() {
            path.truncate(self.positions[row] as usize);
            path.push(self.tokens[row]);
            for wanted in self.wanted.iter().filter(|wanted| wanted.row as usize == row) {
                let span = Span { tokens: [path.as_slice(), &[wanted.token]].concat(), scored: 1 };
                all.extend(bits(&model.score(&[span]).unwrap()[0]));
            }
        }
        all
    }
}

fn bits(scores: &[TokenScore]) -> Vec<u64> {
    scores.iter().map(|score| score.log_prob.to_bits()).collect()
}

#[test]
fn any_stretches_on_any_threads() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(23);
        let deepest = model.card().n_ctx.min(100);
        for (rows, sparse) in [(1, 1), (9, 1), (150, 1), (150, 60), (150, 1000)] {
            let rows = folder.longest(rows);
            let tree = Tree::draw(&model, &mut draw, rows, deepest, sparse);
            let wanted = tree.alone(&model);
            let ways = [(2, 20), (1, rows), (1, 1), (1, 40), (7, rows)];
            for (threads, longest) in ways.into_iter().take(folder.times(6)) {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let mut cut = || 1 + draw.below(longest);
                let found = pool.install(|| {
                    let mut session = model.session(deepest, threads);
                    let (mut at, mut found) = (0, Vec::new());
                    while at < rows {
                        let to = rows.min(at + cut());
                        found.extend(tree.feed(session.as_mut(), at, to));
                        at = to;
                    }
                    found
                });
                assert_eq!(found, wanted, "{}: {rows} rows, {threads} threads", folder.display());
            }
        }
    }
}

#[test]
fn a_kept_past_is_the_path_it_was_kept_from() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(29);
        let deepest = model.card().n_ctx.min(60);
        for _ in 0..folder.times(10) {
            let tree = Tree::draw(&model, &mut draw, 100, deepest, 3);
            let wanted = tree.alone(&model);
            let cut = 1 + draw.below(98);
            let shared = tree.positions[cut] as usize;
            let mut first = model.session(deepest, 1);
            let mut found = tree.feed(first.as_mut(), 0, cut);
            let past: Past = first.keep(shared);
            tree.feed(first.as_mut(), cut, 100);
            let mut second = model.session(deepest, 1);
            second.resume(&past, shared).unwrap();
            found.extend(tree.feed(second.as_mut(), cut, 100));
            assert_eq!(found, wanted, "{}: cut at {cut} with {shared} shared", folder.display());
        }
    }
}

#[test]
fn stretches_that_do_not_fit_are_refused() {
    let model = open(&checkpoints()[0]);
    let check = |tokens: &[u32], positions: &[u32], wanted: &[Wanted], refused: bool| {
        let mut session = model.session(4, 1);
        session.advance(&Stretch { tokens: &[1, 2], positions: &[0, 1], wanted: &[] }).unwrap();
        let result = session.advance(&Stretch { tokens, positions, wanted });
        assert_eq!(
            matches!(result, Err(ScoreError::Stretch { .. })),
            refused,
            "{tokens:?} at {positions:?}: {result:?}"
        );
    };
    let row = |row| Wanted { row, token: 1 };
    check(&[3, 4], &[2, 3], &[row(1)], false);
    check(&[3, 4], &[1, 0], &[row(0), row(0), row(1)], false);
    check(&[3], &[3], &[], true);
    check(&[3, 4], &[1, 3], &[], true);
    check(&[3, 4, 5], &[2, 3, 4], &[], true);
    check(&[3, 4], &[2], &[], true);
    check(&[3], &[2], &[row(1)], true);
    check(&[3, 4], &[2, 3], &[row(1), row(0)], true);
    let mut session = model.session(4, 1);
    session.advance(&Stretch { tokens: &[1, 2], positions: &[0, 1], wanted: &[row(1)] }).unwrap();
    assert_eq!(session.advance(&Stretch::default()), Ok(Vec::new()), "nothing fed, nothing scored");
    let past = session.keep(2);
    assert!(open(&checkpoints()[0]).session(4, 1).resume(&past, 2).is_err(), "of another model, if only another copy");
    assert!(model.session(1, 1).resume(&past, 2).is_err());
    assert!(model.session(4, 1).resume(&past, 3).is_err());
    assert!(model.session(4, 1).resume(&Past { len: 2, data: std::sync::Arc::new(0_u8) }, 1).is_err());
}
