//! From task file and row to requests, and from responses to numbers.

use crate::workspace::{Workspace, first, load, multiple_choice, response, texts};
use yardstick_core::{Request, Score, Target};

const ROW: &str =
    r#"{"q":"Q?","choices":["a","b"],"label":1,"n":3,"x":0.5,"flag":true,"none":null,"one":1.0,"s":{"t":["u"]}}"#;

/// The first document's requests.
fn check(lines: &str, want: &[(&str, &str)]) {
    let (workspace, loaded) = load(lines, ROW);
    let loaded = loaded.unwrap_or_else(|error| panic!("{lines}: {}", workspace.message(&error)));
    assert_eq!(texts(&loaded, 0), want, "{lines}");
}

#[test]
fn fields() {
    check("", &[("Q?", " a"), ("Q?", " b")]);
    check("doc_to_text: q\n", &[("Q?", " a"), ("Q?", " b")]);
    check("doc_to_text: ''\n", &[("", " a"), ("", " b")]);
    check("target_delimiter: ''\n", &[("Q?", "a"), ("Q?", "b")]);
    check("description: \"D {{n}}\\n\"\n", &[("D 3\nQ?", " a"), ("D 3\nQ?", " b")]);
    check("description: q\n", &[("Q?Q?", " a"), ("Q?Q?", " b")]);
    // A list, a mapping, a template that prints a list, one that is a list, numbers as choices.
    check("doc_to_choice: [no, 'yes', maybe]\n", &[("Q?", " False"), ("Q?", " yes"), ("Q?", " maybe")]);
    check("doc_to_choice: {k: v, 1: w}\n", &[("Q?", " v"), ("Q?", " w")]);
    check("doc_to_choice: \"['c', '{{choices[1]}}']\"\n", &[("Q?", " c"), ("Q?", " b")]);
    check("doc_to_choice: '{{[q, choices[0] ~ \"\\n\"]}}'\n", &[("Q?", " Q?"), ("Q?", " a\n")]);
    check("doc_to_choice: '{{choices + s.t}}'\n", &[("Q?", " a"), ("Q?", " b"), ("Q?", " u")]);
    check("doc_to_choice: [1, 2.5]\n", &[("Q?", " 1"), ("Q?", " 2.5")]);
}

#[test]
fn values_print_as_in_python() {
    let both = |context| [(context, " a"), (context, " b")];
    check("doc_to_text: '{{flag}} {{none}} {{x}} {{one}} {{n}}'\n", &both("True None 0.5 1.0 3"));
    check("doc_to_text: '{{choices}} {{s}}'\n", &both("['a', 'b'] {'t': ['u']}"));
    check(
        "doc_to_text: '{{choices|join(\"-\")}} {{q|length}} {{q[:-1]}} {{choices.index(\"b\")}}'\n",
        &both("a-b 2 Q 1"),
    );
    check("doc_to_text: '{{q.strip(\"?\").lower().replace(\"q\", \"r\")}}{{q.index(\"?\")}}'\n", &both("r1"));
    check(
        "doc_to_text: '{% for c in choices %}{{loop.index}}{{c}} {% endfor %}{% if flag %}y{% endif %}'\n",
        &both("1a 2b y"),
    );
    check("doc_to_text: '{{q|regex_replace(\"(Q)\", \"<\\\\1>$\")}}'\n", &both("<Q>$?"));
    check("doc_to_text: '{{q if not flag}}'\n", &both(""));
    check("doc_to_text: '{% for c in choices %}{{loop.previtem if not loop.first}}{{c}}{% endfor %}'\n", &both("aab"));
    check("doc_to_text: '{{[q ~ \"\\u00a0\"]}}'\n", &both("['Q?\\xa0']"));
    check("doc_to_text: \"{{q}}\\n\"\n", &both("Q?\n"));
    check("doc_to_text: '{{choices}}'\n", &both("['a', 'b']"));
    check("doc_to_text: '{{x}}'\n", &both("0.5"));
    check("doc_to_text: '{{[1e-5]}}'\n", &both("[1e-05]"));
    check("doc_to_text: '{{[1e-5, n]}} {{{\"k\": [x / 1e5]}}}'\n", &both("[1e-05, 3] {'k': [5e-06]}"));
    check(
        "doc_to_text: '{{[1e16]|string}} {{[1e16, x]|join(\"-\")}} {{1e16|string}}'\n",
        &both("[1e+16] 1e+16-0.5 1e+16"),
    );
    check("doc_to_choice: '{{[1e-5, [1e22]]}}'\n", &[("Q?", " 1e-05"), ("Q?", " [1e+22]")]);
}

#[test]
fn labels() {
    let gold = |lines: &str| load(lines, ROW).1.expect("a label").instances[0].target.clone();
    for lines in
        ["", "doc_to_target: 1\n", "doc_to_target: '{{label}}'\n", "doc_to_target: b\n", "doc_to_target: flag\n"]
    {
        assert_eq!(gold(lines), Target::Choice(1), "{lines}");
    }
    assert_eq!(gold("doc_to_target: one\n"), Target::Choice(1));
    assert_eq!(gold("doc_to_target: '{{choices[0]}}'\n"), Target::Choice(0));
}

#[test]
fn several_right_choices() {
    let target = |lines: &str| load(lines, ROW).1.expect("labels").instances[0].target.clone();
    assert_eq!(target("doc_to_target: '{{[1, 0]}}'\n"), Target::Choices(vec![1, 0]));
    assert_eq!(target("doc_to_target: '[{{label}}]'\n"), Target::Choices(vec![1]));
    assert_eq!(target("doc_to_target: [0, b]\n"), Target::Choices(vec![0, 1]));
    let loaded = load("doc_to_target: [1, 0]\n", ROW).1.expect("labels");
    assert_eq!(loaded.instances[0].target_text, "b");
    let sample = loaded.task.sample("m", &loaded.instances[0], &[response(-1.0, false), response(-2.0, false)]);
    assert_eq!(sample.expect("scored").metrics["acc"], Score::Value(1.0));
}

#[test]
fn the_beginning_of_the_answer() {
    let both = |context| [(context, " a"), (context, " b")];
    check("gen_prefix: 'It is'\n", &both("Q? It is"));
    check("gen_prefix: ' It is'\n", &both("Q? It is"));
    check("gen_prefix: \"{{n}}:\"\ntarget_delimiter: '~'\n", &[("Q?~3:", "~a"), ("Q?~3:", "~b")]);
    // Choices that are contexts are followed without a delimiter.
    check("doc_to_text: label\ndoc_to_target: end\ngen_prefix: So\n", &[("aSo", " end"), ("bSo", " end")]);
}

#[test]
fn texts_to_write() {
    let write = "output_type: generate_until\ngeneration_kwargs: {until: ['.'], max_gen_toks: 9}\nrepeats: 2\n";
    let load = |lines: &str| {
        let write: String = write
            .lines()
            .filter(|line| lines.is_empty() || !line.starts_with(&lines[..10]))
            .flat_map(|l| [l, "\n"])
            .collect();
        let without_choices = multiple_choice(&format!("{write}{lines}"));
        let yaml: String =
            without_choices.lines().filter(|l| !l.starts_with("doc_to_choice")).flat_map(|l| [l, "\n"]).collect();
        let workspace = Workspace::new(&[("t.yaml", &yaml), ("data/o/d/default/test/rows.jsonl", ROW)]);
        workspace.load("t.yaml").expect(lines)
    };
    let loaded = load("");
    let instance = &loaded.instances[0];
    let [first, second] = instance.requests.as_slice() else { panic!("{instance:?}") };
    for (request, number) in [(first, 0), (second, 1)] {
        let Request::Generate { context, generation, sample } = request else { panic!("{request:?}") };
        assert_eq!((&**context, *sample), ("Q?", number));
        assert_eq!((generation.until.as_slice(), generation.max_tokens), (["."].map(str::to_owned).as_slice(), 9));
    }
    assert_eq!(instance.target, Target::Text("1".to_owned()));
    let several = load("doc_to_target: choices\n");
    assert_eq!(several.instances[0].target, Target::Texts(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(several.instances[0].target_text, "['a', 'b']");
    // Where the text stops is part of the prompt's identity.
    let other = load("generation_kwargs: {until: ['!'], max_gen_toks: 9}\n");
    assert_ne!(other.instances[0].prompt_hash, instance.prompt_hash);
}

#[test]
fn a_number_as_text_makes_choices_contexts() {
    check("doc_to_text: label\ndoc_to_target: end\n", &[("a", " end"), ("b", " end")]);
    let (_, loaded) = load("doc_to_text: '{{label}}'\ndoc_to_target: end\n", ROW);
    let instance = &loaded.expect("multiple inputs").instances[0];
    assert_eq!((&instance.target, instance.target_text.as_str()), (&Target::Choice(1), "b"));
}

#[test]
fn digits_in_a_later_document_are_text() {
    let rows = format!("{ROW}\n{}", ROW.replace("Q?", "1984"));
    let loaded = load("", &rows).1.expect("two documents");
    assert_eq!(texts(&loaded, 1), [("1984", " a"), ("1984", " b")]);
}

#[test]
fn one_continuation() {
    let lines = "output_type: loglikelihood\ndoc_to_target: '{{\" \" ~ choices[label]}}'\n";
    let loaded = load(lines, ROW).1.expect("a document");
    assert_eq!(texts(&loaded, 0), [("Q?", " b")]);
    let names: Vec<_> = loaded.card.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["perplexity", "acc"]);
    assert_eq!(loaded.card.metrics[1].chance, None);
    let sample = loaded.task.sample("m", &loaded.instances[0], &[response(-2.0, true)]).expect("scored");
    assert_eq!((&sample.metrics["acc"], &sample.metrics["perplexity"]), (&Score::Value(1.0), &Score::Value(-2.0)));
}

#[test]
fn stated_chance_wins() {
    let chance = |lines: &str| load(lines, ROW).1.expect("a document").card.metrics[0].chance;
    assert_eq!(chance(""), Some(0.5));
    assert_eq!(chance("metadata: {chance: 0.3}\n"), Some(0.3));
}

#[test]
fn chance_is_averaged_over_documents() {
    let rows = format!("{ROW}\n{}", ROW.replace(r#"["a","b"]"#, r#"["a","b","c","d"]"#));
    assert_eq!(load("", &rows).1.expect("two documents").card.metrics[0].chance, Some(0.375));
}

#[test]
fn estimates_do_not_depend_on_the_order_of_samples() {
    let rows = [ROW, &ROW.replace("Q?", "R?"), &ROW.replace("Q?", "S?")].join("\n");
    let loaded = load("", &rows).1.expect("three documents");
    let mut samples: Vec<_> = loaded
        .instances
        .iter()
        .zip([[-1.0, -2.0], [-2.0, -1.0], [-3.0, -1.0]])
        .map(|(instance, [a, b])| {
            loaded.task.sample("m", instance, &[response(a, false), response(b, false)]).expect("ok")
        })
        .collect();
    let estimates = loaded.task.estimates(&samples);
    assert_eq!(estimates[0].0, "acc");
    assert!((estimates[0].1.value - 2.0 / 3.0).abs() < 1e-15);
    samples.reverse();
    assert_eq!(loaded.task.estimates(&samples), estimates);
    assert!(loaded.task.estimates(&[]).is_empty());
}

#[test]
fn hashes_follow_the_prompt() {
    let hash = |lines: &str| load(lines, ROW).1.expect("a document").card.prompt_hash;
    assert_eq!(hash("").len(), 64);
    assert_eq!(hash(""), hash("doc_to_text: q\n"));
    assert_ne!(hash(""), hash("target_delimiter: ''\n"));
    // Text cannot move between context and continuation unseen.
    assert_ne!(hash("doc_to_text: 'Q? '\ntarget_delimiter: ''\n"), hash(""));
}

#[test]
fn limits_take_the_first_and_say_when_there_are_fewer() {
    let yaml = multiple_choice("");
    let rows = [ROW, &ROW.replace("Q?", "R?"), ""].join("\n");
    let workspace = Workspace::new(&[("t.yaml", &yaml), ("data/o/d/default/test/rows.jsonl", &rows)]);
    let task = workspace.resolve("t.yaml").expect("task").tasks.remove(0);
    let one = task.load(&workspace.stores(), &first(1)).expect("one");
    assert_eq!((one.card.n_docs, one.card.n_available, one.warnings.len()), (1, 2, 0));
    let all = task.load(&workspace.stores(), &first(5)).expect("both");
    assert_eq!((all.card.n_docs, all.card.n_available), (2, 2));
    assert_eq!(all.warnings, ["t: 5 documents were asked for, the split has 2"]);
}

#[test]
fn almost_a_column_is_a_warning() {
    let (_, loaded) = load("doc_to_text: choice\n", ROW);
    let warnings = loaded.expect("literal text").warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].ends_with("is no column and is used as text; did you mean `choices`?"), "{warnings:?}");
}

#[test]
fn what_is_meant_as_text_is_no_warning() {
    let columns = r#"{"q":"Q?","choices":["a","b"],"label":1,"a_column_of_a_long_name":"x","no":1}"#;
    for lines in [
        "doc_to_text: ''\n",
        "doc_to_text: w\n",
        "doc_to_target: b\n",
        "doc_to_target: '{{label}}'\n",
        // The braces are few of its letters.
        "doc_to_text: '{{a_column_of_a_long_name}}'\n",
        "doc_to_text: 'a column of a long name'\n",
        "doc_to_target: label1\ndoc_to_choice: [label0, label1]\n",
    ] {
        let (workspace, loaded) = load(lines, columns);
        let loaded = loaded.unwrap_or_else(|error| panic!("{lines}: {}", workspace.message(&error)));
        assert_eq!(loaded.warnings, [""; 0], "{lines}");
    }
}

#[test]
fn a_python_file_of_the_users_own_is_a_warning() {
    let yaml =
        multiple_choice("doc_to_target: !function utils.doc_to_target\ndoc_to_choice: !function utils.doc_to_choice\n");
    let row = r#"{"q":"Q","premise":"P.","question":"cause","choice1":"A.","choice2":"B.","label":1}"#;
    let workspace = Workspace::new(&[("copa/t.yaml", &yaml), ("data/o/d/default/test/x.jsonl", row)]);
    assert!(workspace.load("copa/t.yaml").expect("hooks").warnings.is_empty());
    workspace.write("copa/utils.py", b"def doc_to_target(doc): return 0");
    let warnings = workspace.load("copa/t.yaml").expect("hooks").warnings.join("\n");
    let dir = workspace.path().display().to_string();
    assert_eq!(
        warnings.replace(&dir, "DIR"),
        "DIR/copa/t.yaml:6: `doc_to_target` runs the built-in hook copa.utils.doc_to_target; DIR/copa/utils.py differs from what it was written after\n\
         DIR/copa/t.yaml:7: `doc_to_choice` runs the built-in hook copa.utils.doc_to_choice; DIR/copa/utils.py differs from what it was written after"
    );
}
