//! Kept runs, made up: no number here was measured.

use super::*;
use crate::{Run, TableOptions, read_run, testing, write_run};
use TimelineState::{Better, Inside, Worse};
use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use yardstick_core::{RunStatus, Sample, Score};

const TIME: &str = "2026-01-02T03:04:05Z";

fn value(aggregation: &str, scores: &[Score]) -> Option<f64> {
    let value = |score: &Score| if let Score::Value(value) = score { *value } else { f64::NAN };
    (!aggregation.is_empty()).then(|| yardstick_stats::mean(&scores.iter().map(value).collect::<Vec<_>>()))
}

/// A run of 200 documents, all right but for those that `wrong` says.
fn run(model: &str, wrong: impl Fn(u64) -> bool) -> Run {
    let mut record = testing::record(
        vec![testing::model(model, "gpt2", 1_000)],
        vec![
            testing::task("piqa", &[("acc", true, Some(0.5))], 200),
            testing::task("boolq", &[("acc", true, None)], 2),
        ],
    );
    let document = |row: u64| -> Sample {
        let mut sample = testing::choice(model);
        sample.task = "piqa".to_owned();
        (sample.doc_id, sample.prompt_hash) = (row, format!("{row}"));
        sample.responses[0].log_likelihood = if wrong(row) { -1.0 } else { -9.0 };
        sample.metrics = [("acc".to_owned(), Score::Value(f64::from(u8::from(!wrong(row)))))].into();
        sample
    };
    let samples: Vec<Sample> = (0..200).map(document).collect();
    let share = (0..200).filter(|&row| !wrong(row)).count() as f64 / 200.0;
    let estimate = &mut record.results[0].estimate;
    (estimate.value, estimate.low, estimate.high) = (share, Some(share - 0.05), Some(share + 0.04));
    Run { record, samples }
}

fn good() -> Run {
    run("v1", |row| row % 4 == 0)
}

/// A store, and folders of three runs beside it.
struct Kept {
    dir: tempfile::TempDir,
    store: BaselineStore,
}

impl Kept {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let store = BaselineStore::new(dir.path().join("store"));
        Self { dir, store }
    }

    fn folder(&self, name: &str, run: &Run) -> PathBuf {
        let folder = self.dir.path().join(name);
        write_run(&folder, run).expect("writes");
        folder
    }

    fn save(&self, run: &Run) -> Saved {
        let folder = self.folder(&format!("run-{}", run.record.models[0].name), run);
        self.store.save("main", &folder, TIME).expect("is kept")
    }

    fn find(&self, text: &str) -> Result<PathBuf, BaselineError> {
        self.store.find(&Reference::parse(text)?)
    }
}

fn entries(dir: &Path) -> usize {
    std::fs::read_dir(dir).map_or(0, Iterator::count)
}

#[test]
fn a_run_is_kept_once_and_read_back() {
    let kept = Kept::new();
    let (first, second) = (good(), run("v2", |row| row % 4 == 0 || row % 10 == 1));
    let saved = kept.save(&first);
    assert!(saved.is_new_run && saved.is_new_save && saved.saves == 1);
    let again = kept.save(&first);
    assert!(!again.is_new_run && !again.is_new_save && again.save == saved.save);
    assert_eq!(kept.save(&second).saves, 2);
    let back = kept.save(&first);
    assert!(!back.is_new_run && back.is_new_save && back.saves == 3);
    assert_eq!(entries(&kept.store.root().join("objects")), 2);
    for (text, wanted) in [("main", &first), ("main~1", &second), ("main~2", &first)] {
        assert_eq!(read_run(&kept.find(text).expect("is there")).expect("reads"), *wanted, "{text}");
    }
    assert_eq!(kept.store.names().expect("lists"), ["main"]);
    let save = &kept.store.history("main").expect("a history")[0];
    assert_eq!((save.time.as_str(), save.models[0].name.as_str(), save.object.len()), (TIME, "v1", 64));
    assert!(kept.store.bytes(save) > 1_000);
}

#[test]
fn what_is_not_there_is_named() {
    let kept = Kept::new();
    let refused = |text: &str, words: &[&str]| {
        let error = kept.find(text).expect_err(text);
        assert!(error.is_usage(), "{error}");
        for word in words {
            assert!(error.to_string().contains(word), "{word} in {error}");
        }
    };
    refused("main", &["no baseline \"main\"", "baseline save main"]);
    kept.save(&good());
    refused("mian", &["mian", "there are main"]);
    refused("main~1", &["has 1 save,", "main~1"]);
    refused("../main", &["cannot be called"]);
}

#[test]
fn only_finished_runs_are_kept() {
    let kept = Kept::new();
    let mut partial = good();
    partial.record.status = RunStatus::Partial;
    let folder = kept.folder("partial", &partial);
    let error = kept.store.save("main", &folder, TIME).expect_err("unfinished").to_string();
    assert!(error.contains("unfinished run"), "{error}");
    assert!(kept.store.save("main", &kept.dir.path().join("nowhere"), TIME).is_err());
    assert!(kept.store.names().expect("lists").is_empty());
}

#[test]
fn damage_is_named() {
    let kept = Kept::new();
    let saved = kept.save(&good());
    let object = kept.store.root().join("objects").join(&saved.save.object);
    let record = object.join("run.json");
    let text = std::fs::read_to_string(&record).expect("reads");
    std::fs::write(&record, text.replace("\"v1\"", "\"v9\"")).expect("writes");
    let error = kept.find("main").expect_err("damaged").to_string();
    assert!(error.contains("run.json is damaged: its sha256") && error.contains(&saved.save.object), "{error}");
    assert!(kept.store.save("main", &kept.dir.path().join("run-v1"), TIME).is_err(), "it is not taken for kept");
    std::fs::write(&record, text).expect("writes");
    std::fs::write(object.join("samples.parquet"), "x").expect("writes");
    let error = kept.store.save("main", &kept.dir.path().join("run-v1"), TIME).expect_err("damaged").to_string();
    assert!(error.contains("samples.parquet is damaged"), "{error}");
    let names = kept.store.root().join("names/main.json");
    for bad in ["", "{}", "{\"format\":\"yardstick.baseline/9\",\"name\":\"main\",\"saves\":[]}"] {
        std::fs::write(&names, bad).expect("writes");
        let error = kept.find("main").expect_err("damaged").to_string();
        assert!(error.contains("main.json is damaged"), "{error}");
    }
    let outside = "{\"format\":\"yardstick.baseline/1\",\"name\":\"main\",\"saves\":[{\"time\":\"\",\"object\":\"../../run-v1\",\"models\":[]}]}";
    std::fs::write(&names, outside).expect("writes");
    assert!(kept.find("main").expect_err("no checksum").to_string().contains("no sha256"));
}

#[test]
fn a_crash_leaves_nothing_that_looks_like_a_run() {
    let kept = Kept::new();
    let folder = kept.folder("run", &good());
    let object = crate::hash::sha256_hex(std::fs::read(folder.join("run.json")).expect("reads"));
    let staged = kept.store.root().join("objects").join(format!("{object}.tmp"));
    std::fs::create_dir_all(&staged).expect("makes a folder");
    std::fs::write(staged.join("samples.parquet"), "half").expect("writes");
    assert!(kept.store.save("main", &folder, TIME).expect("is kept").is_new_run);
    assert!(!staged.exists() && kept.find("main").is_ok());
}

#[test]
fn saves_at_the_same_time_are_all_there() {
    let kept = Kept::new();
    let folders: Vec<PathBuf> = (0..8_u64)
        .map(|at| kept.folder(&format!("run{at}"), &run(&format!("v{at}"), |row| row % 4 == at % 2)))
        .collect();
    std::thread::scope(|scope| {
        for folder in &folders {
            let store = &kept.store;
            scope.spawn(move || store.save("main", folder, TIME).expect("is kept"));
        }
    });
    assert_eq!(kept.store.history("main").expect("a history").len(), 8);
    assert!((0..8).all(|back| kept.find(&format!("main~{back}")).is_ok()));
}

fn options() -> TimelineOptions {
    TimelineOptions { task: "piqa".to_owned(), metric: None, model: None, against: 1, alpha: 0.05 }
}

/// Five saves: the first, the same, one that moved a little, one that got worse, one that got better.
fn saves() -> Vec<(Save, Run)> {
    let runs = [
        good(),
        good(),
        run("v2", |row| (row % 4 == 0 && row % 20 != 0) || row % 25 == 1),
        run("v3", |row| row % 4 == 0 || row % 10 == 1),
        run("v4", |row| row % 16 == 0),
    ];
    let save = |(at, run): (usize, Run)| {
        let card = &run.record.models[0];
        let models = vec![SavedModel { name: card.name.clone(), weights_sha256: card.weights_sha256.clone() }];
        (Save { time: format!("2026-01-0{}T03:04:05Z", at + 1), object: format!("{at:064}"), models }, run)
    };
    runs.into_iter().enumerate().map(save).collect()
}

fn timeline() -> Timeline {
    Timeline::new("main", &saves(), &options(), &value).expect("a timeline")
}

#[test]
fn saves_are_held_against_the_first() {
    let timeline = timeline();
    let states: Vec<TimelineState> = timeline.points.iter().map(|point| point.state).collect();
    assert_eq!(states, [TimelineState::Reference, Inside, Inside, Worse, Better]);
    assert!((timeline.alpha_each - 0.0125).abs() < 1e-12 && timeline.points[1].identical);
    for point in &timeline.points[1..] {
        let (low, high) = point.band.expect("a band");
        let is_inside = low <= point.estimate.value && point.estimate.value <= high;
        assert_eq!(is_inside, point.state == Inside, "{point:?}");
    }
    let against = TimelineOptions { against: 4, ..options() };
    let timeline = Timeline::new("main", &saves(), &against, &value).expect("a timeline");
    assert_eq!((timeline.points[3].state, timeline.points[0].state), (TimelineState::Reference, Better));
}

#[test]
fn timelines_in_the_terminal() {
    assert_snapshot!("wide", timeline_table(&timeline(), TableOptions { width: 110, ..TableOptions::default() }));
    for width in [50, 70, 160] {
        let text = timeline_table(&timeline(), TableOptions { width, ..TableOptions::default() });
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    }
    let one = &saves()[..1];
    let alone = Timeline::new("main", one, &options(), &value).expect("a timeline");
    assert!(timeline_table(&alone, TableOptions::default()).contains("reference"));
}

#[test]
fn timelines_as_files() {
    let files = timeline_artifacts(&timeline()).expect("encodes");
    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, ["timeline-piqa-acc.csv", "timeline-piqa-acc.svg", "timeline-piqa-acc.png"]);
    assert_snapshot!("csv", String::from_utf8_lossy(&files[0].bytes));
    let scene = picture::figure(&timeline(), "save").scene();
    // The legend's, and the three saves inside; the two outside have triangles.
    assert_eq!(scene.dots().len(), 4);
    let (width, height) = scene.size();
    for (text, [left, top, right, bottom]) in scene.texts() {
        let fits = left >= 0.0 && top >= 0.0 && right <= f64::from(width) && bottom <= f64::from(height);
        assert!(fits, "{text} at {left} {top} {right} {bottom}");
    }
}

#[test]
fn saves_that_were_asked_something_else_are_refused() {
    let mut other = saves();
    for sample in &mut other[3].1.samples {
        sample.prompt_hash.push('x');
    }
    let error = Timeline::new("main", &other, &options(), &value).expect_err("other prompts").to_string();
    assert!(!error.is_empty());
    let refused = |options: TimelineOptions, word: &str| {
        let error = Timeline::new("main", &saves(), &options, &value).expect_err(word);
        assert!(error.is_usage() && error.to_string().contains(word), "{error}");
    };
    refused(TimelineOptions { task: "hellaswag".to_owned(), ..options() }, "it has piqa, boolq");
    refused(TimelineOptions { metric: Some("f1".to_owned()), ..options() }, "f1");
    refused(TimelineOptions { against: 6, ..options() }, "has 5 saves");
    refused(TimelineOptions { against: 0, ..options() }, "no save 0");
}
