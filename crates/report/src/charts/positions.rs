//! `positions`: bits per byte by the number of tokens before a token, a line a model: what a model makes of its context.

use super::curves::{self, Across, AcrossScale, Apart, Curve, CurvePlot, CurvePoint, Curves};
use super::{About, Chart, Figure, Material};
use crate::number::{Unit, count};
use crate::overview::{ModelColumn, Overview};
use crate::{Card, Run};
use std::collections::BTreeMap;
use std::sync::Arc;
use yardstick_core::{Request, Response, Sample};
use yardstick_stats::{RatioScale, ratio_estimate};

/// Bits per byte by position.
pub(super) struct Positions;

impl Chart for Positions {
    fn card(&self) -> Card {
        Card {
            id: "positions",
            summary: "bits per byte by position in the context (run --token-scores), a line a model",
        }
    }

    /// Of whole texts whose tokens' scores were kept.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let texts = texts(material.runs, material.overview);
        let plots: Vec<CurvePlot> = texts.iter().map(|task| plot(material.overview, task)).collect();
        if plots.iter().all(|plot| plot.points.is_empty()) {
            Vec::new()
        } else {
            vec![figure(material.overview, plots)]
        }
    }
}

/// A task's texts, by the columns of the models that scored them.
struct Texts<'a> {
    label: String,
    models: BTreeMap<usize, Vec<&'a Sample>>,
}

/// What one document has in one bin: log-likelihood (nats), bytes, tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Share {
    nats: f64,
    bytes: f64,
    tokens: u64,
}

/// The tasks of whole texts with scores of tokens, in the order of the runs. Where several runs have a model's texts, the
/// first counts.
fn texts<'a>(runs: &'a [Run], overview: &Overview) -> Vec<Texts<'a>> {
    let mut found: Vec<((&str, &str), Texts)> = Vec::new();
    for (run, columns) in runs.iter().zip(&overview.columns) {
        for task in &run.record.tasks {
            let key = (task.id.as_str(), task.prompt_hash.as_str());
            let mut models: BTreeMap<usize, Vec<&Sample>> = BTreeMap::new();
            for sample in run.samples.iter().filter(|sample| sample.task == task.id && kept(sample).next().is_some()) {
                if let Some(&column) = columns.get(&sample.model) {
                    models.entry(column).or_default().push(sample);
                }
            }
            if models.is_empty() {
                continue;
            }
            match found.iter_mut().find(|(other, _)| *other == key) {
                Some((_, texts)) => models.into_iter().for_each(|(column, samples)| {
                    texts.models.entry(column).or_insert(samples);
                }),
                None => found.push((key, Texts { label: label(overview, key), models })),
            }
        }
    }
    found.into_iter().map(|(_, texts)| texts).collect()
}

/// The task's name in the overview, which tells other prompts of the same id apart.
fn label(overview: &Overview, (id, asked): (&str, &str)) -> String {
    let row = overview.rows.iter().find(|row| row.id == id && row.asked == asked);
    row.map_or_else(|| id.to_owned(), |row| row.label.clone())
}

/// The whole texts of a sample whose tokens were kept.
fn kept(sample: &Sample) -> impl Iterator<Item = (&str, &Response)> {
    let both = sample.requests.iter().zip(&sample.responses);
    both.filter_map(|(request, response)| match request {
        Request::Rolling { text } if !response.tokens.is_empty() => Some((text.as_str(), response)),
        _ => None,
    })
}

/// Bin of a token with so many before it: 1, 2, 3 to 4, 5 to 8, …
const fn bin(before: usize) -> usize {
    before.next_power_of_two().trailing_zeros() as usize
}

/// First and last number of tokens before those of a bin.
const fn ends(bin: usize) -> (usize, usize) {
    let last = 1 << bin;
    (last / 2 + 1, last)
}

/// A document's share of each bin. Only the first window counts: there the place in the text is the place in the context.
///
/// A token has as many bytes as its text, U+FFFD as one; the tokens' bytes are scaled to add up to the text's, since what a
/// tokenizer gives back is not always what it was given.
fn shares(sample: &Sample, n_ctx: usize) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for (text, response) in kept(sample) {
        let length = |token: &str| token.chars().map(|c| if c == '\u{fffd}' { 1 } else { c.len_utf8() }).sum::<usize>();
        let total: usize = response.tokens.iter().map(|token| length(&token.text)).sum();
        let scale = text.len() as f64 / total.max(1) as f64;
        for (at, token) in response.tokens.iter().take(n_ctx).enumerate() {
            // Before the first scored token there is one: the prefix, or the first token, which then has no score.
            let bin = bin(at + 1);
            if shares.len() <= bin {
                shares.resize(bin + 1, Share::default());
            }
            shares[bin].nats += token.log_prob;
            shares[bin].bytes += length(&token.text) as f64 * scale;
            shares[bin].tokens += 1;
        }
    }
    shares
}

/// A line a model over the bins: the ratio of sums over documents, with documents as the sampling unit.
fn points(column: usize, model: &ModelColumn, samples: &[&Sample]) -> Vec<CurvePoint> {
    let n_ctx = model.context.map_or(model.card.n_ctx, |context| context.min(model.card.n_ctx));
    let documents: Vec<Vec<Share>> = samples.iter().map(|sample| shares(sample, n_ctx)).collect();
    let n_bins = documents.iter().map(Vec::len).max().unwrap_or(0);
    let in_bin = |bin: usize| {
        let own: Vec<Share> =
            documents.iter().filter_map(|shares| shares.get(bin)).copied().filter(|s| s.bytes > 0.0).collect();
        let pairs: Vec<(f64, f64)> = own.iter().map(|share| (share.nats, share.bytes)).collect();
        let (first, last) = ends(bin);
        let estimate = (!pairs.is_empty()).then(|| ratio_estimate(&pairs, RatioScale::Bits))?;
        let point = curves::point(column, &model.label, f64::sqrt((first * last) as f64), &estimate)?;
        let tokens = own.iter().map(|share| share.tokens).sum();
        let before = if first == last { last.to_string() } else { format!("{first} to {last}") };
        let source = format!("after {before} tokens; {} tokens; {}", count(tokens), point.source);
        Some(CurvePoint { source, ..point })
    };
    (0..n_bins).filter_map(in_bin).collect()
}

fn plot(overview: &Overview, task: &Texts) -> CurvePlot {
    let counts = || task.models.values().map(|samples| samples.len() as u64);
    let n = counts().min().zip(counts().max());
    CurvePlot {
        label: task.label.clone(),
        details: format!("{} texts", super::panels::documents(n)),
        chance: None,
        points: task.models.iter().flat_map(|(&at, samples)| points(at, &overview.models[at], samples)).collect(),
    }
}

fn figure(overview: &Overview, mut plots: Vec<CurvePlot>) -> Figure {
    plots.retain(|plot| !plot.points.is_empty());
    let shown = curves::lines_of_models(overview).into_iter().enumerate();
    let has_points = |column: usize| plots.iter().flat_map(|plot| &plot.points).any(|point| point.series == column);
    let (columns, series): (Vec<usize>, Vec<Curve>) = shown.filter(|(column, _)| has_points(*column)).unzip();
    for point in plots.iter_mut().flat_map(|plot| &mut plot.points) {
        point.series = columns.iter().position(|column| *column == point.series).unwrap_or(0);
    }
    let curves = Curves {
        across: Across {
            label: "tokens before it in the context (log axis)".to_owned(),
            column: "tokens_before",
            scale: AcrossScale::Log,
            apart: Apart::BySeries,
        },
        unit: Unit::Bits,
        value_label: "bits per byte".to_owned(),
        series,
        plots,
    };
    Figure {
        chart: "positions",
        stem: "positions-bits_per_byte".to_owned(),
        about: About::Report,
        title: "Bits per byte by position in the context".to_owned(),
        subtitle: "whole texts, zero-shot; lower is better; whiskers: 95 % intervals over documents; a line a model"
            .to_owned(),
        notes: notes(),
        partial: overview.partial,
        legend: curves.legend(""),
        plot: Arc::new(curves),
    }
}

fn notes() -> Vec<String> {
    [
        "Tokens after 1, 2, 3–4, 5–8, … others, each bin at its geometric middle, where the models' dots are set side by \
         side; vertical axes differ between plots and need not start at zero. Of each text only the first window counts: as many tokens as the model's context holds.",
        "Bits and bytes are summed over documents, then divided; documents are the sampling unit of the intervals. A token's \
         bytes are those of its own text, scaled so that a document's tokens add up to its bytes: for characters of several \
         tokens the share of each is an approximation.",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::tests::scenarios;

    #[test]
    fn bins() {
        assert_eq!([1, 2, 3, 4, 5, 8, 9, 256, 257].map(bin), [0, 1, 2, 2, 3, 3, 4, 8, 9]);
        for before in 1..2000 {
            let (first, last) = ends(bin(before));
            assert!((first..=last).contains(&before), "{before}");
        }
    }

    #[test]
    fn a_document_by_hand() {
        let sample = scenarios::rolling_tokens(
            "gpt2-micro",
            0,
            &[("On", -2.0), ("e ", -1.0), ("\u{fffd}", -0.5), ("\u{fffd}", -4.0)],
        );
        let Request::Rolling { text } = &sample.requests[0] else { panic!("not a whole text") };
        assert_eq!(text.len(), 6);
        let share = |nats, bytes, tokens| Share { nats, bytes, tokens };
        assert_eq!(shares(&sample, 256), [share(-2.0, 2.0, 1), share(-1.0, 2.0, 1), share(-4.5, 2.0, 2)]);
        assert_eq!(shares(&sample, 3), [share(-2.0, 2.0, 1), share(-1.0, 2.0, 1), share(-0.5, 1.0, 1)]);
    }
}
