use super::*;
use proptest::prelude::*;
use yardstick_core::{Pick, Sampling};

fn values(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 250.0 - 2.0).collect()
}

/// From all logits, in double precision.
fn reference(logits: &[f32], token: usize) -> Option<TokenScore> {
    if !logits.iter().all(|x| x.is_finite()) {
        return None;
    }
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let first = logits.iter().position(|&x| x >= max);
    let sum: f64 = logits.iter().map(|&x| (f64::from(x) - f64::from(max)).exp()).sum();
    let log_prob = f64::from(logits[token]) - f64::from(max) - sum.ln();
    Some(TokenScore { log_prob, is_greedy: first == Some(token) })
}

/// A head that gives `logits` after a hidden state of one 1.
fn constant(logits: &[f32]) -> Head {
    Head::pack(logits, 1, Storage::F32)
}

fn check(logits: &[f32], token: u32) {
    let got = constant(logits).score(&[1.0], &[(0, token)], Team::ONE);
    match (got, reference(logits, token as usize)) {
        (Ok(got), Some(wanted)) => {
            let error = (got[0].log_prob - wanted.log_prob).abs();
            assert!(error <= 2e-7 * wanted.log_prob.abs().max(1.0), "{token}: {got:?}, not {wanted:?}");
            assert_eq!(got[0].is_greedy, wanted.is_greedy, "{token}");
        }
        (got, wanted) => assert_eq!(got.err(), wanted.is_none().then_some(0), "{token}: an error, or none"),
    }
}

#[test]
fn scores_equal_their_definition() {
    check(&[3.0], 0);
    check(&[0.0, 0.0], 0);
    check(&[0.0, 0.0], 1);
    check(&[-50.0; 33], 7);
    check(&[1e30, -1e30], 0);
    check(&[1e4, 0.0], 1);
    check(&[-1e38; 40], 0);
    let mut logits = values(1000, 1);
    for (at, x) in [(3, 40.0), (299, 90.0), (700, 90.0), (999, 80.0)] {
        logits[at] = x;
    }
    for token in [0, 3, 255, 256, 299, 700, 999] {
        check(&logits, token);
    }
}

#[test]
fn logits_that_are_not_finite_are_found_wherever_they_are() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for at in [0, 31, 32, 255, 256, 599] {
            let mut logits = values(600, 2);
            logits[at] = bad;
            check(&logits, 5);
        }
    }
    let (mut hidden, head) = (values(5 * 8, 3), Head::pack(&values(300 * 8, 4), 8, Storage::F32));
    hidden[3 * 8 + 2] = f32::NAN;
    assert_eq!(head.score(&hidden, &[(0, 1), (4, 1)], Team::ONE), Err(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_score_does_not_depend_on_its_company(
        rows in 1_usize..300, n_embd in 1_usize..300, vocab in 1_usize..900, threads in 2_usize..5, kind in 0..Storage::ALL.len(),
    ) {
        let head = Head::pack(&values(vocab * n_embd, 1), n_embd, Storage::ALL[kind]);
        let hidden = values(rows * n_embd, 2);
        let token = |row: usize| (row * 31 % vocab) as u32;
        let wanted: Vec<_> = (0..rows).flat_map(|row| [(row, token(row)), (row, token(row + 1))]).collect();
        let all = head.score(&hidden, &wanted, Team::new(threads)).unwrap();
        prop_assert_eq!(all.len(), wanted.len());
        for row in [0, rows / 2, rows - 1] {
            let hidden = &hidden[row * n_embd..][..n_embd];
            let alone = head.score(hidden, &[(0, token(row)), (0, token(row + 1))], Team::ONE).unwrap();
            prop_assert_eq!(&all[2 * row..2 * row + 2], &alone[..]);
            let mut logits = vec![f32::NAN; 7]; // left over from another call
            head.logits(hidden, &mut logits, Team::ONE);
            prop_assert_eq!(logits.len(), vocab);
            let wanted = reference(&logits, token(row) as usize).unwrap();
            let error = (alone[0].log_prob - wanted.log_prob).abs();
            prop_assert!(error <= 3e-7 * wanted.log_prob.abs().max(1.0), "off by {}", error);
            prop_assert_eq!(alone[0].is_greedy, wanted.is_greedy);
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let (n_rows, panels, vocab) = (5, GROUP..GROUP + 3, (GROUP + 3) * COLUMNS - 7);
    let logits = values(n_rows * panels.len() * COLUMNS, 5);
    let run = |isa: Isa| {
        let mut lines: Vec<Line> = logits.chunks(COLUMNS).map(|x| Line(std::array::from_fn(|i| 9.0 * x[i]))).collect();
        let (mut tiles, mut best) = (Vec::new(), vec![Best::NONE; n_rows]);
        let products = Products { rows: 0..n_rows, panels: panels.clone(), lines: &mut lines };
        isa.run(Summarize { products, vocab, tiles: &mut tiles, best: &mut best });
        let tiles: Vec<_> = tiles.iter().map(|tile| (tile.max.to_bits(), tile.sum.to_bits())).collect();
        (tiles, best.iter().map(|best| (best.logit.to_bits(), best.token)).collect::<Vec<_>>())
    };
    let all: Vec<_> = Isa::all().into_iter().map(run).collect();
    assert!(all.iter().all(|bits| *bits == all[0]), "{all:x?}");
}

#[test]
#[should_panic(expected = "what is wanted exists")]
fn a_token_outside_the_vocabulary_is_refused() {
    let _ = constant(&[0.0; 33]).score(&[1.0], &[(0, 33)], Team::ONE);
}

/// Every third row is drawn from.
fn pick(row: usize, sampling: &Sampling) -> Pick<'_> {
    if row.is_multiple_of(3) { Pick::Draw { sampling, uniform: row as f64 / 300.0 } } else { Pick::First }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_pick_does_not_depend_on_its_company_and_has_its_score(
        rows in 1_usize..300, n_embd in 1_usize..100, vocab in 1_usize..900, threads in 2_usize..5, top_k in 0_u32..50,
    ) {
        let head = Head::pack(&values(vocab * n_embd, 1), n_embd, Storage::F32);
        let sampling = Sampling { temperature: 0.9, top_k: Some(top_k), top_p: None, seed: 0 };
        let hidden = values(rows * n_embd, 2);
        let picks: Vec<Pick> = (0..rows).map(|row| pick(row, &sampling)).collect();
        let all = head.pick(&hidden, &picks, Team::new(threads)).unwrap();
        prop_assert_eq!(all.len(), rows);
        for row in [0, rows / 2, rows - 1] {
            let (hidden, next) = (&hidden[row * n_embd..][..n_embd], all[row]);
            prop_assert_eq!(head.pick(hidden, &picks[row..=row], Team::ONE).unwrap()[0], next);
            let score = head.score(hidden, &[(0, next.token)], Team::ONE).unwrap()[0];
            prop_assert_eq!((score.log_prob.to_bits(), score.is_greedy), (next.log_prob.to_bits(), next.is_first));
            let is_drawn = row.is_multiple_of(3);
            prop_assert!(next.is_first || is_drawn, "row {}", row);
        }
    }
}

#[test]
fn rows_that_no_token_can_be_picked_after_are_found() {
    let (mut hidden, head) = (values(300 * 8, 3), Head::pack(&values(300 * 8, 4), 8, Storage::F32));
    hidden[290 * 8 + 2] = f32::NAN;
    let picks = vec![Pick::First; 300];
    assert_eq!(head.pick(&hidden, &picks, Team::new(2)), Err(290));
    assert_eq!(head.pick(&hidden[..290 * 8], &picks[..290], Team::ONE).map(|next| next.len()), Ok(290));
}

/// A bias and a cap, as part of every way to get a logit.
#[test]
fn logits_have_their_bias_and_cap() {
    let (n_embd, vocab, rows) = (7, (GROUP + 2) * COLUMNS - 5, 5);
    let (weight, bias, hidden) = (values(vocab * n_embd, 1), values(vocab, 2), values(rows * n_embd, 3));
    let source = Source { values: &weight, n_in: n_embd, n_out: vocab, transposed: true };
    for (with_bias, cap) in [(true, None), (false, Some(2.5)), (true, Some(2.5))] {
        let head = Head::of(Linear::pack(source, with_bias.then(|| bias.clone()), Storage::F32)).capped(cap);
        let mut logits = Vec::new();
        head.logits(&hidden, &mut logits, Team::ONE);
        for (row, logits) in logits.chunks(vocab).enumerate() {
            let dot = |token: usize| {
                let terms = weight[token * n_embd..][..n_embd].iter().zip(&hidden[row * n_embd..]);
                terms.map(|(w, x)| f64::from(*w) * f64::from(*x)).sum::<f64>()
            };
            for (token, logit) in logits.iter().enumerate() {
                let plain = dot(token) + if with_bias { f64::from(bias[token]) } else { 0.0 };
                let wanted = cap.map_or(plain, |cap: f32| f64::from(cap) * (plain / f64::from(cap)).tanh());
                assert!((f64::from(*logit) - wanted).abs() < 1e-5, "{token}: {logit}, not {wanted}");
            }
            let (token, last) = (17, vocab as u32 - 1);
            let scores = head.score(&hidden, &[(row, token), (row, last)], Team::new(2)).unwrap();
            for (score, token) in scores.iter().zip([token, last]) {
                let wanted = reference(logits, token as usize).unwrap();
                assert!((score.log_prob - wanted.log_prob).abs() < 1e-6, "{score:?}, not {wanted:?}");
                assert_eq!(score.is_greedy, wanted.is_greedy);
            }
        }
        let picked = head.pick(&hidden, &vec![Pick::First; rows], Team::ONE).unwrap();
        for (logits, next) in logits.chunks(vocab).zip(picked) {
            assert!(logits.iter().all(|logit| *logit <= logits[next.token as usize]));
        }
    }
}
