//! A policy's file.

use super::GateError;
use super::policy::{Bar, Correction, Limits, Pattern, Policy, Size, Tier, TierName, Unlisted};
use super::toml_table::{Lined, Source, Table, kind, number};
use toml::de::DeValue;

const KEYS: &[&str] = &["format", "alpha", "correction", "power", "unlisted", "tier", "logits"];
const TIER: &[&str] = &["name", "tasks", "metric", "margin", "allowed_drop", "min_documents"];
const LOGITS: &[&str] = &[
    "max_mean_kl",
    "max_p99_kl",
    "max_p999_kl",
    "max_kl",
    "min_same_top1",
    "min_same_top5",
    "max_ln_ppl_ratio",
    "text",
    "task",
];

/// The policy of a text.
pub(super) fn policy(file: &str, text: &str) -> Result<Policy, GateError> {
    let source = Source { file, text };
    let root = source.parse()?;
    let table = Table::new(source, "the policy", root.get_ref(), 1, KEYS)?;
    let format = table.text("format")?.ok_or_else(|| table.missing("format", WANTED_FORMAT))?;
    if format.value != Policy::FORMAT {
        return Err(table.fault(
            format.line,
            "format",
            format!("this version reads {:?} and not {:?}", Policy::FORMAT, format.value),
        ));
    }
    let alpha = table.number("alpha", "more than 0 and less than 0.5", |a| a > 0.0 && a < 0.5)?;
    let alpha = alpha.map_or(0.05, |alpha| alpha.value);
    let power = table.number("power", "at least 0.5 and less than 1", |p| (0.5..1.0).contains(&p))?;
    let policy = Policy {
        file: file.to_owned(),
        alpha,
        correction: table
            .word("correction", &Correction::ALL.map(|one| (one.word(), one)))?
            .map_or(Correction::Holm, |word| word.value),
        power: power.map_or(0.8, |power| power.value),
        unlisted: table
            .word("unlisted", &[("error", Unlisted::Refuse), ("watch", Unlisted::Watch)])?
            .map_or(Unlisted::Refuse, |word| word.value),
        tiers: tiers(source, &table)?,
        logits: logits(source, &table)?,
    };
    if policy.logits.is_none() && !policy.tiers.iter().any(|tier| tier.name.decides()) {
        return Err(table.missing("tier", "nothing would decide: it needs a critical or standard tier, or [logits]"));
    }
    Ok(policy)
}

const WANTED_FORMAT: &str = "it begins with format = \"yardstick.policy/1\"";

fn tiers(source: Source, root: &Table) -> Result<Vec<Tier>, GateError> {
    let Some(Lined { value, line }) = root.get("tier") else { return Ok(Vec::new()) };
    let DeValue::Array(tables) = value else {
        return Err(root.fault(
            line,
            "tier",
            format!("must be tables, each with the heading [[tier]], not {}", kind(value)),
        ));
    };
    let tier = |value: &toml::Spanned<DeValue>| {
        let line = source.line(&value.span());
        match value.get_ref() {
            DeValue::Table(table) => tier(&Table::new(source, "[[tier]]", table, line, TIER)?),
            other => Err(root.fault(line, "tier", format!("must be a table, not {}", kind(other)))),
        }
    };
    tables.iter().map(tier).collect()
}

fn tier(table: &Table) -> Result<Tier, GateError> {
    let name = table.word("name", &TierName::ALL.map(|one| (one.word(), one)))?;
    let name = name.ok_or_else(|| table.missing("name", "a tier is critical, standard or watch"))?.value;
    let tasks = table.texts("tasks")?.ok_or_else(|| table.missing("tasks", "a tier needs globs over task ids"))?;
    let bar = bar(table)?;
    if bar.is_none() && name.decides() {
        return Err(table.missing("margin", "a tier that decides needs a margin or an allowed_drop"));
    }
    let is_whole = |n: f64| (1.0..=1e12).contains(&n) && n.fract().abs() < f64::EPSILON;
    let min_documents = table.number("min_documents", "a whole number from 1 on", is_whole)?;
    #[allow(clippy::cast_sign_loss, reason = "a whole number from 1 on")]
    let min_documents = min_documents.map_or(Policy::MIN_DOCUMENTS, |n| n.value as u64);
    Ok(Tier {
        name,
        tasks: tasks.into_iter().map(|Lined { value, line }| Pattern { glob: value.to_owned(), line }).collect(),
        metric: table.text("metric")?.map(|metric| (metric.value.to_owned(), metric.line)),
        bar,
        min_documents,
    })
}

/// A margin or an allowed drop, but not both.
fn bar(table: &Table) -> Result<Option<Bar>, GateError> {
    let margin = size(table, "margin", "more than 0", |x| x > 0.0)?;
    let drop = size(table, "allowed_drop", "0 or more", |x| x >= 0.0)?;
    match (margin, drop) {
        (Some(_), Some(drop)) => Err(table.fault(
            drop.line,
            "allowed_drop",
            "there is a margin already: a margin must be shown to be kept, an allowed drop must not be shown to be passed; choose one",
        )),
        (Some(margin), None) => Ok(Some(Bar::Margin(margin.value))),
        (None, Some(drop)) => Ok(Some(Bar::AllowedDrop(drop.value))),
        (None, None) => Ok(None),
    }
}

/// A number in the metric's unit, or a text like `"2%"`: a share of the base's value.
fn size(
    table: &Table,
    key: &str,
    wanted: &str,
    is_good: impl Fn(f64) -> bool,
) -> Result<Option<Lined<Size>>, GateError> {
    let Some(Lined { value, line }) = table.get(key) else { return Ok(None) };
    let (number, size) = match value {
        DeValue::String(text) => {
            let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
            let percent = percent.filter(|percent| *percent < 100.0).ok_or_else(|| {
                table.fault(line, key, format!("{text:?} is no share of the base's value; write a number in the metric's unit, or a text such as \"2%\""))
            })?;
            (percent, Size::Share(percent / 100.0))
        }
        other => {
            let number = number(other).ok_or_else(|| {
                table.fault(
                    line,
                    key,
                    format!("must be a number in the metric's unit or a text such as \"2%\", not {}", kind(other)),
                )
            })?;
            (number, Size::Units(number))
        }
    };
    if number.is_finite() && is_good(number) {
        Ok(Some(Lined { value: size, line }))
    } else {
        Err(table.fault(line, key, format!("must be {wanted}, not {number}")))
    }
}

fn logits(source: Source, root: &Table) -> Result<Option<Limits>, GateError> {
    let Some(Lined { value, line }) = root.get("logits") else { return Ok(None) };
    let DeValue::Table(table) = value else {
        return Err(root.fault(
            line,
            "logits",
            format!("must be a table with the heading [logits], not {}", kind(value)),
        ));
    };
    let table = Table::new(source, "[logits]", table, line, LOGITS)?;
    let at_most = |key| limit(&table, key, "0 or more", |x| x >= 0.0 && x.is_finite());
    let rate = |key| limit(&table, key, "a share from 0 to 1", |x| (0.0..=1.0).contains(&x));
    let limits = Limits {
        max_mean_kl: at_most("max_mean_kl")?,
        max_p99_kl: at_most("max_p99_kl")?,
        max_p999_kl: at_most("max_p999_kl")?,
        max_kl: at_most("max_kl")?,
        min_same_top1: rate("min_same_top1")?,
        min_same_top5: rate("min_same_top5")?,
        max_ln_ppl_ratio: at_most("max_ln_ppl_ratio")?,
        text: table.text("text")?.map(|text| text.value.to_owned()),
        task: table.text("task")?.map(|task| task.value.to_owned()),
        line,
    };
    if limits == (Limits { text: limits.text.clone(), task: limits.task.clone(), line, ..Limits::default() }) {
        return Err(table.missing("max_mean_kl", "it needs a limit at least"));
    }
    if limits.text.is_some() && limits.task.is_some() {
        return Err(table.fault(line, "task", "there is a text already; choose one"));
    }
    Ok(Some(limits))
}

fn limit(table: &Table, key: &str, wanted: &str, is_good: impl Fn(f64) -> bool) -> Result<Option<f64>, GateError> {
    Ok(table.number(key, wanted, is_good)?.map(|number| number.value))
}
