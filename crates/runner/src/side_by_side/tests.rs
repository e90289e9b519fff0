use super::row::RowDiff;
use super::*;
use crate::toy::{self, pair};
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use yardstick_core::{Costs, Decoder, ModelCard, Past, ScoreError, Session, Stretch, TokenScore};

/// A model of few letters whose logits are a hash of all tokens before.
struct Letters {
    card: ModelCard,
    seed: u64,
    /// The letter of token 0; the others follow.
    first: char,
    /// A token after which logits are not finite.
    poison: Option<u32>,
}

const N_CTX: usize = 7;
const LETTERS: usize = 9;

fn letters(seed: u64) -> Letters {
    let card = ModelCard { n_ctx: N_CTX, vocab_size: LETTERS, prefix_token: Some(0), ..toy::card() };
    Letters { card, seed, first: 'a', poison: None }
}

impl Letters {
    fn logits(&self, before: &[u32]) -> Vec<f32> {
        let mix = |h: u64, t: u64| (h ^ t).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        let hash = before.iter().fold(self.seed, |h, &t| mix(h, u64::from(t)));
        (0..LETTERS as u64).map(|token| (mix(hash, token) % 1000) as f32 / 150.0).collect()
    }
}

impl LanguageModel for Letters {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError> {
        Ok(text.chars().map(|c| c as u32 - self.first as u32).collect())
    }

    fn decode(&self, tokens: &[u32], _: bool) -> Result<String, ScoreError> {
        Ok(tokens.iter().map(|&t| char::from_u32(self.first as u32 + t).unwrap()).collect())
    }

    fn costs(&self) -> Costs {
        toy::COSTS
    }

    fn session(&self, positions: usize, _: usize) -> Box<dyn Session + '_> {
        Box::new(LettersSession { model: self, path: Vec::new(), positions })
    }

    fn decoder(&self, _: usize, _: usize, _: usize) -> Box<dyn Decoder + '_> {
        unreachable!("nothing is written")
    }
}

struct LettersSession<'a> {
    model: &'a Letters,
    path: Vec<u32>,
    positions: usize,
}

impl Session for LettersSession<'_> {
    fn advance(&mut self, _: &Stretch) -> Result<Vec<TokenScore>, ScoreError> {
        unreachable!("all logits are asked for")
    }

    fn logits(&mut self, stretch: &Stretch, logits: &mut Vec<f32>) -> Result<(), ScoreError> {
        logits.clear();
        for (row, (&token, &position)) in stretch.tokens.iter().zip(stretch.positions).enumerate() {
            assert!(position as usize <= self.path.len(), "a row without a parent");
            self.path.truncate(position as usize);
            self.path.push(token);
            assert!(self.path.len() <= self.positions, "a path longer than was asked for");
            if let Some(wanted) = stretch.wanted.iter().position(|wanted| wanted.row as usize == row) {
                if self.model.poison == Some(token) {
                    let (model, position) = ("letters".to_owned(), position as usize);
                    return Err(ScoreError::NotFinite { model, wanted, position });
                }
                logits.extend(self.model.logits(&self.path));
            }
        }
        Ok(())
    }

    fn keep(&self, _: usize) -> Past {
        unreachable!("paths are not copied")
    }

    fn resume(&mut self, _: &Past, _: usize) -> Result<(), ScoreError> {
        unreachable!("paths are not copied")
    }
}

fn rolling(text: &str) -> Request {
    Request::Rolling { text: text.to_owned() }
}

fn compare(
    models: [&Letters; 2],
    documents: &[Vec<Request>],
    threads: usize,
) -> Result<Vec<Vec<TokenDiff>>, RunnerError> {
    let documents: Vec<&[Request]> = documents.iter().map(Vec::as_slice).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| side_by_side([models[0], models[1]], &documents, &|_| ())).map(|found| found.documents)
}

/// A token and what its models saw, as the rules for spans say it.
fn check(diff: &TokenDiff, models: [&Letters; 2], before: &[u32]) {
    let [a, b] = models.map(|model| model.logits(before));
    let row = RowDiff::new(&a, &b);
    assert_eq!((diff.kl, diff.top, diff.same_top5, diff.same_bits), (row.kl, row.top, row.same_top5, row.same_bits));
    assert_eq!(diff.log_prob.map(f64::to_bits), row.log_prob(&a, &b, diff.token).map(f64::to_bits));
}

fn arb_text(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(0_u8..3, 1..most).prop_map(|t| t.iter().map(|t| char::from(b'a' + t)).collect())
}

fn arb_document() -> impl Strategy<Value = Vec<Request>> {
    let choices = (arb_text(5), proptest::collection::vec(arb_text(4), 1..5))
        .prop_map(|(context, choices)| choices.iter().map(|choice| pair(&context, choice)).collect());
    prop_oneof![choices, arb_text(40).prop_map(|text| vec![rolling(&text)])]
}

proptest! {
    #[test]
    fn every_token_is_what_it_is_alone(documents in proptest::collection::vec(arb_document(), 1..6), threads in 1_usize..4) {
        let (a, b) = (letters(1), letters(2));
        let found = compare([&a, &b], &documents, threads).unwrap();
        prop_assert_eq!(found.len(), documents.len());
        for (requests, diffs) in documents.iter().zip(&found) {
            let mut diffs = diffs.iter();
            for (index, request) in requests.iter().enumerate() {
                for encoded in encode_all(&a, &[request]).unwrap() {
                    let mut position = encoded.n_unscored;
                    for (window, span) in encoded.spans.iter().enumerate() {
                        let tokens: Vec<u32> = span.tokens_from(0).collect();
                        for at in tokens.len() - span.scored..tokens.len() {
                            let diff = diffs.next().unwrap();
                            let place = (diff.request as usize, diff.window as usize, diff.position as usize);
                            prop_assert_eq!((place, diff.token), ((index, window, position), tokens[at]));
                            check(diff, [&a, &b], &tokens[..at]);
                            position += 1;
                        }
                    }
                }
            }
            prop_assert!(diffs.next().is_none());
        }
    }
}

#[test]
fn tokens_after_the_same_tokens_are_counted_once() {
    let (a, b) = (letters(1), letters(2));
    let documents = [
        vec![pair("bc", "d"), pair("bc", "ee"), pair("bc", "ef")],
        vec![pair("bc", "d")],
        vec![rolling(&"bcdefgh".repeat(3))],
    ];
    let found = compare([&a, &b], &documents, 1).unwrap();
    let repeated: Vec<Vec<bool>> = found.iter().map(|it| it.iter().map(|diff| diff.is_repeated).collect()).collect();
    // "bc" is seen by all three choices, "bce" by the last two.
    assert_eq!(repeated[0], [false, true, false, true, true]);
    assert_eq!(repeated[1], [false], "another document");
    assert_eq!(repeated[2], [false; 21], "windows are places of their own");
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let read = AtomicUsize::new(0);
    let request = [rolling("abcdefghabc")];
    let count = |tokens| {
        read.fetch_add(tokens, Ordering::Relaxed);
    };
    let found = side_by_side([&letters(5), &letters(5)], &[&request[..], &[]], &count).unwrap().documents;
    assert_eq!((found[0].len(), found[1].len(), read.into_inner()), (11, 0, 7 + 7));
    assert!(found[0].iter().all(|diff| diff.kl == 0.0 && diff.same_bits && diff.same_top5 && diff.same_top1()));
    assert!(found[0].iter().all(|diff| diff.delta_p() == 0.0));
}

#[test]
fn what_a_reader_must_know_is_counted() {
    let (mut a, mut b) = (letters(1), letters(2));
    (a.card.prefix_token, b.card.prefix_token) = (None, None);
    let requests = [pair("bcdefgh", "bc"), rolling("bcd"), pair("", "bc"), pair("b", "c")];
    let found = side_by_side([&a, &b], &[&requests], &|_| ()).unwrap();
    assert_eq!((found.n_requests, found.n_truncated, found.n_unscored, found.n_merged), (4, 1, 2, 0));
    assert_eq!(found.documents[0].iter().map(|diff| diff.position).collect::<Vec<_>>(), [0, 1, 1, 2, 1, 0]);
}

#[test]
fn other_tokens_are_refused() {
    let fails = |b: &Letters, words: &str| {
        let error = compare([&letters(1), b], &[vec![rolling("bcd")]], 1).unwrap_err();
        assert!(matches!(error, RunnerError::Vocabulary { .. }), "{error:?}");
        assert!(error.to_string().contains(words) && error.to_string().contains("yardstick compare"), "{error}");
    };
    let mut other = letters(2);
    other.card.vocab_size = 10;
    fails(&other, "(9 and 10)");
    let mut other = Letters { first: 'b', ..letters(2) };
    other.card.tokenizer_sha256 = "another".to_owned();
    fails(&other, "token 0 is \"a\" and \"b\"");
    let mut other = letters(2);
    other.card.prefix_token = None;
    fails(&other, "different tokens");
    let mut same = letters(2);
    same.card.tokenizer_sha256 = "the same tokens in another file".to_owned();
    assert!(compare([&letters(1), &same], &[vec![rolling("bcd")]], 1).is_ok());
}

#[test]
fn what_cannot_be_compared_is_named() {
    let poisoned = Letters { poison: Some(3), ..letters(2) };
    let documents = [vec![rolling("bc")], vec![pair("b", "c"), pair("b", "dc")]];
    match compare([&letters(1), &poisoned], &documents, 2) {
        Err(RunnerError::Score { request: 2, source: ScoreError::NotFinite { position: 1, .. } }) => {}
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        compare([&letters(1), &letters(2)], &[vec![pair("b", "")]], 1),
        Err(RunnerError::EmptyContinuation { request: 0 })
    ));
}

#[test]
fn what_stands_before_a_token() {
    let model = letters(1);
    let before = |request: &Request, position| tokens_before(&model, request, position).unwrap();
    assert_eq!(before(&rolling("bcdefghbcd"), 9), [1, 2, 3, 4, 5, 6, 7, 1, 2]);
    assert_eq!(before(&pair("bc", "def"), 1), [1, 2, 3]);
    assert_eq!(before(&pair("", "bc"), 0), [0], "the prefix token");
}
