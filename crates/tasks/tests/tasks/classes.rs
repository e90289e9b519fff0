//! Tasks that are Python classes in lm-eval.

use crate::workspace::{Workspace, response, texts};
use std::collections::BTreeMap;
use yardstick_core::{Request, Response, Score};
use yardstick_tasks::LoadOptions;

const SQUAD2: &str = "task: squadv2\nclass: !function task.SQuAD2\n";
const ROW: &str = concat!(
    r#"{"id":"1","title":"T","context":"C","question":"Q?","answers":{"text":["Ann"],"answer_start":[0]}}"#,
    "\n",
    r#"{"id":"2","title":"T","context":"C","question":"R?","answers":{"text":[],"answer_start":[]}}"#,
);

fn workspace(yaml: &str) -> Workspace {
    let rows = "data/lighteval/squad_v2/default";
    let files = [
        ("squadv2/squadv2.yaml", yaml.to_owned()),
        (&format!("{rows}/validation/rows.jsonl"), ROW.to_owned()),
        (&format!("{rows}/train/rows.jsonl"), ROW.replace("Ann", "Bo")),
    ];
    Workspace::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())))
}

fn written(text: &str) -> Response {
    Response { text: Some(text.to_owned()), ..response(-1.0, true) }
}

#[test]
fn squad_2_writes_an_answer_and_scores_that_there_is_none() {
    let loaded = workspace(SQUAD2).load("squadv2/squadv2.yaml").expect("squadv2");
    let prompt = "Title: T\n\nBackground: C\n\nQuestion: Q?\n\nAnswer:";
    assert_eq!(texts(&loaded, 0), [(prompt, ""), (prompt, " unanswerable")]);
    let Request::Generate { generation, .. } = &loaded.instances[0].requests[0] else { panic!("nothing is written") };
    assert_eq!((generation.until.as_slice(), generation.max_tokens), (&["\n".to_owned()][..], 256));
    let answers = [[written("ann"), response(-3.0, false)], [written("Cy"), response(-0.5, false)]];
    let samples = loaded.instances.iter().zip(answers);
    let samples: Vec<_> =
        samples.map(|(doc, answer)| loaded.task.sample("m", doc, &answer).expect("a sample")).collect();
    assert_eq!(samples[0].metrics["exact"], Score::Value(100.0));
    let estimates: BTreeMap<_, _> =
        loaded.task.estimates(&samples).into_iter().map(|(name, estimate)| (name, estimate.value)).collect();
    let want = [("HasAns_exact", 100.0), ("NoAns_f1", 0.0), ("best_exact", 100.0), ("exact", 50.0)];
    for (name, value) in want {
        assert!((estimates[name] - value).abs() < 1e-12, "{name}: {}", estimates[name]);
    }
}

#[test]
fn examples_have_two_spaces_before_the_answer_as_in_lm_eval() {
    let asked = workspace(SQUAD2);
    let options = LoadOptions { shots: Some(1), ..LoadOptions::default() };
    let loaded = asked.resolve("squadv2/squadv2.yaml").expect("a task").tasks[0].load(&asked.stores(), &options);
    let (loaded, ends) = (loaded.expect("squadv2"), ["Answer:  Bo\n\nTitle", "Answer:  unanswerable\n\nTitle"]);
    let context = loaded.instances[0].requests[0].context();
    assert!(ends.iter().any(|end| context.contains(end)), "{context}");
}

#[test]
fn what_a_class_does_not_look_at_is_refused() {
    let check = |yaml: &str, want: &str| {
        let asked = workspace(yaml);
        let error = asked.load("squadv2/squadv2.yaml").expect_err(yaml);
        assert_eq!(asked.message(&error), want);
    };
    check(
        &format!("{SQUAD2}repeats: 2\n"),
        "DIR/squadv2/squadv2.yaml:3: `repeats` is not supported yet: the class squadv2.task.SQuAD2 does not look at it",
    );
    check(
        "task: t\nclass: !function task.SQuAD\n",
        "DIR/squadv2/squadv2.yaml:2: `class` calls the Python function \"squadv2.task.SQuAD\", and there is no hook of that name; did you mean `squadv2.task.SQuAD2`?",
    );
    check(
        "task: t\nclass: !function copa.utils.doc_to_text\n",
        "DIR/squadv2/squadv2.yaml:2: hook \"copa.utils.doc_to_text\" cannot be used for `class`",
    );
}
