//! Texts that are written side by side are those that each path writes alone, and their scores are the scoring engine's.

use super::fixtures::{Draw, checkpoints, open};
use yardstick_core::{Decoder, Feed, LanguageModel, Next, Pick, Sampling, ScoreError, Span};
use yardstick_zoo::Model;

const HOT: Sampling = Sampling { temperature: 1.7, top_k: None, top_p: None, seed: 0 };
const CUT: Sampling = Sampling { temperature: 0.8, top_k: Some(40), top_p: Some(0.9), seed: 0 };

/// A prompt and how tokens are written behind it.
struct Text {
    prompt: Vec<u32>,
    sampling: Option<Sampling>,
    count: usize,
}

impl Text {
    fn draw(model: &Model, draw: &mut Draw) -> Self {
        let (len, count) = (1 + draw.below(model.card().n_ctx.min(82) - 12), 1 + draw.below(12));
        let sampling = [None, None, Some(HOT), Some(CUT)][draw.below(4)];
        Self { prompt: draw.tokens(model, len), sampling, count }
    }

    /// How its `n`-th token is picked.
    fn pick(&self, n: usize) -> Pick<'_> {
        let uniform = (n * 37 % 101) as f64 / 101.0;
        self.sampling.as_ref().map_or(Pick::First, |sampling| Pick::Draw { sampling, uniform })
    }
}

/// Tokens, log-probabilities' bits and whether they were first choices.
type Written = Vec<(u32, u64, bool)>;

fn bits(next: Next) -> (u32, u64, bool) {
    (next.token, next.log_prob.to_bits(), next.is_first)
}

/// One path alone, its prompt at once.
fn alone(model: &Model, text: &Text) -> Written {
    let mut decoder = model.decoder(1, text.prompt.len() + text.count, 1);
    let (mut unread, mut start, mut written) = (text.prompt.clone(), 0, Written::new());
    for n in 0..text.count {
        let feed = Feed { path: 0, start, tokens: &unread, pick: Some(text.pick(n)) };
        let next = decoder.step(&[feed]).unwrap()[0];
        start += unread.len();
        unread = vec![next.token];
        written.push(bits(next));
    }
    written
}

/// All of them together, each path fed as much at a time as `draw` says.
fn together(decoder: &mut dyn Decoder, texts: &[Text], draw: &mut Draw) -> Vec<Written> {
    let mut paths: Vec<Vec<u32>> = texts.iter().map(|text| text.prompt.clone()).collect();
    let (mut read, mut written) = (vec![0; texts.len()], vec![Written::new(); texts.len()]);
    while texts.iter().zip(&written).any(|(text, written)| written.len() < text.count) {
        let mut feeds = Vec::new();
        for (path, text) in texts.iter().enumerate() {
            let unread = &paths[path][read[path]..];
            if written[path].len() == text.count || draw.below(4) == 0 {
                continue;
            }
            let tokens = &unread[..=draw.below(unread.len())];
            let pick = (tokens.len() == unread.len()).then(|| text.pick(written[path].len()));
            feeds.push(Feed { path, start: read[path], tokens, pick });
        }
        let next = decoder.step(&feeds).unwrap();
        let picked: Vec<usize> = feeds.iter().filter(|feed| feed.pick.is_some()).map(|feed| feed.path).collect();
        assert_eq!(next.len(), picked.len());
        for feed in &feeds {
            read[feed.path] += feed.tokens.len();
        }
        for (path, next) in picked.into_iter().zip(next) {
            paths[path].push(next.token);
            written[path].push(bits(next));
        }
    }
    written
}

#[test]
fn side_by_side_on_any_threads() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(31);
        for (count, threads) in [(3, 7), (1, 2), (3, 1), (16, 1), (16, 2)].into_iter().take(folder.times(5)) {
            let texts: Vec<Text> = (0..count).map(|_| Text::draw(&model, &mut draw)).collect();
            let wanted: Vec<Written> = texts.iter().map(|text| alone(&model, text)).collect();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| {
                let mut decoder = model.decoder(count, 82, threads);
                together(decoder.as_mut(), &texts, &mut draw)
            });
            assert_eq!(found, wanted, "{}: {count} texts, {threads} threads", folder.display());
        }
    }
}

#[test]
fn what_is_written_has_the_scores_of_the_scoring_engine() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(37);
        for _ in 0..folder.times(12) {
            let text = Text::draw(&model, &mut draw);
            let written = alone(&model, &text);
            let tokens = text.prompt.iter().copied().chain(written.iter().map(|next| next.0)).collect();
            let scores = model.score(&[Span { tokens, scored: text.count }]).unwrap().remove(0);
            let scores: Vec<_> = scores.iter().map(|score| (score.log_prob.to_bits(), score.is_greedy)).collect();
            let found: Vec<_> = written.iter().map(|next| (next.1, next.2)).collect();
            assert_eq!(found, scores, "{}", folder.display());
            let is_greedy = scores.iter().all(|score| score.1);
            assert!(is_greedy || text.sampling.is_some(), "{}: the first choice is one", folder.display());
        }
    }
}

#[test]
fn a_copied_beginning_is_the_path_it_was_copied_from() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(43);
        let room = model.card().n_ctx.min(80);
        for len in [0, 1, 30, 64, 65].map(|len: usize| len.min(room - 15)) {
            let text = Text { prompt: draw.tokens(&model, room - 14), sampling: None, count: 3 };
            let wanted = alone(&model, &text);
            let mut decoder = model.decoder(3, room, 1);
            let other = draw.tokens(&model, room - 20);
            let feed = |path, start, tokens| Feed { path, start, tokens, pick: None };
            decoder.step(&[feed(0, 0, &other[..9]), feed(2, 0, &text.prompt)]).unwrap();
            decoder.copy(2, 0, len).unwrap();
            decoder.step(&[feed(2, 20, &other)]).unwrap();
            let rest = Feed { pick: Some(Pick::First), ..feed(0, len, &text.prompt[len..]) };
            assert_eq!(bits(decoder.step(&[rest]).unwrap()[0]), wanted[0], "{}: {len}", folder.display());
        }
    }
}

#[test]
fn feeds_that_do_not_fit_are_refused() {
    let model = open(&checkpoints()[0]);
    let check = |feeds: &[(usize, usize, &[u32])], refused: bool| {
        let mut decoder = model.decoder(3, 4, 1);
        let feed = |&(path, start, tokens): &(usize, usize, &'static [u32])| Feed { path, start, tokens, pick: None };
        decoder.step(&[feed(&(1, 0, &[1, 2]))]).unwrap();
        let feeds: Vec<Feed> =
            feeds.iter().map(|&(path, start, tokens)| Feed { path, start, tokens, pick: None }).collect();
        let result = decoder.step(&feeds);
        assert_eq!(matches!(result, Err(ScoreError::Stretch { .. })), refused, "{feeds:?}: {result:?}");
    };
    check(&[], false);
    check(&[(0, 0, &[1]), (1, 2, &[3, 4]), (2, 0, &[1, 2, 3, 4])], false);
    check(&[(1, 0, &[5])], false);
    check(&[(1, 3, &[5])], true);
    check(&[(1, 2, &[5, 6, 7])], true);
    check(&[(1, 2, &[])], true);
    check(&[(3, 0, &[1])], true);
    check(&[(1, 2, &[3]), (0, 0, &[1])], true);
    check(&[(0, 0, &[1]), (0, 1, &[1])], true);
    let mut decoder = model.decoder(2, 4, 1);
    assert!(decoder.copy(0, 1, 1).is_err() && decoder.copy(0, 2, 0).is_err() && decoder.copy(0, 1, 0).is_ok());
    let outside = Feed { path: 0, start: 0, tokens: &[u32::MAX], pick: None };
    assert!(matches!(decoder.step(&[outside]), Err(ScoreError::Token { .. })));
}

#[test]
fn texts_come_back_from_their_tokens() {
    for folder in checkpoints() {
        let model = open(&folder);
        let text = "the old man saw a ship";
        let tokens = model.encode(text).unwrap();
        assert_eq!(model.decode(&tokens, true).unwrap(), text, "{}", folder.display());
        assert_eq!(model.decode(&[], true).unwrap(), "");
        if let Some(end) = model.card().end_token {
            let ended = [tokens.as_slice(), &[end]].concat();
            assert_eq!(model.decode(&ended, true).unwrap(), text, "{}", folder.display());
            assert_ne!(model.decode(&[end], false).unwrap(), "", "{}", folder.display());
            assert_eq!(model.decode(&[end], true).unwrap(), "", "{}", folder.display());
        }
    }
}
