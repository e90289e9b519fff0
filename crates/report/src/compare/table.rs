//! A comparison in the terminal.

use super::{AverageRow, Comparison, Flip, TaskRow, Verdict};
use crate::number::{Unit, count, counted};
use crate::text::{clip, visible, wrap};
use crate::{TableOptions, bar};
use yardstick_stats::Interval;

const GAP: &str = "  ";
const RED: &str = "31";
const GREEN: &str = "32";
const GREY: &str = "2";

/// The comparison as text that ends in a newline: a line a task (all of its metrics with `members`), the means over tasks, the
/// surest flips and what must be said. `flips` is how many documents are shown.
pub fn comparison_table(comparison: &Comparison, flips: usize, options: TableOptions) -> String {
    let rows: Vec<&TaskRow> = comparison.rows.iter().filter(|row| row.primary || options.members).collect();
    let mut out = format!(
        "{} → {}: {} compared on {}\n\n",
        visible(&comparison.base.name),
        visible(&comparison.candidate.name),
        tasks(comparison.family),
        documents(comparison.primary().map(|row| row.n).sum::<u64>() as usize),
    );
    let (table, explained) = lines(comparison, &rows, options);
    out.push_str(&table);
    let fits = |line: &str| line.chars().count() <= options.width.max(50);
    for average in &comparison.averages {
        out.push('\n');
        out.push_str(&wrap(&mean_line(average), 4, fits).join("\n"));
    }
    out.push_str(if comparison.averages.is_empty() { "" } else { "\n" });
    out.push_str(&shown_flips(comparison, flips, options));
    for note in legend(comparison, &rows, explained).iter().chain(&comparison.notes) {
        for line in wrap(&visible(note), 6, fits) {
            out.push('\n');
            out.push_str(&line);
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// One of the means over tasks.
pub(super) fn mean_line(average: &AverageRow) -> String {
    let (percent, signed) = (|x: f64| Unit::Percent.value(x), |x: f64| signed(Unit::Percent, x, average.base));
    format!(
        "{} over the {} tasks that have a chance level, chance taken off: {} → {}, {} ({} to {})",
        average.name,
        average.n_tasks,
        percent(average.base),
        percent(average.candidate),
        signed(average.difference),
        signed(average.low),
        signed(average.high),
    )
}

/// `1 document`, `1,200 documents`.
pub(super) fn documents(n: usize) -> String {
    counted(n, "document")
}

fn tasks(n: usize) -> String {
    counted(n, "task")
}

/// What a word in the last column is painted with.
const fn style(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => RED,
        Verdict::Better => GREEN,
        Verdict::Identical | Verdict::NotShown | Verdict::NotJudged => GREY,
    }
}

/// `worse`, `better`, `identical` or `not shown`.
pub(crate) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Identical => "identical",
        Verdict::Worse => "worse",
        Verdict::Better => "better",
        Verdict::NotShown => "not shown",
        Verdict::NotJudged => "–",
    }
}

/// What a row has in a column.
type Cell<'a> = &'a dyn Fn(&TaskRow) -> String;

/// Columns of the table that a legend explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Explained {
    /// p of each test by itself.
    pub(super) p: bool,
    /// The smallest difference that would have been found.
    pub(super) could_see: bool,
    /// Bars.
    pub(super) bars: bool,
}

/// Headings and a line a row; columns that matter least go first where it is narrow.
fn lines(comparison: &Comparison, rows: &[&TaskRow], options: TableOptions) -> (String, Explained) {
    let name_width = if options.width < 100 { 22 } else { 32 };
    let ends = Ends::of(rows);
    let all: [(&str, Cell); 13] = [
        ("task", &|row| clip(&visible(&row.task), name_width)),
        ("metric", &|row| format!("{}{}", clip(&visible(&row.metric), 16), Unit::of(&row.metric).suffix())),
        ("n", &|row| count(row.n)),
        ("base", &|row| Unit::of(&row.metric).value(row.base)),
        ("candidate", &|row| Unit::of(&row.metric).value(row.candidate)),
        ("difference", &|row| signed(Unit::of(&row.metric), row.difference, row.base)),
        (interval_heading(comparison.alpha), &|row| interval(row)),
        (BAR_HEADING, &|row| ends.bar(row)),
        ("won/lost", &|row| format!("{}/{}", count(row.wins), count(row.losses))),
        ("p", &|row| p_value(row.p)),
        ("p, Holm", &|row| row.holm.map_or_else(|| "–".to_owned(), p_value)),
        ("could see", &|row| detectable(row)),
        ("", &|row| word(row.verdict).to_owned()),
    ];
    let cells = |at: usize| -> Vec<String> {
        std::iter::once(all[at].0.to_owned()).chain(rows.iter().map(|row| all[at].1(row))).collect()
    };
    let mut columns: Vec<(usize, Vec<String>)> = (0..all.len()).map(|at| (at, cells(at))).collect();
    let width = |cells: &[String]| cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    if ends.is_empty() {
        columns.retain(|(at, _)| *at != BAR);
    }
    for expendable in [BAR, 2, COULD_SEE, P, 1, 3, 4, 8] {
        let total: usize = columns.iter().map(|(_, cells)| width(cells) + GAP.len()).sum();
        if total <= options.width.max(50) + GAP.len() {
            break;
        }
        columns.retain(|(at, _)| *at != expendable);
    }
    let mut out = String::new();
    for line in 0..=rows.len() {
        let mut text = String::new();
        for (at, cells) in &columns {
            let pad = " ".repeat(width(cells) - cells[line].chars().count());
            let style = (line > 0 && matches!(*at, BAR | VERDICT)).then(|| style(rows[line - 1].verdict));
            let cell = match style {
                Some(style) if options.color => format!("\u{1b}[{style}m{}\u{1b}[0m", cells[line]),
                _ => cells[line].clone(),
            };
            let is_word = matches!(*at, 0 | 1 | BAR | VERDICT);
            let parts = if is_word { [cell.as_str(), &pad] } else { [&pad, cell.as_str()] };
            text.extend(parts.into_iter().chain([GAP]));
        }
        out.push_str(text.trim_end());
        out.push('\n');
        if line == 0 {
            let rule: usize = columns.iter().map(|(_, cells)| width(cells) + GAP.len()).sum();
            out.push_str(&"─".repeat(rule - GAP.len()));
            out.push('\n');
        }
    }
    let shows = |wanted: usize| columns.iter().any(|(at, _)| *at == wanted);
    (out, Explained { p: shows(P), could_see: shows(COULD_SEE), bars: shows(BAR) })
}

/// Places of columns among all.
const BAR: usize = 7;
const P: usize = 9;
const COULD_SEE: usize = 11;
const VERDICT: usize = 12;
const BAR_HEADING: &str = "-       0       +";

/// How far the intervals of a comparison reach: those of shares, and those of other metrics in parts of the base's value.
struct Ends {
    shares: f64,
    others: f64,
}

impl Ends {
    fn of(rows: &[&TaskRow]) -> Self {
        let most = |shares: bool| {
            let own = rows.iter().filter(|row| (Unit::of(&row.metric) == Unit::Percent) == shares);
            let reach = own.filter_map(|row| {
                let interval = row.interval.as_ref()?;
                Some(interval.low.abs().max(interval.high.abs()) / Self::unit(row))
            });
            reach.filter(|reach| reach.is_finite()).fold(0.0, f64::max)
        };
        Self { shares: most(true), others: most(false) }
    }

    fn is_empty(&self) -> bool {
        self.shares + self.others == 0.0
    }

    /// What one unit of a row's scale is in its metric.
    fn unit(row: &TaskRow) -> f64 {
        if Unit::of(&row.metric) == Unit::Percent { 1.0 } else { row.base.abs() }
    }

    fn bar(&self, row: &TaskRow) -> String {
        let most = if Unit::of(&row.metric) == Unit::Percent { self.shares } else { self.others };
        row.interval.as_ref().map_or_else(String::new, |ends| {
            bar::difference(ends.low, row.difference, ends.high, most * Self::unit(row))
        })
    }

    /// What the ends of the bars are.
    fn note(&self) -> String {
        let percent = |x: f64| Unit::Percent.difference(x, 0.5);
        let scales = [
            (self.shares > 0.0).then(|| format!("{} points of a share", percent(self.shares))),
            (self.others > 0.0).then(|| format!("{} % of the base's value of other metrics", percent(self.others))),
        ];
        let scales: Vec<String> = scales.into_iter().flatten().collect();
        format!("Bars: the interval around no difference, to {} on either side.", scales.join(" and "))
    }
}

fn interval_heading(alpha: f64) -> &'static str {
    if (alpha - 0.05).abs() < 1e-12 { "95 % interval" } else { "interval" }
}

/// A difference with its sign.
pub(super) fn signed(unit: Unit, difference: f64, like: f64) -> String {
    // What is left of equal numbers by rounding is no difference.
    let difference = if difference.abs() <= 1e-12 * like.abs().max(1.0) { 0.0 } else { difference };
    let text = unit.difference(difference, like);
    if difference > 0.0 { format!("+{text}") } else { text }
}

pub(super) fn interval(row: &TaskRow) -> String {
    let unit = Unit::of(&row.metric);
    let ends = |interval: &Interval| {
        format!("{} to {}", signed(unit, interval.low, row.base), signed(unit, interval.high, row.base))
    };
    row.interval.as_ref().map_or_else(|| "–".to_owned(), ends)
}

/// The smallest difference that would have been found.
pub(super) fn detectable(row: &TaskRow) -> String {
    row.detectable.map_or_else(|| "–".to_owned(), |d| Unit::of(&row.metric).difference(d, row.base))
}

/// Three decimals, or how small it is.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.0005 { format!("{p:.0e}") } else { format!("{p:.3}") }
}

/// The surest flips, each with what both models chose.
fn shown_flips(comparison: &Comparison, most: usize, options: TableOptions) -> String {
    if comparison.flips.is_empty() || most == 0 {
        return String::new();
    }
    let lost = comparison.flips.iter().filter(|flip| flip.lost).count();
    let mut out = format!(
        "\n{} flipped: {lost} lost, {} won. The surest:\n",
        documents(comparison.flips.len()),
        comparison.flips.len() - lost
    );
    for flip in comparison.flips.iter().take(most) {
        out.push_str(&flip_lines(flip, options.width.max(50)));
    }
    out
}

/// One flip: where, the end of its prompt, and each side's choice with its log-likelihoods.
fn flip_lines(flip: &Flip, width: usize) -> String {
    let verb = if flip.lost { "lost" } else { "won" };
    let prompt: String = {
        let shown = visible(&flip.prompt).into_owned();
        let n = shown.chars().count();
        let room = width.saturating_sub(6);
        if n > room { format!("…{}", shown.chars().skip(n - room + 1).collect::<String>()) } else { shown }
    };
    let answer = |choice: Option<usize>, text: Option<&String>, log_likelihoods: &[f64]| match (choice, text) {
        (Some(at), _) => {
            let other: Vec<String> = log_likelihoods.iter().map(|ll| format!("{ll:.2}")).collect();
            format!("{:?} of [{}]", flip.choices.get(at).map_or("", String::as_str), other.join(", "))
        }
        (None, Some(text)) => format!("{text:?}"),
        (None, None) => format!("{:.2} nats", log_likelihoods.iter().sum::<f64>()),
    };
    let base = answer(flip.base_choice, flip.base_text.as_ref(), &flip.base);
    let candidate = answer(flip.candidate_choice, flip.candidate_text.as_ref(), &flip.candidate);
    let line = |text: String| match text.trim() {
        "" => String::new(),
        _ => format!("    {}\n", clip(&text, width.saturating_sub(4))),
    };
    format!(
        "  {verb} {}, row {} (certainty {:.2} nats)\n{}{}{}{}",
        visible(&flip.task),
        flip.doc_id,
        flip.certainty,
        line(prompt),
        line(format!("right      {:?}", flip.target)),
        line(format!("base       {base}")),
        line(format!("candidate  {candidate}")),
    )
}

/// What the columns that are shown mean, and what this data could have seen.
pub(super) fn legend(comparison: &Comparison, rows: &[&TaskRow], explained: Explained) -> Vec<String> {
    let p = if explained.p {
        "p: two-sided, of each task by itself; Holm: corrected"
    } else {
        "p, Holm: two-sided, corrected"
    };
    let could_see = if explained.could_see {
        format!(
            ": a difference smaller than `could see` is found in less than {:.0} % of such comparisons",
            100.0 * comparison.power
        )
    } else {
        String::new()
    };
    let mut notes = vec![format!(
        "{p} over {}; worse and better at {}. Not shown is not equal{could_see}.",
        tasks(comparison.family),
        comparison.alpha,
    )];
    notes.extend(explained.bars.then(|| Ends::of(rows).note()));
    for row in rows.iter().filter(|row| row.primary) {
        if let Some(clusters) = &row.clusters {
            notes.push(format!(
                "{}: {} documents share {} texts of {:?}; errors are clustered by them, and the test swaps whole clusters.",
                visible(&row.task),
                count(row.n),
                clusters.count,
                clusters.column
            ));
        }
    }
    if comparison.same_model {
        notes.push("Both sides are the same model: the same weights, tokenizer, configuration and context.".to_owned());
    }
    notes
}
