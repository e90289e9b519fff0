//! A verdict for a pull request.

use super::table::{allowed, answers, difference, end, interval, notes, p_value, word};
use super::verdict::{GateVerdict, Numbers, TaskVerdict};
use crate::number::{Unit, count};
use crate::text::{clip, markdown};

/// Characters of a prompt.
const SHOWN: usize = 160;

/// The verdict as Markdown: what is said, a row a task with its reason, tiers, limits, flips.
pub fn verdict_markdown(verdict: &GateVerdict) -> String {
    let mut out = format!(
        "## {}: {} → {}\n\n{}\n",
        verdict.verdict,
        markdown(&verdict.base.name),
        markdown(&verdict.candidate.name),
        markdown(&verdict.summary)
    );
    if !verdict.tasks.is_empty() {
        out.push_str("\n| task | tier | metric | n | base | candidate | difference | interval | may lose | p worse | p margin | verdict | why |\n");
        out.push_str("|---|---|---|---:|---:|---:|---:|---|---:|---:|---:|---|---|\n");
        verdict.tasks.iter().for_each(|task| out.push_str(&line(task)));
    }
    out.push('\n');
    for tier in &verdict.tiers {
        let what = if tier.tier.decides() { tier.verdict.word() } else { "decides nothing" };
        out.push_str(&format!("- **{}**: {what}: {}\n", tier.tier, markdown(&tier.reason)));
    }
    for limit in &verdict.logits {
        out.push_str(&format!("- **{}**: {}: {}\n", markdown(limit.limit), limit.verdict, markdown(&limit.reason)));
    }
    out.push_str(&flips(verdict));
    out.push_str("\n<details><summary>How this was judged</summary>\n\n");
    for note in notes(verdict) {
        out.push_str(&format!("- {}\n", markdown(&note)));
    }
    out + "\n</details>\n"
}

fn line(task: &TaskVerdict) -> String {
    let dash = || "–".to_owned();
    let cell = |text: &dyn Fn(&Numbers) -> String| task.numbers.as_ref().map_or_else(dash, text);
    let value = |numbers: &Numbers, x: f64| Unit::of(&numbers.metric).value(x);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | **{}** | {} |\n",
        markdown(&task.task),
        task.tier,
        cell(&|numbers| markdown(&numbers.metric) + Unit::of(&numbers.metric).suffix()),
        cell(&|numbers| count(numbers.n)),
        cell(&|numbers| value(numbers, numbers.base)),
        cell(&|numbers| value(numbers, numbers.candidate)),
        cell(&difference),
        cell(&interval),
        markdown(&cell(&allowed)),
        markdown(&cell(&|numbers| p_value(numbers.p_corrected))),
        markdown(&cell(&|numbers| numbers.p_margin.map_or_else(dash, p_value))),
        word(task),
        markdown(&task.reason),
    )
}

fn flips(verdict: &GateVerdict) -> String {
    let mut out = String::new();
    for task in verdict.tasks.iter().filter(|task| !task.flips.is_empty()) {
        out.push_str(&format!("\nThe surest documents that {} lost:\n\n", markdown(&task.task)));
        for flip in &task.flips {
            let said = markdown(&clip(&answers(flip), SHOWN));
            out.push_str(&format!("- row {}: {said}: {}\n", flip.doc_id, markdown(&end(&flip.prompt, SHOWN))));
        }
    }
    out
}
