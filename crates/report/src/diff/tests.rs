use super::*;
use crate::testing;
use std::f64::consts::LN_2;
use yardstick_core::{TokenDiff, TopToken};

/// A token of a window with its KL, and ln p in both models; B's most likely token is `top_b`, A's is 1.
fn token(window: u32, position: u32, kl: f64, log_prob: [f64; 2], top_b: u32) -> TokenDiff {
    let top = |token: u32| TopToken { token, log_prob: [-0.5, -0.75] };
    TokenDiff {
        request: 0,
        window,
        position,
        token: 4,
        is_repeated: false,
        kl,
        log_prob,
        top: [top(1), top(top_b)],
        same_top5: position != 2,
        same_bits: kl == 0.0,
    }
}

/// Two windows of two positions: KL 0, 0.1, 0.3, 0.2; in the last two the most likely token differs.
fn text() -> Vec<TokenDiff> {
    vec![
        token(0, 0, 0.0, [-1.0, -1.0], 1),
        token(0, 1, 0.1, [-LN_2, -2.0 * LN_2], 1),
        token(1, 2, 0.3, [-1.0, -1.5], 2),
        token(1, 3, 0.2, [-2.0, -1.0], 3),
    ]
}

fn models() -> [yardstick_core::ModelCard; 2] {
    let card = testing::four_by_eleven().models.swap_remove(0);
    let b =
        yardstick_core::ModelCard { name: format!("{}-int8", card.name), storage: "int8".to_owned(), ..card.clone() };
    [card, b]
}

fn texts() -> DiffMaterial {
    let text = DiffText::new("alice.txt".to_owned(), b"so\nthe");
    DiffMaterial { texts: vec![text], ..DiffMaterial::default() }
}

fn record(material: DiffMaterial, documents: &[Vec<TokenDiff>]) -> DiffRecord {
    let notable = Notable::find(documents);
    let place = |at: Option<(usize, usize)>| {
        let (document, index) = at?;
        let place = DiffWhere { document: "alice.txt".to_owned(), line: Some(7), before: "so\nthe".to_owned() };
        Some(DiffPlace::new(&documents[document][index], place, |id| format!(" t{id}")))
    };
    DiffRecord::new(models(), material, documents, [place(notable.first_parting), place(notable.largest_kl)])
}

fn close(got: f64, wanted: f64) {
    assert!((got - wanted).abs() < 1e-12, "{got} is not {wanted}");
}

#[test]
fn figures_by_hand() {
    let record = record(texts(), &[text()]);
    assert_eq!((record.n_positions, record.n_tokens, record.unit, record.n_units), (4, 4, DiffUnit::Window, 2));
    assert!(!record.bit_identical);
    close(record.mean_kl.value, 0.15);
    // Residuals of the windows −0.2 and 0.2: √(2/1 · 0.08) / 4.
    close(record.mean_kl.stderr.expect("two windows"), 0.1);
    close(record.kl_median, 0.15);
    close(record.kl_max, 0.3);
    close(record.kl_p99, 0.297);
    close(record.same_top1.rate, 0.5);
    close(record.same_top5.rate, 0.75);
    assert!(record.same_top1.low > 0.0 && record.same_top1.high < 1.0);
    // ln p_A − ln p_B: 0, ln 2, 0.5, −1.
    close(record.ln_ppl_ratio.value, (LN_2 - 0.5) / 4.0);
    close(record.ppl_b.ln() - record.ppl_a.ln(), record.ln_ppl_ratio.value);
    // Residuals of the windows: ln 2 − 2m and −0.5 − 2m.
    let m = record.ln_ppl_ratio.value;
    let squares = (LN_2 - 2.0 * m).powi(2) + (-0.5 - 2.0 * m).powi(2);
    close(record.ln_ppl_ratio.stderr.expect("two windows"), (2.0 * squares).sqrt() / 4.0);
    let deltas = [0.0, -0.25, (-1.5_f64).exp() - (-1.0_f64).exp(), (-1.0_f64).exp() - (-2.0_f64).exp()];
    close(record.delta_p.mean.value, deltas.iter().sum::<f64>() / 4.0);
    close(record.delta_p.rms, (deltas.iter().map(|x| x * x).sum::<f64>() / 4.0).sqrt());
}

#[test]
fn notable_positions() {
    let documents = [text(), vec![token(0, 0, 0.3, [-1.0, -1.0], 1)]];
    let found = Notable::find(&documents);
    assert_eq!(found, Notable { first_parting: Some((0, 2)), largest_kl: Some((0, 2)) }, "the first of equals");
    assert_eq!(Notable::find(&[vec![token(0, 0, 0.0, [-1.0, -1.0], 1)]]), Notable::default());
}

#[test]
fn what_is_independent() {
    let check = |material: DiffMaterial, documents: &[Vec<TokenDiff>], unit, n_units| {
        let record = record(material, documents);
        assert_eq!((record.unit, record.n_units), (unit, n_units));
        assert!(record.mean_kl.stderr.is_some() && record.mean_kl.method.contains(&n_units.to_string()));
    };
    let tasks = DiffMaterial::default();
    check(texts(), &[text(), text()], DiffUnit::Window, 4);
    check(texts(), &[text()[..2].to_vec()], DiffUnit::Position, 2);
    check(tasks.clone(), &[text(), text(), Vec::new()], DiffUnit::Document, 2);
    check(tasks.clone(), &[text()], DiffUnit::Window, 2);
    check(tasks, &[Vec::new(), text()[2..].to_vec()], DiffUnit::Position, 2);
}

#[test]
fn a_shared_distribution_counts_once() {
    let mut diffs = text();
    diffs[3].is_repeated = true;
    let record = record(texts(), &[diffs]);
    assert_eq!((record.n_positions, record.n_tokens, record.mean_kl.n, record.ln_ppl_ratio.n), (3, 4, 3, 4));
    close(record.mean_kl.value, 0.4 / 3.0);
    close(record.same_top1.rate, 2.0 / 3.0);
}

#[test]
fn agreement_everywhere_is_not_certainty() {
    let same: Vec<TokenDiff> = (0..40).map(|i| token(i / 10, i, 0.0, [-1.0, -1.0], 1)).collect();
    let record = record(texts(), &[same]);
    assert!(record.bit_identical && record.mean_kl.value == 0.0 && record.largest_kl.is_none());
    assert_eq!((record.same_top1.rate, record.same_top1.high), (1.0, 1.0));
    let wilson = |n: f64| n / (n + 1.959_963_984_540_054_f64.powi(2));
    close(record.same_top1.low, wilson(40.0));
    // Where KL is the same throughout a window but not from window to window, there are no more than four places.
    let alike: Vec<TokenDiff> =
        (0..40).map(|i| token(i / 10, i, [0.1, 0.2, 0.4, 0.3][i as usize / 10], [-1.0; 2], 1)).collect();
    close(super::tests::record(texts(), &[alike]).same_top1.low, wilson(4.0));
}

#[test]
fn tables() {
    let record = record(texts(), &[text()]);
    for (name, width) in [("wide", 120), ("narrow", 50)] {
        let table = diff_table(&record, width);
        assert!(table.lines().all(|line| line.chars().count() <= width), "{table}");
        insta::assert_snapshot!(name, table);
    }
}

#[test]
fn a_record_comes_back() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("new/diff.json");
    let record = record(texts(), &[text()]);
    write_diff(&path, &record).expect("writes");
    assert_eq!(read_diff(&path).expect("reads"), record);

    let fails = |text: &str, words: &str| {
        std::fs::write(&path, text).expect("writes");
        let message = read_diff(&path).expect_err("is no record").to_string();
        assert!(message.contains("diff.json") && message.contains(words), "{message}");
    };
    fails("{\"format\": \"yardstick.run/1\"}", "yardstick.diff/1");
    fails("{\"format\": \"yardstick.diff/1\"}", "not the record");
    fails("[]", "not the record");
    std::fs::remove_file(&path).expect("removes");
    assert!(matches!(read_diff(&path), Err(ReportError::ReadDiff { .. })));
}
