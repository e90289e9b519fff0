//! The bundled suite on the bundled datasets.

use std::collections::BTreeSet;
use yardstick_core::{Request, Target};
use yardstick_tasks::{Catalog, LoadOptions, Loaded, Stores, Task};

fn starter() -> Vec<Loaded> {
    let catalog = Catalog::bundled().expect("catalog");
    let suite = catalog.suite("starter").expect("suite");
    let selection = catalog.resolve(&suite.tasks).expect("its tasks");
    let load = |task: &Task| {
        task.load(&Stores::default(), &LoadOptions::default()).unwrap_or_else(|error| panic!("{}: {error}", task.id()))
    };
    selection.tasks.iter().map(load).collect()
}

#[test]
fn every_row_of_every_task_renders() {
    let tasks = starter();
    assert_eq!(tasks.len(), 18);
    for loaded in &tasks {
        let id = loaded.task.id();
        assert!(loaded.warnings.is_empty(), "{id}: {:?}", loaded.warnings);
        assert_eq!(loaded.card.n_docs, loaded.card.n_available, "{id}");
        assert!(loaded.card.n_docs > 0 && loaded.card.dataset.files.len() == 1, "{id}");
        for instance in &loaded.instances {
            assert!(!instance.target_text.is_empty(), "{id} {}", instance.doc.id);
            assert!(
                instance.requests.iter().all(|request| !request.scored_text().is_empty()),
                "{id} {}",
                instance.doc.id
            );
        }
    }
}

#[test]
fn prompts_are_different_from_one_another() {
    for loaded in starter() {
        let hashes: BTreeSet<_> = loaded.instances.iter().map(|instance| &instance.prompt_hash).collect();
        assert_eq!(hashes.len(), loaded.instances.len(), "{}", loaded.task.id());
    }
}

#[test]
fn chance_is_one_half_of_two() {
    for loaded in starter() {
        let is_choice = loaded.card.output_type == "multiple_choice";
        let acc = loaded.card.metrics.iter().find(|metric| metric.name == "acc");
        assert_eq!(acc.and_then(|metric| metric.chance), is_choice.then_some(0.5), "{}", loaded.task.id());
    }
}

#[test]
fn continuations_begin_with_a_space() {
    for loaded in starter() {
        for instance in &loaded.instances {
            for request in &instance.requests {
                if let Request::LogLikelihood { continuation, .. } = request {
                    assert!(continuation.starts_with(' '), "{} {}", loaded.task.id(), instance.doc.id);
                }
            }
            if let Target::Text(text) = &instance.target {
                assert_eq!(text, instance.requests[0].scored_text());
            }
        }
    }
}
