//! Policies that can and cannot be.

use super::*;

#[test]
fn a_whole_policy() {
    let policy = policy(
        r#"
alpha = 0.01
correction = "benjamini-hochberg"
power = 0.9
unlisted = "watch"
[[tier]]
name = "critical"
tasks = ["starter_pairs_*", "lambada_openai"]
metric = "acc"
margin = 0.01
min_documents = 250
[[tier]]
name = "standard"
tasks = ["wiki*"]
allowed_drop = "2%"
[logits]
max_mean_kl = 0.01
min_same_top1 = 1
text = "text.txt"
"#,
    );
    assert_eq!((policy.alpha, policy.power, policy.correction), (0.01, 0.9, Correction::BenjaminiHochberg));
    assert_eq!(policy.unlisted, Unlisted::Watch);
    let [critical, standard] = policy.tiers.as_slice() else { panic!("{policy:?}") };
    assert_eq!(
        (critical.name, critical.bar, critical.min_documents),
        (TierName::Critical, Some(Bar::Margin(Size::Units(0.01))), 250)
    );
    assert_eq!(critical.tasks[1], Pattern { glob: "lambada_openai".to_owned(), line: 9 });
    assert_eq!(critical.metric, Some(("acc".to_owned(), 10)));
    assert_eq!(
        (standard.bar, standard.min_documents),
        (Some(Bar::AllowedDrop(Size::Share(0.02))), Policy::MIN_DOCUMENTS)
    );
    let limits = policy.logits.expect("limits");
    assert_eq!((limits.max_mean_kl, limits.min_same_top1, limits.max_kl), (Some(0.01), Some(1.0), None));
}

/// A policy that is refused with these words.
fn check(text: &str, words: &[&str]) {
    let error = Policy::parse("dir/policy.toml", text).expect_err(text);
    assert!(error.is_usage(), "{error}");
    let message = error.to_string();
    for word in words.iter().chain([&"dir/policy.toml:"]) {
        assert!(message.contains(word), "{word:?} is not in {message}");
    }
}

fn with_tier(lines: &str) -> String {
    format!("format = \"yardstick.policy/1\"\n[[tier]]\n{lines}\n")
}

#[test]
fn policies_that_cannot_be() {
    check("", &[":1:", "format", "yardstick.policy/1"]);
    check("format = \"yardstick.policy/2\"", &[":1:", "yardstick.policy/2"]);
    check("format = \"yardstick.policy/1\"\nalpha = = 1", &[":2:"]);
    check("format = \"yardstick.policy/1\"\n[[tier]\n", &[":2:"]);
    check("format = \"yardstick.policy/1\"\n", &["nothing would decide", "[logits]"]);
    check("format = \"yardstick.policy/1\"\nalfa = 1", &[":2:", "alfa", "did you mean \"alpha\"", "correction"]);
    for alpha in ["2", "0", "-0.05", "nan", "\"x\"", "0.5"] {
        check(&format!("format = \"yardstick.policy/1\"\nalpha = {alpha}"), &[":2:", "alpha", "less than 0.5"]);
    }
    check("format = \"yardstick.policy/1\"\npower = 0.2", &[":2:", "power", "at least 0.5"]);
    check(
        "format = \"yardstick.policy/1\"\ncorrection = \"bonferroni\"",
        &[":2:", "bonferroni", "holm, benjamini-hochberg, none"],
    );
    check("format = \"yardstick.policy/1\"\ntier = 3", &[":2:", "[[tier]]"]);
    check("format = \"yardstick.policy/1\"\nlogits = true", &[":2:", "[logits]"]);
}

#[test]
fn tiers_that_cannot_be() {
    let good = "name = \"critical\"\ntasks = [\"*\"]\nmargin = 0.01";
    assert!(Policy::parse("policy.toml", &with_tier(good)).is_ok());
    let cases: [(&str, &[&str]); 15] = [
        ("name = \"important\"\ntasks = [\"*\"]", &[":3:", "important", "critical, standard, watch"]),
        ("name = \"critcal\"\ntasks = [\"*\"]", &["did you mean \"critical\""]),
        ("tasks = [\"*\"]\nmargin = 0.01", &[":2:", "name"]),
        ("name = \"critical\"\nmargin = 0.01", &[":2:", "tasks"]),
        ("name = \"critical\"\ntasks = []\nmargin = 0.01", &[":4:", "must not be empty"]),
        ("name = \"critical\"\ntasks = \"*\"\nmargin = 0.01", &[":4:", "list of texts"]),
        ("name = \"critical\"\ntasks = [\"a\",\n 3]\nmargin = 0.01", &[":5:", "a number"]),
        ("name = \"critical\"\ntasks = [\"*\"]", &[":2:", "margin or an allowed_drop"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargin = -0.01", &[":5:", "margin", "more than 0"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargin = \"-2%\"", &[":5:", "more than 0"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargin = \"2 points\"", &[":5:", "2 points", "2%"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargin = inf", &[":5:", "inf"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargin = 0.01\nallowed_drop = 0.01", &[":6:", "choose one"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargin = 0.01\nmin_documents = 0", &[":6:", "whole number"]),
        ("name = \"critical\"\ntasks = [\"*\"]\nmargins = 0.01", &[":5:", "margins", "did you mean \"margin\""]),
    ];
    for (lines, words) in cases {
        check(&with_tier(lines), words);
    }
}

#[test]
fn limits_that_cannot_be() {
    let with = |lines: &str| format!("format = \"yardstick.policy/1\"\n[logits]\n{lines}\n");
    assert!(Policy::parse("policy.toml", &with("max_kl = 0.5")).is_ok());
    check(&with(""), &[":2:", "limit"]);
    check(&with("max_kl = -1"), &[":3:", "0 or more"]);
    check(&with("min_same_top1 = 97"), &[":3:", "0 to 1"]);
    check(&with("max_mean_lk = 1"), &[":3:", "did you mean \"max_mean_kl\""]);
    check(&with("max_kl = 1\ntext = \"a\"\ntask = \"b\""), &["choose one"]);
}

/// What a policy says and the runs do not have.
#[test]
fn policies_that_do_not_fit() {
    let base = run("old", 1.0, &[("piqa", 120, GOOD), ("boolq", 120, GOOD)]);
    let refused = |text: &str, words: &[&str]| {
        let error = judged(&base, &base, &policy(text)).expect_err(text);
        assert!(error.is_usage(), "{error}");
        for word in words {
            assert!(error.to_string().contains(word), "{word:?} is not in {error}");
        }
    };
    let tier =
        |tasks: &str, more: &str| format!("[[tier]]\nname = \"critical\"\ntasks = [{tasks}]\nmargin = 0.05\n{more}\n");
    refused(&tier("\"piqa\", \"hella*\"", ""), &["policy.toml:4", "hella*", "piqa, boolq"]);
    refused(&tier("\"piqua\", \"*\"", ""), &["piqua", "did you mean \"piqa\""]);
    refused(&tier("\"piqa\"", ""), &["no tier takes boolq", "unlisted"]);
    refused(
        &tier("\"*\"", "metric = \"acc_nrom\""),
        &["policy.toml:6", "piqa has no metric \"acc_nrom\"", "it has acc"],
    );
    let logits = format!("{}[logits]\nmax_kl = 1\n", tier("\"*\"", ""));
    refused(&logits, &["policy.toml:7", "--diff FILE"]);
}
