//! A task that cannot be run, with what helps to find the fault.

use crate::error::task_code;
use miette::Diagnostic;
use std::fmt::{self, Display};
use yardstick_tasks::{Task, TaskError};

/// Why a task is left out before any model is loaded.
#[derive(Debug)]
pub struct Refusal {
    /// The task's id; the file's name where it cannot be read.
    pub task: String,
    /// The task's file.
    file: Option<String>,
    /// The columns of its rows, where the file says so.
    columns: Vec<(String, String)>,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Task(TaskError),
    Room { model: String, tokens: u32, n_ctx: usize },
}

impl Refusal {
    /// A file that is no task.
    pub fn file(task: String, error: TaskError) -> Self {
        Self { task, file: None, columns: Vec::new(), why: Why::Task(error) }
    }

    /// A task whose data or prompts are wrong.
    pub fn task(task: &Task, error: TaskError) -> Self {
        Self::of(task, Why::Task(error))
    }

    /// A task whose texts are as long as the context of `n_ctx` tokens.
    pub fn room(task: &Task, model: &str, tokens: u32, n_ctx: usize) -> Self {
        Self::of(task, Why::Room { model: model.to_owned(), tokens, n_ctx })
    }

    fn of(task: &Task, why: Why) -> Self {
        Self { task: task.id().to_owned(), file: Some(task.file().to_owned()), columns: task.columns().to_vec(), why }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match &self.why {
            Why::Task(error) => task_code(error),
            Why::Room { .. } => 2,
        }
    }

    /// The dataset that was not found.
    pub fn missing_dataset(&self) -> Option<&str> {
        match &self.why {
            Why::Task(TaskError::DatasetNotFound { id, .. }) => Some(id),
            _ => None,
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.why {
            Why::Task(error) => write!(f, "{error}"),
            Why::Room { model, tokens, n_ctx } => {
                let task = &self.task;
                write!(
                    f,
                    "task {task}: texts of up to {tokens} tokens leave no room for a prompt in {model}'s context of {n_ctx}"
                )
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl Diagnostic for Refusal {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        if let Why::Room { .. } = self.why {
            return Some(Box::new(format!("task {}; --max-gen-toks N allows no text more than N tokens", self.task)));
        }
        if self.missing_dataset().is_some() && !self.columns.is_empty() {
            let columns: Vec<String> = self.columns.iter().map(|(name, what)| format!("{name} ({what})")).collect();
            return Some(Box::new(format!("task {} reads rows with the columns {}", self.task, columns.join(", "))));
        }
        // Most messages begin with the task's file, or are about its data alone.
        let file = self.file.as_ref().filter(|file| !self.to_string().contains(file.as_str()))?;
        Some(Box::new(format!("task {}, {file}", self.task)))
    }
}
