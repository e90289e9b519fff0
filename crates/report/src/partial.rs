//! What a run that did not finish lacks, in a sentence.

use yardstick_core::{RunRecord, RunStatus};

const DOCUMENTS: &str = "some results are of only the documents scored before it stopped. The longest ones are scored \
    first, so these numbers are not those of a random sample.";
const TASKS: &str = "models or tasks are missing. The results shown cover all of their documents.";

/// What the unfinished ones of these runs lack; nothing if all are complete.
pub(crate) fn lack(records: &[&RunRecord]) -> Option<&'static str> {
    let mut partial = records.iter().filter(|record| record.status == RunStatus::Partial).peekable();
    partial.peek()?;
    Some(if partial.any(|record| lacks_documents(record)) { DOCUMENTS } else { TASKS })
}

/// Whether a model has results of a task for a part of its documents. A metric of some documents only is no sign of that,
/// so the one with the most counts.
fn lacks_documents(record: &RunRecord) -> bool {
    let pairs = record.models.iter().flat_map(|model| record.tasks.iter().map(move |task| (model, task)));
    pairs.into_iter().any(|(model, task)| {
        let own = record.results.iter().filter(|result| result.model == model.name && result.task == task.id);
        own.map(|result| result.estimate.n).max().is_some_and(|n| n < task.n_docs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn documents_or_tasks() {
        let complete = testing::four_by_eleven();
        let mut partial = complete.clone();
        partial.status = RunStatus::Partial;
        partial.results.retain(|result| result.task != "piqa");
        assert_eq!(lack(&[&complete]), None);
        assert_eq!(lack(&[&complete, &partial]), Some(TASKS));
        let task = partial.results[0].task.clone();
        partial.results.iter_mut().filter(|result| result.task == task).for_each(|result| result.estimate.n -= 1);
        assert_eq!(lack(&[&partial]), Some(DOCUMENTS));
    }
}
