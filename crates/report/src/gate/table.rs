//! A verdict in the terminal.

use super::logits::short;
use super::verdict::{GateVerdict, Numbers, Outcome, TaskVerdict};
use super::words::amount;
use crate::TableOptions;
use crate::compare::Flip;
use crate::number::{Unit, count};
use crate::text::{clip, visible, wrap};

const GAP: &str = "  ";
/// Where more tasks decide, only those that do not pass get a sentence.
const EXPLAINED: usize = 12;

/// The verdict as text that ends in a newline: what is said and why, a line a task, the reasons, the surest flips of what
/// got worse, tiers, limits, and what must be said.
pub fn verdict_table(verdict: &GateVerdict, options: TableOptions) -> String {
    let width = options.width.max(50);
    let mut out = paint(verdict.verdict, options.color);
    let head = format!("{} → {}: {}", verdict.base.name, verdict.candidate.name, verdict.summary);
    out.push_str(GAP);
    push(&mut out, &visible(&head), "    ", width - verdict.verdict.word().len() - GAP.len());
    if !verdict.tasks.is_empty() {
        out.push('\n');
        out.push_str(&lines(verdict, options.color, width));
    }
    let few = verdict.tasks.iter().filter(|task| task.tier.decides()).count() <= EXPLAINED;
    let is_told = |task: &&TaskVerdict| task.verdict != Outcome::Pass || few && task.tier.decides();
    let told: Vec<&TaskVerdict> = verdict.tasks.iter().filter(is_told).collect();
    out.push_str(if told.is_empty() { "" } else { "\n" });
    for task in told {
        push(&mut out, &visible(&format!("{}: {}", task.task, task.reason)), "    ", width);
        task.flips.iter().for_each(|flip| out.push_str(&flip_lines(flip, width)));
    }
    out.push('\n');
    for tier in &verdict.tiers {
        let what = if tier.tier.decides() { tier.verdict.word() } else { "decides nothing" };
        push(&mut out, &format!("{}: {what}: {}", tier.tier, visible(&tier.reason)), "    ", width);
    }
    for limit in &verdict.logits {
        push(&mut out, &format!("{}: {}: {}", limit.limit, limit.verdict, limit.reason), "    ", width);
    }
    for note in notes(verdict) {
        push(&mut out, &visible(&note), "    ", width);
    }
    out
}

/// What must be said under a verdict.
pub(super) fn notes(verdict: &GateVerdict) -> Vec<String> {
    let mut notes = vec![format!(
        "alpha {}, worse corrected by {} over {} tasks, power {}; policy {}",
        verdict.alpha,
        verdict.correction.word(),
        verdict.family,
        verdict.power,
        verdict.policy
    )];
    notes.extend(verdict.notes.iter().cloned());
    notes
}

fn paint(outcome: Outcome, color: bool) -> String {
    let style = match outcome {
        Outcome::Pass => "1;32",
        Outcome::Regressed => "1;31",
        Outcome::Inconclusive => "1;33",
    };
    if color { format!("\u{1b}[{style}m{outcome}\u{1b}[0m") } else { outcome.word().to_owned() }
}

/// A text in lines of `width`, the later ones indented.
fn push(out: &mut String, text: &str, indent: &str, width: usize) {
    let room = width.saturating_sub(indent.len()).max(20);
    for (at, line) in wrap(text.trim_end(), 12, |line| line.chars().count() <= room).iter().enumerate() {
        out.push_str(if at == 0 { "" } else { indent });
        out.push_str(line);
        out.push('\n');
    }
}

/// A column: its heading, its cells, and when it is left out where it is narrow (0 never, otherwise the largest first).
struct Column {
    heading: &'static str,
    is_word: bool,
    expendable: u8,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.chars().count());
        cells.chain([self.heading.chars().count()]).max().unwrap_or(0)
    }

    fn pad(&self, cell: &str) -> String {
        let pad = " ".repeat(self.width() - cell.chars().count());
        if self.is_word { format!("{cell}{pad}") } else { format!("{pad}{cell}") }
    }
}

fn lines(verdict: &GateVerdict, color: bool, width: usize) -> String {
    // Task, difference and verdict stay whatever the width.
    let mut columns = columns(&verdict.tasks, width.saturating_sub(30).min(30));
    let total = |columns: &[Column]| columns.iter().map(|column| column.width() + GAP.len()).sum::<usize>() - GAP.len();
    while total(&columns) > width {
        let Some(most) = columns.iter().map(|column| column.expendable).max().filter(|&most| most > 0) else { break };
        columns.retain(|column| column.expendable != most);
    }
    let line = |cells: Vec<String>| cells.join(GAP).trim_end().to_owned() + "\n";
    let mut out = line(columns.iter().map(|column| column.pad(column.heading)).collect());
    out.push_str(&"─".repeat(total(&columns)));
    out.push('\n');
    for (at, task) in verdict.tasks.iter().enumerate() {
        let cell = |column: &Column| {
            let cell = column.pad(&column.cells[at]);
            if column.heading == "verdict" && color {
                cell.replace(task.verdict.word(), &paint(task.verdict, true))
            } else {
                cell
            }
        };
        out.push_str(&line(columns.iter().map(cell).collect()));
    }
    out
}

/// Whether the candidate is better: the test that finds it different does not find it worse.
const fn is_gain(numbers: &Numbers) -> bool {
    if numbers.higher_is_better { numbers.difference > 0.0 } else { numbers.difference < 0.0 }
}

fn columns(tasks: &[TaskVerdict], longest: usize) -> Vec<Column> {
    let column = |heading, is_word, expendable, cell: &dyn Fn(&TaskVerdict) -> String| Column {
        heading,
        is_word,
        expendable,
        cells: tasks.iter().map(cell).collect(),
    };
    let number = |heading, expendable, cell: &dyn Fn(&Numbers) -> String| {
        column(heading, false, expendable, &|task| task.numbers.as_ref().map_or_else(|| "–".to_owned(), cell))
    };
    vec![
        column("task", true, 0, &|task| clip(&visible(&task.task), longest)),
        column("tier", true, 1, &|task| task.tier.word().to_owned()),
        number("metric", 5, &|numbers| clip(&visible(&numbers.metric), 16) + Unit::of(&numbers.metric).suffix()),
        number("n", 2, &|numbers| count(numbers.n)),
        number("base", 6, &|numbers| Unit::of(&numbers.metric).value(numbers.base)),
        number("candidate", 6, &|numbers| Unit::of(&numbers.metric).value(numbers.candidate)),
        number("difference", 0, &difference),
        number("interval", 4, &interval),
        number("may lose", 3, &allowed),
        number("p worse", 8, &|numbers| if is_gain(numbers) { "–".to_owned() } else { p_value(numbers.p_corrected) }),
        number("p margin", 7, &|numbers| numbers.p_margin.map_or_else(|| "–".to_owned(), p_value)),
        column("verdict", true, 0, &word),
    ]
}

/// The verdict, in brackets where it does not count by itself.
pub(super) fn word(task: &TaskVerdict) -> String {
    if task.counts { task.verdict.word().to_owned() } else { format!("({})", task.verdict) }
}

pub(super) fn difference(numbers: &Numbers) -> String {
    signed(numbers, numbers.difference)
}

/// A difference with its sign and the digits of the base.
fn signed(numbers: &Numbers, difference: f64) -> String {
    let text = Unit::of(&numbers.metric).difference(difference, numbers.base);
    if difference > 0.0 { format!("+{text}") } else { text }
}

pub(super) fn interval(numbers: &Numbers) -> String {
    let ends = numbers.interval.as_ref();
    ends.map_or_else(
        || "–".to_owned(),
        |ends| format!("{} to {}", signed(numbers, ends.low), signed(numbers, ends.high)),
    )
}

/// The margin, or the allowed drop with a mark.
pub(super) fn allowed(numbers: &Numbers) -> String {
    let text = |x: f64| amount(numbers, x).replace(" points", "");
    match (numbers.margin, numbers.allowed_drop) {
        (Some(margin), _) => format!("< {}", text(margin)),
        (None, Some(drop)) => format!("≤ {}", text(drop)),
        (None, None) => "–".to_owned(),
    }
}

/// Three decimals, or that it is smaller.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// A document that was lost: where, how sure both models were, the end of its prompt, and what each side gave.
fn flip_lines(flip: &Flip, width: usize) -> String {
    let mut out = format!("    lost row {}, {} nats apart\n", flip.doc_id, short(flip.certainty));
    let mut line = |text: String| out.push_str(&format!("      {}\n", clip(&text, width.saturating_sub(6))));
    if !flip.prompt.trim().is_empty() {
        line(end(&flip.prompt, width.saturating_sub(6)));
    }
    match given(flip) {
        Some([base, candidate]) => {
            line(format!("base       {base}"));
            line(format!("candidate  {candidate}"));
        }
        None => line(format!("right      {:?}", flip.target)),
    }
    out
}

/// What each side chose or wrote, where that can be told.
fn given(flip: &Flip) -> Option<[String; 2]> {
    let given = |choice: Option<usize>, text: &Option<String>| {
        let choice = choice.and_then(|at| flip.choices.get(at)).or(text.as_ref());
        choice.map(|choice| format!("{choice:?}"))
    };
    let base = given(flip.base_choice, &flip.base_text)?;
    Some([base, given(flip.candidate_choice, &flip.candidate_text)?])
}

/// What was right and what each side gave instead, in a line.
pub(super) fn answers(flip: &Flip) -> String {
    let apart = format!("{} nats apart", short(flip.certainty));
    match given(flip) {
        Some([base, candidate]) => format!("base {base}, candidate {candidate}, {apart}"),
        None => format!("right {:?}, {apart}", flip.target),
    }
}

/// The end of a prompt, which is what the answer follows.
pub(super) fn end(prompt: &str, room: usize) -> String {
    let shown = visible(prompt).into_owned();
    let n = shown.chars().count();
    if n <= room { shown } else { format!("…{}", shown.chars().skip(n - room + 1).collect::<String>()) }
}
