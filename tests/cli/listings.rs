//! `ls` and `render`.

use crate::support::{ok, run};
use std::collections::BTreeSet;

#[test]
fn everything_can_be_listed() {
    for (what, expected) in [
        ("models", "gpt3-micro"),
        ("tasks", "lambada_openai"),
        ("suites", "starter"),
        ("metrics", "bits_per_byte"),
        ("charts", "bars"),
        ("formats", "every-eval-ever"),
        ("datasets", "yardstick/last_word"),
    ] {
        assert!(ok(&["ls", what]).stdout.contains(expected), "{expected} in ls {what}");
        assert!(!ok(&["ls", what, "--json"]).json().as_array().unwrap().is_empty(), "ls {what} --json");
    }
}

#[test]
fn the_catalog_has_what_it_promises() {
    let list = ok(&["ls", "tasks", "--json"]).json();
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|t| t["task"].as_str().unwrap()).collect();
    for id in ["hellaswag", "piqa", "winogrande", "arc_easy", "arc_challenge", "boolq", "copa", "wikitext", "blimp"] {
        assert!(names.contains(&id), "{id}");
    }
    assert_eq!(names.iter().filter(|name| name.starts_with("blimp_")).count(), 67);
}

/// The README's counts are those of the binary.
#[test]
fn the_readme_counts_what_there_is() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let list = |what| ok(&["ls", what, "--json"]).json().as_array().unwrap().clone();
    let tasks: Vec<String> = list("tasks")
        .iter()
        .filter(|entry| entry["kind"] == "task")
        .map(|entry| entry["task"].as_str().unwrap().to_owned())
        .collect();
    let metrics: BTreeSet<String> = list("metrics").iter().map(|row| row["metric"].to_string()).collect();
    let protocols = tasks.iter().filter(|task| task.contains("@gpt")).count();
    for words in [
        format!("a catalog of {} tasks", tasks.len()),
        format!("{protocols} tasks as the GPT-1"),
        format!("{} metrics", metrics.len()),
    ] {
        assert!(readme.contains(&words), "the README does not say: {words}");
    }
}

#[test]
fn a_paper_tasks_card_is_shown_even_without_its_data() {
    let finished = run(&["render", "sat_analogies@gpt3"]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    for words in ["columns", "choices", "references", "175B 53.7"] {
        assert!(finished.stdout.contains(words), "{words} in {}", finished.stdout);
    }
    let message = run(&["run", "--task", "sat_analogies@gpt3", "--model", "gpt2-nano"]).message();
    assert!(message.contains("reads rows with the columns"), "{message}");
}

#[test]
fn render_shows_what_is_sent() {
    let json = ok(&["render", "starter_cause_effect", "--limit", "2", "--json"]).json();
    let documents = json.as_array().unwrap();
    assert_eq!(documents.len(), 2);
    let request = &documents[0]["requests"][0];
    assert!(request["continuation"].as_str().unwrap().starts_with(' '));
    assert!(request["context_tokens"].as_u64().unwrap() > 3 && request["continuation_tokens"].as_u64().unwrap() > 3);
    assert_eq!(documents[0]["prompt_hash"].as_str().unwrap().len(), 64);
    assert!(ok(&["render", "starter_cause_effect"]).stdout.contains("continuation"));
}

#[test]
fn help_names_the_exit_codes() {
    assert!(ok(&["--help"]).stdout.contains("5 interrupted"));
    assert_eq!(run(&["ls", "nonsense"]).code, 2);
}
