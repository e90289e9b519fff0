//! The costs for people.

use super::{OF_TOKENS, RANGE, Report, Row, TOKENIZER};
use crate::columns::columns;
use yardstick_zoo::Storage;
use yardstick_zoo::kernels::instruction_set;

/// Nothing is wrapped later than here.
const WIDEST: usize = 120;

/// A row a model, then what the numbers are.
pub fn text(report: &Report, width: usize) -> String {
    let mut head: Vec<String> = vec!["model".to_owned(), "parameters".to_owned()];
    head.extend(Storage::ALL.map(|storage| storage.name().to_owned()));
    head.extend(["FLOP/token".to_owned(), "time".to_owned()]);
    let rows = report.rows.iter().map(|row| cells(row, report));
    let mut text = columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
    for note in notes(report) {
        text += "\n";
        text += &wrapped(&note, width.clamp(40, WIDEST));
    }
    text
}

fn cells(row: &Row, report: &Report) -> Vec<String> {
    let mut cells = vec![row.name.clone(), scaled(row.n_params as f64)];
    cells.extend(Storage::ALL.map(|storage| format!("{}B", scaled(row.dimensions.held_bytes(storage) as f64))));
    cells.push(scaled(row.dimensions.flop_per_token() as f64));
    cells.push(match &row.work {
        Err(_) => "–".to_owned(),
        Ok((_, seconds)) if row.fits(report.free) => duration(*seconds),
        Ok((_, seconds)) => format!("({})", duration(*seconds)),
    });
    cells
}

/// What the columns are, and what was measured for them.
fn notes(report: &Report) -> Vec<String> {
    let calibration = &report.calibration;
    let [low, high] = [RANGE.0, RANGE.1].map(|factor| format!("{factor}"));
    let tasks = if report.tasks.len() > 8 { format!("{} tasks", report.tasks.len()) } else { report.tasks.join(", ") };
    let mut notes = vec![
        "f32 to int4: bytes of the weights in memory, layers and head held so; keys and values come on top. FLOP/token: 2·(the layers' weights) + \
         2·n_layer·n_ctx·n_embd + 2·vocab·n_embd, for texts as long as the context with every token scored (Kaplan et al. 2020, table 1)."
            .to_owned(),
        format!(
            "time: an estimate for {} documents ({tasks}) in f32 on a machine that does nothing else, from the planner's counts and the speed that was measured now: {:.0} GFLOP/s of a layer's \
             kernel on {} threads ({}; peak {:.0}), and each bundled model's own. Runs took {low} to {high} times the estimate where it was checked. \
             Presets read {OF_TOKENS} times the tokens of {TOKENIZER}, whose vocabulary is smaller.",
            report.documents,
            calibration.kernel / 1e9,
            calibration.threads,
            instruction_set(),
            calibration.peak / 1e9,
        ),
    ];
    if let Some(free) = report.free.filter(|_| report.rows.iter().any(|row| !row.fits(report.free))) {
        notes.push(format!(
            "(in brackets): the weights in f32 are more than the {}B that are free here.",
            scaled(free as f64)
        ));
    }
    let refused = report.rows.iter().filter_map(|row| Some(format!("{}: {}", row.name, row.work.as_ref().err()?)));
    notes.extend(refused);
    let printed = |row: &Row| {
        let preset = row.preset.filter(|preset| !preset.note.is_empty())?;
        Some((preset.note, format!("{} ({})", preset.name, preset.printed), preset.source))
    };
    let mut remarks: Vec<(&str, Vec<String>, &str)> = Vec::new();
    for (note, name, source) in report.rows.iter().filter_map(printed) {
        match remarks.iter_mut().find(|(other, ..)| *other == note) {
            Some((_, names, _)) => names.push(name),
            None => remarks.push((note, vec![name], source)),
        }
    }
    notes.extend(remarks.into_iter().map(|(note, names, source)| format!("{}: {note} [{source}]", names.join(", "))));
    notes
}

/// Three digits and a unit: `124 M`, `1.56 G`.
fn scaled(value: f64) -> String {
    const UNITS: [(&str, f64); 5] = [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0)];
    // What would be rounded to a thousand is one of the next unit.
    let (unit, scale) = UNITS.into_iter().find(|(_, scale)| value >= 0.9995 * scale).unwrap_or(("", 1.0));
    let value = value / scale;
    let digits = if value >= 99.95 {
        0
    } else if value >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.digits$} {unit}")
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "< 1 s".to_owned(),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

fn wrapped(text: &str, width: usize) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out += "\n";
            column = 0;
        }
        if column > 0 {
            out += " ";
            column += 1;
        }
        out += word;
        column += length;
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, wanted) in [
            (124_439_808.0, "124 M"),
            (1_557_611_200.0, "1.56 G"),
            (174.6e9, "175 G"),
            (999_600.0, "1.00 M"),
            (12_345.0, "12.3 k"),
            (5.0, "5.00 "),
        ] {
            assert_eq!(scaled(value), wanted);
        }
        for (seconds, wanted) in
            [(0.2, "< 1 s"), (61.0, "61 s"), (600.0, "10 min"), (9000.0, "2.5 h"), (1e6, "11.6 days")]
        {
            assert_eq!(duration(seconds), wanted);
        }
    }

    #[test]
    fn notes_fit_the_width() {
        let text = wrapped("one two three four five", 9);
        assert_eq!(text, "one two\nthree\nfour five\n");
    }
}
