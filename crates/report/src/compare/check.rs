//! Whether two runs ask the same, before any document is looked at.

use super::error::Mismatch;
use super::{CompareError, CompareOptions, Side, TaskRow};
use yardstick_core::TaskCard;

/// Refuses tasks that ask something else under the same id, and tasks of one side only unless they are allowed.
pub(super) fn same_protocol(
    base: &Side,
    candidate: &Side,
    options: &CompareOptions,
) -> Result<Vec<String>, CompareError> {
    let mut notes = Vec::new();
    let (ours, theirs) = (&base.record.tasks, &candidate.record.tasks);
    let mut shared = 0;
    for task in ours {
        if let Some(other) = theirs.iter().find(|other| other.id == task.id) {
            same_task((base, task), (candidate, other))?;
            shared += 1;
            notes.extend(other_data(task, other));
            notes.extend(other_windows(task, base, candidate));
        }
    }
    notes.extend(other_scoring(base, candidate));
    notes.extend(other_device(base, candidate));
    if shared == 0 {
        let ids = |tasks: &[TaskCard]| tasks.iter().map(|task| task.id.clone()).collect();
        return Err(CompareError::NothingShared {
            base: base.name.to_owned(),
            candidate: candidate.name.to_owned(),
            base_tasks: ids(ours),
            candidate_tasks: ids(theirs),
        });
    }
    for (side, own, others) in [(base, ours, theirs), (candidate, theirs, ours)] {
        let lacks = |task: &&TaskCard| others.iter().all(|other| other.id != task.id);
        let tasks: Vec<String> = own.iter().filter(lacks).map(|task| task.id.clone()).collect();
        if tasks.is_empty() {
            continue;
        }
        if !options.allow_missing {
            return Err(CompareError::MissingTasks { run: side.name.to_owned(), tasks });
        }
        notes.push(format!("only {} has {}: left out", side.name, tasks.join(", ")));
    }
    Ok(notes)
}

/// What makes a number, and where two cards differ in it.
fn same_task((base, ours): (&Side, &TaskCard), (candidate, theirs): (&Side, &TaskCard)) -> Result<(), CompareError> {
    let draw = |task: &TaskCard| task.fewshot.as_ref().map_or("none".to_owned(), |card| card.draw.clone());
    let seed = |task: &TaskCard| {
        task.fewshot.as_ref().and_then(|card| card.seed).map_or("none".to_owned(), |seed| seed.to_string())
    };
    let split = |task: &TaskCard| {
        let data = &task.dataset;
        format!("{} {} {}", data.path, data.name.as_deref().unwrap_or("-"), data.split)
    };
    let most_tokens = |side: &Side| match side.record.spec.max_gen_toks {
        Some(tokens) if ours.output_type == "generate_until" => tokens.to_string(),
        _ => "the task's own".to_owned(),
    };
    let context = |side: &Side| {
        side.record.spec.context.map_or_else(|| "the model's".to_owned(), |tokens| format!("{tokens} tokens"))
    };
    let system = |side: &Side| side.record.spec.system.clone().unwrap_or_else(|| "none".to_owned());
    let template = |side: &Side| if side.record.chat_template.is_some() { "a conversation" } else { "plain text" };
    // A masked model may stand beside a causal one, which a note says; two ways of masking are two protocols.
    let masked = |side: &Side| side.card.scoring;
    let both_masked = [base, candidate].iter().all(|side| !masked(side).is_causal());
    let way = |side: &Side| if both_masked { masked(side).name() } else { "the model's" }.to_owned();
    let parts = [
        ("the way masked models score", way(base), way(candidate)),
        ("its version", ours.version.clone(), theirs.version.clone()),
        ("its output type", ours.output_type.clone(), theirs.output_type.clone()),
        ("its data", split(ours), split(theirs)),
        ("the number of shots", ours.shots.to_string(), theirs.shots.to_string()),
        ("the draw of its examples", draw(ours), draw(theirs)),
        ("the seed of its examples", seed(ours), seed(theirs)),
        ("the context asked for", context(base), context(candidate)),
        ("the most tokens of a text", most_tokens(base), most_tokens(candidate)),
        ("the text before every prompt", system(base), system(candidate)),
        ("its prompt", template(base).to_owned(), template(candidate).to_owned()),
    ];
    match parts.into_iter().find(|(_, ours, theirs)| ours != theirs) {
        None => Ok(()),
        Some((what, ours_is, theirs_is)) => Err(CompareError::Protocol(Box::new(Mismatch {
            task: ours.id.clone(),
            what,
            base: ours_is,
            candidate: theirs_is,
            base_run: base.name.to_owned(),
            candidate_run: candidate.name.to_owned(),
        }))),
    }
}

/// Other files are no reason to refuse: documents meet by content.
fn other_data(ours: &TaskCard, theirs: &TaskCard) -> Option<String> {
    let sums = |task: &TaskCard| task.dataset.files.iter().map(|file| file.1.clone()).collect::<Vec<_>>();
    (sums(ours) != sums(theirs)).then(|| format!("{}: the data files differ; documents are paired by content", ours.id))
}

/// A pseudo-log-likelihood beside a log-likelihood.
fn other_scoring(base: &Side, candidate: &Side) -> Vec<String> {
    if base.card.scoring.is_causal() == candidate.card.scoring.is_causal() {
        return Vec::new();
    }
    let note = |side: &Side| side.card.scoring.note().map(|note| format!("{}: {note}", side.card.name));
    let notes = [base, candidate].into_iter().filter_map(note);
    let warning = "the two models' scores are of two kinds: what follows from which choice a model prefers can be compared, sums and perplexities cannot";
    notes.chain([warning.to_owned()]).collect()
}

/// Sums in another order: no reason to refuse, and what a reader who looks at the last digits must know.
fn other_device(base: &Side, candidate: &Side) -> Option<String> {
    let (ours, theirs) = (&base.card.device, &candidate.card.device);
    (ours != theirs).then(|| {
        format!("the base was computed on {ours}, the candidate on {theirs}: scores of one model differ in their last digits")
    })
}

/// A rolling text is read in windows as long as the context: the longer one has more to go by.
fn other_windows(task: &TaskCard, base: &Side, candidate: &Side) -> Option<String> {
    let (ours, theirs) = (base.card.n_ctx, candidate.card.n_ctx);
    (task.output_type == "loglikelihood_rolling" && ours != theirs)
        .then(|| format!("{}: read in windows of {ours} tokens by the base and of {theirs} by the candidate", task.id))
}

/// Refuses a column that groups no task's documents: they would pass as independent.
pub(super) fn column_exists(rows: &[TaskRow], options: &CompareOptions) -> Result<(), CompareError> {
    match options.cluster.as_deref() {
        Some(column) if column != "none" && rows.iter().all(|row| row.clusters.is_none()) => {
            Err(CompareError::UnknownColumn { column: column.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Refuses a metric that was asked for and stands for no task.
pub(super) fn metrics_exist(rows: &[TaskRow], options: &CompareOptions) -> Result<(), CompareError> {
    for metric in &options.metrics {
        if rows.iter().all(|row| row.metric != *metric) {
            let mut known: Vec<String> = rows.iter().map(|row| row.metric.clone()).collect();
            known.sort();
            known.dedup();
            return Err(CompareError::UnknownMetric { metric: metric.clone(), known });
        }
    }
    Ok(())
}
