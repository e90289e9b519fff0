//! The table in the terminal.

use super::record::{DiffPlace, DiffRate, DiffRecord, DiffToken, DiffUnit};
use crate::number::{Unit, count, parameters};
use crate::text::{clip, visible, wrap};
use std::fmt::Write;
use yardstick_core::{Estimate, ModelCard};

/// Narrower terminals get lines of this length.
const NARROWEST: usize = 50;
/// Characters of a token.
const TOKEN: usize = 13;

/// A record as text that ends in a newline, no line longer than `width` characters (below 50 is taken as 50).
pub fn diff_table(record: &DiffRecord, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut out = String::new();
    for (letter, card) in [('A', &record.model_a), ('B', &record.model_b)] {
        push_wrapped(&mut out, &format!("{letter}: {}", model(card)), width);
    }
    push_wrapped(&mut out, &scope(record), width);
    for warning in &record.material.warnings {
        push_wrapped(&mut out, &format!("note: {warning}"), width);
    }
    out.push('\n');
    push_figures(&mut out, &figures(record), width);
    for (what, place) in [("first parting", &record.first_parting), ("largest KL", &record.largest_kl)] {
        if let Some(place) = place {
            out.push('\n');
            push_place(&mut out, what, place, width);
        }
    }
    out
}

fn push_wrapped(out: &mut String, text: &str, width: usize) {
    for line in wrap(&visible(text), usize::MAX, |line| line.chars().count() <= width) {
        out.push_str(&line);
        out.push('\n');
    }
}

fn model(card: &ModelCard) -> String {
    format!("{} ({}, {} parameters held as {})", card.name, card.source, parameters(card.n_params), card.storage)
}

/// What was compared, and what the errors mean.
fn scope(record: &DiffRecord) -> String {
    let texts = record.material.texts.iter().map(|text| text.path.as_str());
    let tasks = record.material.tasks.iter().map(|task| task.id.as_str());
    let names = texts.chain(tasks).collect::<Vec<_>>().join(", ");
    let positions = count(record.n_positions);
    let scored = if record.n_tokens == record.n_positions {
        String::new()
    } else {
        format!(" with {} scored tokens", count(record.n_tokens))
    };
    let units = count(record.n_units);
    let independent = match record.unit {
        DiffUnit::Document => format!("{units} documents are taken as independent"),
        DiffUnit::Window => {
            format!("{units} windows of up to {} tokens are taken as independent", record.model_a.n_ctx)
        }
        DiffUnit::Position => "one window: positions are taken as independent, so errors are too small".to_owned(),
    };
    let bits = if record.bit_identical { "all logits are bit-identical" } else { "logits are not bit-identical" };
    format!("{positions} positions{scored} of {names}; {independent}; {bits}")
}

/// A line of the table: what, value, interval.
type Figure = [String; 3];

fn figures(record: &DiffRecord) -> Vec<Figure> {
    let delta = &record.delta_p;
    let plain = |what: &str, value: f64| [what.to_owned(), Unit::Plain.value(value), String::new()];
    let quantiles = [delta.p01, delta.p05, delta.p50, delta.p95, delta.p99].map(|q| Unit::Plain.value(q)).join("  ");
    vec![
        estimate("KL(A‖B) in nats, mean", &record.mean_kl),
        plain("  median", record.kl_median),
        plain("  99 %", record.kl_p99),
        plain("  99.9 %", record.kl_p999),
        plain("  largest", record.kl_max),
        rate("same most likely token", &record.same_top1),
        rate("same five most likely, in any order", &record.same_top5),
        estimate("Δp = p_B − p_A of the text's token, mean", &delta.mean),
        plain("  root mean square", delta.rms),
        ["  1, 5, 50, 95 and 99 %".to_owned(), quantiles, String::new()],
        ["perplexity per token of A".to_owned(), Unit::Perplexity.value(record.ppl_a), String::new()],
        ["perplexity per token of B".to_owned(), Unit::Perplexity.value(record.ppl_b), String::new()],
        estimate("ln(PPL_B / PPL_A)", &record.ln_ppl_ratio),
    ]
}

fn estimate(what: &str, estimate: &Estimate) -> Figure {
    [what.to_owned(), Unit::Plain.with_error(estimate), Unit::Plain.interval(estimate).unwrap_or_default()]
}

fn rate(what: &str, rate: &DiffRate) -> Figure {
    let percent = |x: f64| format!("{:.2}", 100.0 * x);
    let interval = format!("{} to {} %", percent(rate.low), percent(rate.high));
    [what.to_owned(), format!("{} %", percent(rate.rate)), interval]
}

/// Aligned columns where they fit, else a value below its name.
fn push_figures(out: &mut String, figures: &[Figure], width: usize) {
    let longest = |column: usize| figures.iter().map(|figure| figure[column].chars().count()).max().unwrap_or(0);
    let whole = figures.iter().filter(|figure| !figure[2].is_empty());
    let value = whole.map(|figure| figure[1].chars().count()).max().unwrap_or(0);
    let (what, interval) = (longest(0), longest(2));
    let fits = what + 2 + (value + 2 + interval).max(longest(1)) <= width;
    if fits {
        let head = format!("{:what$}  {:value$}  95 % interval", "", "");
        let _ = writeln!(out, "{head}");
    }
    for [name, figure, interval] in figures {
        let line = match (fits, interval.is_empty()) {
            (true, _) => format!("{name:what$}  {figure:value$}  {interval}").trim_end().to_owned(),
            (false, true) if what + 2 + figure.chars().count() <= width => format!("{name:what$}  {figure}"),
            (false, true) => format!("{name}\n    {figure}"),
            (false, false) => format!("{name}\n    {figure}, 95 % {interval}"),
        };
        for line in line.lines() {
            let _ = writeln!(out, "{}", clip(line, width));
        }
    }
}

/// Where a position is, the text before it, and what the models expect.
fn push_place(out: &mut String, what: &str, place: &DiffPlace, width: usize) {
    let line = place.line.map_or_else(String::new, |line| format!(", line {line}"));
    let kl = Unit::Plain.value(place.kl);
    push_wrapped(out, &format!("{what}: {}{line}, token {}, KL {kl}", place.document, place.position), width);
    if !place.before.is_empty() {
        let before = visible(&place.before);
        let skipped = before.chars().count().saturating_sub(width - 3);
        let start = if skipped == 0 { "  " } else { "  …" };
        let _ = writeln!(out, "{start}{}", before.chars().skip(skipped).collect::<String>());
    }
    for (who, token) in [("text has", &place.token), ("A expects", &place.top_a), ("B expects", &place.top_b)] {
        push_token(out, who, token);
    }
}

fn push_token(out: &mut String, who: &str, token: &DiffToken) {
    let text = clip(&visible(&format!("{:?}", token.text)), TOKEN);
    let percent = |p: f64| format!("{:>6.2} %", 100.0 * p);
    let _ = writeln!(out, "  {who:9}  {text:TOKEN$}  A {}  B {}", percent(token.p_a), percent(token.p_b));
}
