//! Examples before the document, from the command line to the record.

use crate::support::{ok, run};
use serde_json::Value;

fn render(options: &[&str]) -> Vec<Value> {
    let json = ok(&[&["render", "starter_pronouns", "--json"], options].concat()).json();
    json.as_array().unwrap().clone()
}

fn context(document: &Value) -> &str {
    document["requests"][0]["context"].as_str().unwrap()
}

#[test]
fn render_shows_examples() {
    let zero = render(&["--limit", "2"]);
    let two = render(&["--limit", "2", "--shots", "2"]);
    for (zero, two) in zero.iter().zip(&two) {
        assert!(context(two).ends_with(context(zero)) && context(two).matches("\n\n").count() == 2, "{two}");
        assert_ne!(zero["prompt_hash"], two["prompt_hash"]);
    }
    assert_eq!(two[..1], render(&["--limit", "1", "--shots", "2"]));
    assert_eq!(two, render(&["--limit", "2", "--shots", "2", "--seed", "1234"]));
    assert_ne!(two, render(&["--limit", "2", "--shots", "2", "--seed", "7"]));
    assert_ne!(two, render(&["--limit", "2", "--shots", "2", "--compat", "lm-eval"]));
    assert_eq!(zero, render(&["--limit", "2", "--shots", "0"]));
}

#[test]
fn a_run_records_what_was_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    let task = ["run", "--model", "gpt2-nano", "--task", "starter_pronouns", "--limit", "3", "--no-report"];
    let shots = ["--shots", "2", "--seed", "7", "--quiet", "--json", "--out", &out];
    let record = ok(&[&task[..], &shots].concat()).json();
    let card = &record["tasks"][0];
    assert_eq!((card["shots"].as_u64(), card["fewshot"]["seed"].as_u64()), (Some(2), Some(7)), "{card}");
    assert_eq!(
        (card["fewshot"]["draw"].as_str(), card["fewshot"]["pool"]["split"].as_str()),
        (Some("keyed"), Some("test"))
    );
    assert_eq!((record["spec"]["shots"].as_u64(), record["spec"]["seed"].as_u64()), (Some(2), Some(7)));
    assert!(record["warnings"].to_string().contains("the split that is scored"), "{}", record["warnings"]);
}

#[test]
fn too_many_examples_are_a_data_error() {
    let finished = run(&["render", "starter_pronouns", "--shots", "100000"]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    assert!(finished.message().contains("need 100000 documents of split test"), "{}", finished.message());
    assert_eq!(run(&["render", "starter_pronouns", "--shots", "-1"]).code, 2);
}
