//! What a reader of a model's numbers must know about how it was asked: contexts cut, first tokens without a score.

use yardstick_core::{LanguageModel, Response, Sample};

/// Task ids named in a warning before the rest is only counted.
const NAMED: usize = 3;

/// Counted over all tasks of one model.
#[derive(Default)]
pub struct Counts {
    cut: Affected,
    unscored: Affected,
    incomparable: Affected,
    merged: Affected,
    unfinished: Affected,
}

/// Documents of some tasks.
#[derive(Default)]
struct Affected {
    documents: usize,
    of: usize,
    tasks: Vec<String>,
}

impl Counts {
    /// Counts one task's documents.
    pub fn add(&mut self, model: &dyn LanguageModel, task: &str, samples: &[Sample]) {
        let any = |sample: &Sample, is: fn(&Response) -> bool| sample.responses.iter().any(is);
        self.cut.add(task, samples, |sample| any(sample, |r| r.n_truncated > 0));
        self.unscored.add(task, samples, |sample| any(sample, |r| r.n_unscored > 0));
        self.merged.add(task, samples, |sample| any(sample, |r| r.is_merged));
        self.unfinished.add(task, samples, |sample| any(sample, |r| r.is_unfinished));
        self.incomparable.add(task, samples, |sample| first_tokens_differ(model, sample));
    }

    /// One line a kind.
    pub fn lines(&self, model: &str, n_ctx: usize) -> Vec<String> {
        let line = |affected: &Affected, what: &str| {
            let Affected { documents, of, tasks } = affected;
            (*documents > 0).then(|| format!("{model}: {documents} of {of} documents {what} ({})", list(tasks)))
        };
        let cut = format!("are longer than the context of {n_ctx} tokens and were cut from the left");
        [
            line(&self.cut, &cut),
            line(&self.unscored, "have no score for their first token, because the model has no prefix token"),
            line(&self.incomparable, "have choices that begin with different unscored tokens and compare unfairly"),
            line(
                &self.merged,
                "have a continuation that the tokenizer merges into the context's last token; that token was scored",
            ),
            line(&self.unfinished, "have a text that was still going on after the most tokens that its task allows"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Affected {
    fn add(&mut self, task: &str, samples: &[Sample], is: impl Fn(&Sample) -> bool) {
        let count = samples.iter().filter(|sample| is(sample)).count();
        if count > 0 {
            self.documents += count;
            self.of += samples.len();
            self.tasks.push(task.to_owned());
        }
    }
}

fn list(tasks: &[String]) -> String {
    let named = tasks[..tasks.len().min(NAMED)].join(", ");
    if tasks.len() > NAMED { format!("{named} and {} more tasks", tasks.len() - NAMED) } else { named }
}

/// Whether requests without a context begin with different tokens.
fn first_tokens_differ(model: &dyn LanguageModel, sample: &Sample) -> bool {
    let unscored = sample.requests.iter().zip(&sample.responses).filter(|(_, response)| response.n_unscored > 0);
    let mut firsts = unscored.filter_map(|(request, _)| model.encode(request.scored_text()).ok()?.first().copied());
    firsts.next().is_some_and(|first| firsts.any(|other| other != first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_tasks_make_one_line() {
        let tasks = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        let counts = Counts { cut: Affected { documents: 7, of: 50, tasks }, ..Counts::default() };
        let line = "m: 7 of 50 documents are longer than the context of 8 tokens and were cut from the left (a, b, c and 2 more tasks)";
        assert_eq!(counts.lines("m", 8), [line]);
    }
}
