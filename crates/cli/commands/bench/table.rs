//! The measurements for people.

use super::Report;
use super::machine::{Machine, Rate};
use super::passes::{Forward, Scoring};
use super::workloads::Workload;
use yardstick_report::number::counted;

const LEGEND: &str = "\
GFLOP counts multiplications and additions of the layers, of attention and, where positions are scored, of the vocabulary.
Times are medians; `of peak` is theirs, `fastest` the best pass's. A pass cannot be faster than its arithmetic at the peak,
nor than its weights can be read: `bound` names the slower of the two, `of it` is how near the pass comes.
Other work on this machine makes all figures worse.
";

/// Everything that was measured, as aligned tables.
pub fn text(report: &Report) -> String {
    let mut text = head(report);
    if !report.forward.is_empty() {
        text += "\nforward of new tokens, without the vocabulary\n";
        text += &forward(&report.forward, &report.machine);
        text.extend(report.forward.iter().filter_map(attention));
    }
    if let Some(it) = &report.scoring {
        text += &scoring(it, &report.machine);
    }
    if !report.workloads.is_empty() {
        text += "\ntasks, planned and scored as in a run\n";
        text += &tasks(&report.workloads, &report.machine);
        text.extend(report.workloads.iter().filter_map(truncated));
    }
    text + "\n" + LEGEND
}

fn head(report: &Report) -> String {
    let (card, machine) = (&report.card, &report.machine);
    format!(
        "model     {}, {:.1} million parameters, loaded in {:.2} s\n\
         peak      {} (fused multiply-adds, f32)\n\
         memory    {} (reading {:.0} MB)\n",
        card.name,
        card.n_params as f64 / 1e6,
        report.load_seconds,
        rates(machine.flops, machine.threads, "GFLOP/s"),
        rates(machine.bytes, machine.threads, "GB/s"),
        machine.array as f64 / 1e6,
    )
}

fn rates(rate: Rate, threads: usize, unit: &str) -> String {
    let one = format!("{:.1} {unit} on one thread", rate.one / 1e9);
    if threads == 1 { one } else { format!("{one}, {:.1} on {threads}", rate.all / 1e9) }
}

fn forward(passes: &[Forward], machine: &Machine) -> String {
    let head = ["threads", "tokens", "ms", "tokens/s", "GFLOP/s", "of peak", "fastest", "bound", "of it"];
    let row = |it: &Forward| {
        let (least, bound) = machine.least_seconds(it.flop, it.weights, it.threads);
        let (seconds, flop, peak) = (it.seconds.median(), it.flop as f64, machine.flops.of(it.threads));
        vec![
            it.threads.to_string(),
            it.tokens.to_string(),
            format!("{:.2}", 1e3 * seconds),
            format!("{:.0}", it.tokens as f64 / seconds),
            format!("{:.1}", flop / seconds / 1e9),
            percent(flop / seconds / peak),
            percent(flop / it.seconds.fastest() / peak),
            bound.name().to_owned(),
            percent(least / seconds),
        ]
    };
    aligned(&head, passes.iter().map(row))
}

fn attention(it: &Forward) -> Option<String> {
    let (share, threads) = (percent(it.attention?), counted(it.threads, "thread"));
    Some(format!("  attention's part of the {} tokens' time on {threads}: {share}\n", it.tokens))
}

fn scoring(it: &Scoring, machine: &Machine) -> String {
    let seconds = it.seconds.median();
    format!(
        "\nevery position of {} × {} tokens scored, nothing shared\n  {:.3} s, {:.0} tokens/s, {} of the peak, fastest {}\n",
        it.texts,
        it.fed,
        seconds,
        it.tokens() as f64 / seconds,
        percent(it.flop as f64 / seconds / machine.flops.all),
        percent(it.flop as f64 / it.seconds.fastest() / machine.flops.all),
    )
}

fn tasks(done: &[Workload], machine: &Machine) -> String {
    let head = ["", "docs", "requests", "unshared", "tokens", "scored", "GFLOP", "s", "tokens/s", "of peak", "plan s"];
    let row = |it: &Workload| {
        vec![
            it.about.to_owned(),
            it.documents.to_string(),
            it.counts.requests.to_string(),
            it.counts.unshared.to_string(),
            it.counts.rows.to_string(),
            it.counts.scored_rows.to_string(),
            format!("{:.0}", it.counts.flop as f64 / 1e9),
            format!("{:.2}", it.seconds),
            format!("{:.0}", it.counts.rows as f64 / it.seconds),
            percent(it.flop_per_second() / machine.flops.all),
            format!("{:.2}", it.plan_seconds),
        ]
    };
    aligned(&head, done.iter().map(row))
}

/// What a context shorter than the texts does to the numbers.
fn truncated(it: &Workload) -> Option<String> {
    (it.truncated > 0).then(|| format!("  {}: {} prompts are cut to the model's context\n", it.about, it.truncated))
}

fn percent(part: f64) -> String {
    format!("{:.0} %", 100.0 * part)
}

/// Numbers under their heads, to the right; a column without a head to the left.
fn aligned(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|&name| name.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cell = |(column, cell): (usize, &String)| {
            let width = width(column);
            if rows[0][column].is_empty() { format!("  {cell:width$}") } else { format!("  {cell:>width$}") }
        };
        row.iter().enumerate().map(cell).collect::<String>().trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["some task", "7"], ["é", "1234"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&["", "s"], rows.into_iter()), "                s\n  some task     7\n  é          1234\n");
    }
}
