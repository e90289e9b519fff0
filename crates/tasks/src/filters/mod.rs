//! Filters: what is done to the texts that a model wrote before they are scored. One file each and a line in [`FILTERS`].
//!
//! A pipeline of filters begins with the texts of all samples of one document and usually ends with `take_first`. Names
//! and definitions are lm-eval's.

mod each;
mod map;
mod multi_choice;
mod regex;
mod select;
mod spans;

use crate::error::{Place, TaskError, nearest};
use crate::row::Row;
use crate::yaml::Node;
use std::sync::Arc;
use yardstick_core::Response;

/// A kind of filter, by the name that a task file gives as `function`.
#[derive(Debug)]
pub(crate) struct FilterKind {
    /// lm-eval's name.
    pub name: &'static str,
    /// The arguments that it takes.
    pub arguments: &'static [&'static str],
    /// Reads the arguments, of which all are known.
    pub read: fn(&Node) -> Result<Arc<dyn Filter>, TaskError>,
}

/// All filters.
pub(crate) static FILTERS: &[&FilterKind] = &[
    &each::LOWERCASE,
    &each::UPPERCASE,
    &each::REMOVE_WHITESPACE,
    &map::KIND,
    &multi_choice::KIND,
    &regex::KIND,
    &select::TAKE_FIRST,
    &select::TAKE_FIRST_K,
    &select::MAJORITY_VOTE,
    &spans::FORMAT_SPAN,
    &spans::REGEX_POS,
];

/// One step of a pipeline.
pub(crate) trait Filter: std::fmt::Debug + Send + Sync {
    /// The texts after the step. `row` is the document.
    ///
    /// # Errors
    /// Why the step cannot be taken, in words.
    fn apply(&self, texts: Texts, row: Row) -> Result<Texts, String>;
}

/// What a pipeline holds between two steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// A text a sample.
    Many(Vec<String>),
    /// The one that was taken.
    One(String),
}

impl Texts {
    /// A list to go through. Of one text that is its characters, as when Python goes through a string: filters after
    /// `take_first` see them in lm-eval.
    fn into_items(self) -> Vec<String> {
        match self {
            Self::Many(texts) => texts,
            Self::One(text) => text.chars().map(String::from).collect(),
        }
    }

    /// The same done to each item.
    fn try_map(self, each: impl FnMut(String) -> Result<String, String>) -> Result<Self, String> {
        self.into_items().into_iter().map(each).collect::<Result<_, _>>().map(Self::Many)
    }
}

/// Filters one after the other, and the name that their results have.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// `none` for the one that a task has without `filter_list`.
    pub name: String,
    pub steps: Vec<Step>,
}

/// A filter with where the file asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub name: &'static str,
    pub place: Place,
    pub filter: Arc<dyn Filter>,
}

impl Pipeline {
    /// lm-eval's name for no filter.
    pub const NONE: &'static str = "none";

    /// What a task does without `filter_list`: the first of the samples is scored.
    pub fn none(place: &Place) -> Self {
        let take_first =
            Step { name: select::TAKE_FIRST.name, place: place.clone(), filter: Arc::new(select::TakeFirst) };
        Self { name: Self::NONE.to_owned(), steps: vec![take_first] }
    }

    /// The name of a metric of these texts: `exact_match,strict-match`, and the metric's own without a filter.
    pub fn key(&self, metric: &str) -> String {
        if self.name == Self::NONE { metric.to_owned() } else { format!("{metric},{}", self.name) }
    }

    /// The texts to score: what the model wrote, through all steps. No texts where nothing is written.
    ///
    /// # Errors
    /// [`TaskError::Filter`], with the step and the document.
    pub fn apply(&self, responses: &[Response], row: Row) -> Result<Vec<String>, TaskError> {
        let written: Vec<String> = responses.iter().filter_map(|response| response.text.clone()).collect();
        if written.is_empty() {
            return Ok(written);
        }
        let texts = self.steps.iter().try_fold(Texts::Many(written), |texts, step| {
            step.filter.apply(texts, row).map_err(|reason| TaskError::Filter {
                place: step.place.clone(),
                filter: step.name.to_owned(),
                row: row.place(),
                reason,
            })
        })?;
        Ok(match texts {
            Texts::Many(texts) => texts,
            Texts::One(text) => vec![text],
        })
    }
}

/// The filter of that name.
pub(crate) fn find(name: &str) -> Option<&'static FilterKind> {
    FILTERS.iter().copied().find(|kind| kind.name == name)
}

/// The name of the filter most similar to `name`.
pub(crate) fn nearest_name(name: &str) -> Option<String> {
    nearest(name, FILTERS.iter().map(|kind| kind.name))
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use yardstick_core::{Map, Value};

    /// The texts that a filter of these arguments (YAML, one mapping) makes of samples.
    pub(crate) fn apply(yaml: &str, texts: &[&str]) -> Result<Texts, String> {
        let node = crate::yaml::parse(&"t.yaml".into(), yaml).unwrap();
        let name = node.get("function").unwrap().str("function").unwrap();
        let filter = (find(name).unwrap().read)(&node).map_err(|error| error.to_string())?;
        let choices = ["Guilty", "Guilty of Romance", "None, at all"].map(Value::from).to_vec();
        let fields: Map = [("choices".to_owned(), Value::List(choices))].into_iter().collect();
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        filter.apply(Texts::Many(texts), Row { fields: &fields, file: "d.jsonl", row: 3 })
    }

    /// Checks one sample's text.
    pub(crate) fn check(yaml: &str, text: &str, want: &str) {
        assert_eq!(apply(yaml, &[text]), Ok(Texts::Many(vec![want.to_owned()])), "{yaml} of {text:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yardstick_core::Map;

    fn pipeline(steps: &[(&'static str, &str)]) -> Pipeline {
        let place = Place { file: "t.yaml".into(), line: 7 };
        let step = |(name, arguments): &(&'static str, &str)| {
            let node = crate::yaml::parse(&"t.yaml".into(), &format!("{{function: {name}, {arguments}}}")).unwrap();
            Step { name, place: place.clone(), filter: (find(name).unwrap().read)(&node).unwrap() }
        };
        Pipeline { name: "p".to_owned(), steps: steps.iter().map(step).collect() }
    }

    fn run(steps: &[(&'static str, &str)], written: &[&str]) -> Result<Vec<String>, TaskError> {
        let response = |text: &&str| Response { text: Some((*text).to_owned()), ..Response::default() };
        let responses: Vec<_> = written.iter().map(response).collect();
        pipeline(steps).apply(&responses, Row { fields: &Map::new(), file: "d.jsonl", row: 3 })
    }

    #[test]
    fn steps_follow_each_other() {
        let steps = [("regex", r"regex_pattern: '(\d)'"), ("majority_vote", ""), ("take_first", "")];
        assert_eq!(run(&steps, &["1 2", "is 3", "3", "none"]).unwrap(), ["3"]);
        assert_eq!(run(&[("lowercase", "")], &["A", "B"]).unwrap(), ["a", "b"]);
        assert!(run(&[("lowercase", "")], &[]).unwrap().is_empty());
    }

    #[test]
    fn after_take_first_come_characters() {
        let steps = [("take_first", ""), ("map", "mapping_dict: {A: 0, B: 1}"), ("take_first", "")];
        assert_eq!(run(&steps, &["BA"]).unwrap(), ["1"]);
    }

    #[test]
    fn errors_name_step_and_document() {
        let error = run(&[("take_first_k", "k: 3")], &["a"]).unwrap_err().to_string();
        assert_eq!(
            error,
            "d.jsonl, row 3: filter `take_first_k` (t.yaml:7) fails: it takes the first 3 samples, and there is 1; raise `repeats`"
        );
    }

    #[test]
    fn names() {
        let none = Pipeline::none(&Place { file: "t.yaml".into(), line: 1 });
        assert_eq!((none.key("acc"), pipeline(&[]).key("acc")), ("acc".to_owned(), "acc,p".to_owned()));
        for (index, kind) in FILTERS.iter().enumerate() {
            assert!(FILTERS[..index].iter().all(|other| other.name != kind.name), "{}", kind.name);
        }
    }
}
