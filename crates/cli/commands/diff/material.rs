//! What both models read: texts, or the documents of tasks.

use crate::args::{DiffArgs, ShotArgs};
use crate::commands::stores;
use crate::error::CliError;
use crate::models::Found;
use crate::refusal::Refusal;
use crate::run::Screen;
use std::path::Path;
use yardstick_core::{LanguageModel, Request};
use yardstick_report::{DiffMaterial, DiffText};
use yardstick_tasks::{Loaded, Task};

/// A text or a row of a task.
pub struct Document {
    /// The file; or task and row.
    pub name: String,
    /// What is scored of it.
    pub requests: Vec<Request>,
}

/// Everything that is read.
pub struct Material {
    /// In order.
    pub documents: Vec<Document>,
    /// What the record says about it.
    pub card: DiffMaterial,
}

impl Material {
    /// Reads the texts or the tasks' documents.
    ///
    /// # Errors
    /// A file that is no text or empty; a task that cannot be run, or lets the model write.
    pub fn load(args: &DiffArgs, models: &[Found], screen: Screen) -> Result<Self, CliError> {
        if args.text.is_empty() {
            return tasks(args, models, screen);
        }
        if args.shots != ShotArgs::default() {
            return Err(CliError::usage("--shots, --seed and the like are for tasks; a text stands as it is"));
        }
        let mut material = Self { documents: Vec::new(), card: DiffMaterial::default() };
        for path in &args.text {
            let text = read(path)?;
            let name = path.display().to_string();
            material.card.texts.push(DiffText::new(name.clone(), text.as_bytes()));
            material.documents.push(Document { name, requests: vec![Request::Rolling { text }] });
        }
        Ok(material)
    }

    /// About as many tokens as will be read, for the bar: contexts that are shared count each time.
    ///
    /// # Errors
    /// What the tokenizer says.
    pub fn tokens(&self, model: &dyn LanguageModel) -> Result<usize, CliError> {
        let mut tokens = 0;
        for request in self.documents.iter().flat_map(|document| &document.requests) {
            tokens += model.encode(request.context())?.len() + model.encode(request.scored_text())?.len();
        }
        Ok(tokens)
    }

    /// Where a request is, counted over all documents.
    pub fn place(&self, request: Option<usize>) -> String {
        let Some(mut index) = request else { return "diff".to_owned() };
        for document in &self.documents {
            if index < document.requests.len() {
                return document.name.clone();
            }
            index -= document.requests.len();
        }
        "diff".to_owned()
    }
}

/// A whole file as text.
fn read(path: &Path) -> Result<String, CliError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| CliError::Io { path: name.clone(), source })?;
    let fail = |reason: String| CliError::Text { path: name.clone(), reason };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        fail(format!("is not UTF-8 text: byte {at} belongs to no character; convert the file to UTF-8"))
    })?;
    if text.is_empty() { Err(fail("is empty: there is nothing to compare".to_owned())) } else { Ok(text) }
}

/// The documents of all tasks.
fn tasks(args: &DiffArgs, models: &[Found], screen: Screen) -> Result<Material, CliError> {
    let selection = args.folders.catalog()?.resolve(&args.task)?;
    let (stores, options) = (stores(&args.data)?, args.shots.options(args.limit, models)?);
    let mut material = Material { documents: Vec::new(), card: DiffMaterial::default() };
    for task in &selection.tasks {
        let refused = |error| CliError::Refusal(Box::new(Refusal::task(task, error)));
        let loaded = task.load(&stores, &options).map_err(refused)?;
        check_is_scored(task, &loaded)?;
        loaded.warnings.iter().for_each(|warning| screen.warn(warning));
        material.card.warnings.extend(loaded.warnings.iter().cloned());
        material.documents.extend(loaded.instances.into_iter().map(|instance| Document {
            name: format!("task {}, row {}", task.id(), instance.doc.id),
            requests: instance.requests,
        }));
        material.card.tasks.push(loaded.card);
    }
    Ok(material)
}

/// A text that a model writes is its own: two models soon read different ones.
fn check_is_scored(task: &Task, loaded: &Loaded) -> Result<(), CliError> {
    let mut requests = loaded.instances.iter().flat_map(|instance| &instance.requests);
    if !requests.any(|request| matches!(request, Request::Generate { .. })) {
        return Ok(());
    }
    Err(CliError::Usage {
        message: format!(
            "task {}: its texts are written by the model (generate_until), so the models would read different tokens",
            task.id()
        ),
        help: Some("diff takes tasks of the types loglikelihood, multiple_choice and loglikelihood_rolling".to_owned()),
    })
}
