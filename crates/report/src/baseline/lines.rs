//! A timeline in the terminal: a line a save, drawn sideways.

use super::timeline::{Timeline, TimelinePoint, TimelineState, short_time};
use crate::TableOptions;
use crate::number::{Unit, counted};
use crate::text::{clip, visible, wrap};

/// Columns of the drawing, at least and at most.
const PLOT: (usize, usize) = (12, 60);
/// What stands behind the drawing: a gap and a word.
const WORD: usize = 11;

/// The timeline as text that ends in a newline: each save with its value, its difference to the reference, and a drawing of
/// value, interval and band.
pub fn timeline_table(timeline: &Timeline, options: TableOptions) -> String {
    let unit = Unit::of(&timeline.metric);
    let arrow = if timeline.higher_is_better { "↑" } else { "↓" };
    let mut out = format!(
        "{}: {}, {} {arrow}{}\n\n",
        visible(&timeline.name),
        visible(&timeline.task),
        visible(&timeline.metric),
        unit.suffix()
    );
    let rows: Vec<[String; 5]> = timeline.points.iter().map(|point| cells(timeline, unit, point)).collect();
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([HEADINGS[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    // Where it is narrow the model's name goes, then the time.
    let mut shown = vec![0, 1, 2, 3, 4];
    for expendable in [2, 1] {
        let taken: usize = shown.iter().map(|&at| widths[at] + 2).sum();
        if taken + PLOT.0 + WORD <= options.width.max(50) {
            break;
        }
        shown.retain(|&at| at != expendable);
    }
    let taken: usize = shown.iter().map(|&at| widths[at] + 2).sum();
    let room = options.width.max(50).saturating_sub(taken + WORD).clamp(PLOT.0, PLOT.1);
    let scale = Scale::new(timeline, room);
    out.push_str(&line(&shown, &widths, &HEADINGS.map(str::to_owned)));
    out.push_str(&format!("{}\n", scale.ends(unit, timeline)));
    for (row, point) in rows.iter().zip(&timeline.points) {
        out.push_str(&line(&shown, &widths, row));
        let mark = paint(point.state, &scale.draw(timeline, point), options.color);
        out.push_str(format!("{mark}  {}", word(point)).trim_end());
        out.push('\n');
    }
    for note in notes(timeline) {
        for line in wrap(&note, 6, |line| line.chars().count() <= options.width.max(50)) {
            out.push_str(&format!("\n{line}"));
        }
    }
    out + "\n"
}

const HEADINGS: [&str; 5] = ["save", "time (UTC)", "model", "value", "difference"];

fn cells(timeline: &Timeline, unit: Unit, point: &TimelinePoint) -> [String; 5] {
    let reference = timeline.points.get(timeline.against - 1).map_or(point.estimate.value, |p| p.estimate.value);
    let signed = |difference: f64| {
        let text = unit.difference(difference, reference);
        if difference > 0.0 { format!("+{text}") } else { text }
    };
    [
        point.save.to_string(),
        short_time(&point.time),
        clip(&visible(&point.model), 20),
        unit.value(point.estimate.value),
        point.difference.map_or_else(|| "–".to_owned(), signed),
    ]
}

fn line(shown: &[usize], widths: &[usize], cells: &[String; 5]) -> String {
    let mut out = String::new();
    for &at in shown {
        let pad = " ".repeat(widths[at] - cells[at].chars().count());
        out.push_str(&if at == 2 || at == 1 {
            format!("{}{pad}  ", cells[at])
        } else {
            format!("{pad}{}  ", cells[at])
        });
    }
    out
}

/// Values to columns.
struct Scale {
    low: f64,
    high: f64,
    columns: usize,
}

impl Scale {
    fn new(timeline: &Timeline, columns: usize) -> Self {
        let (low, high) = timeline.extent();
        if low < high { Self { low, high, columns } } else { Self { low: low - 0.5, high: low + 0.5, columns } }
    }

    fn at(&self, value: f64) -> usize {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        crate::draw::whole(share * (self.columns - 1) as f64) as usize
    }

    /// The values at both ends.
    fn ends(&self, unit: Unit, timeline: &Timeline) -> String {
        let like = timeline.points.first().map_or(self.low, |point| point.estimate.value);
        let (low, high) = (unit.difference(self.low, like), unit.difference(self.high, like));
        let gap = self.columns.saturating_sub(low.chars().count() + high.chars().count());
        format!("{low}{}{high}", " ".repeat(gap))
    }

    /// Band `░`, interval `─`, both `═`, reference `┊`, value `●`.
    fn draw(&self, timeline: &Timeline, point: &TimelinePoint) -> String {
        let mut cells = vec![' '; self.columns];
        let mut fill = |ends: Option<(f64, f64)>, sign: char| {
            if let Some((low, high)) = ends {
                for cell in &mut cells[self.at(low)..=self.at(high)] {
                    *cell = if *cell == ' ' { sign } else { '═' };
                }
            }
        };
        fill(point.band, '░');
        fill(point.estimate.low.zip(point.estimate.high).filter(|(low, high)| low <= high), '─');
        if let Some(reference) = timeline.points.get(timeline.against - 1) {
            cells[self.at(reference.estimate.value)] = '┊';
        }
        cells[self.at(point.estimate.value)] = '●';
        cells.into_iter().collect()
    }
}

fn paint(state: TimelineState, text: &str, color: bool) -> String {
    let style = match state {
        TimelineState::Worse => "31",
        TimelineState::Better => "32",
        TimelineState::Reference | TimelineState::Inside => return text.to_owned(),
    };
    if color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
}

const fn word(point: &TimelinePoint) -> &'static str {
    match point.state {
        TimelineState::Reference => "reference",
        TimelineState::Inside if point.identical => "identical",
        TimelineState::Inside => "",
        TimelineState::Better => "BETTER",
        TimelineState::Worse => "WORSE",
    }
}

/// What the drawing means.
fn notes(timeline: &Timeline) -> Vec<String> {
    let signs = format!("● value, ─ its 95 % interval, ┊ save {}, ░ band (═ both).", timeline.against);
    vec![format!("{signs} {}", band_note(timeline, "save"))]
}

/// What the band promises.
pub(super) fn band_note(timeline: &Timeline, what: &str) -> String {
    let others = timeline.points.len() - 1;
    format!(
        "{}s of an unchanged model all stay inside their bands with probability {}: paired documents, {}, each at {:.4}. A \
         band is as wide as the documents that changed sides make it.",
        capital(what),
        1.0 - timeline.alpha,
        counted(others, what),
        1.0 - timeline.alpha_each,
    )
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
