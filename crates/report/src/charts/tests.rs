//! Every chart of every kind of run: what it shows, that nothing overlaps, and that both files are whole.

mod answered;
mod gallery;
pub(in crate::charts) mod scenarios;

use super::*;
use crate::testing::{self, model, record, task};
use crate::{Report, Run, draw};
use yardstick_core::{RunRecord, RunStatus};

const ACC: &[(&str, bool, Option<f64>)] = &[("acc", true, Some(0.5))];

fn one_task_eight_models() -> RunRecord {
    let models = (0..8).map(|m| model(&format!("gpt2-step{}k", 10 << m), "gpt2", 1_100_000 * (1 + m))).collect();
    record(models, vec![task("hellaswag", &[("acc", true, Some(0.25)), ("acc_norm", true, Some(0.25))], 10_042)])
}

fn long_names() -> RunRecord {
    let name = |m| format!("some-organisation/an-unusually-long-model-name-with-details-{m}-checkpoint-000{m}0000");
    let models = (0..3).map(|m| model(&name(m), "gpt_neo", 125_000_000 * (1 + 2 * m))).collect();
    let id = |t| format!("a_task_with_a_very_long_identifier_that_goes_on_{t}@gpt3_with_more_to_say");
    record(models, (0..5).map(|t| task(&id(t), ACC, 1_267)).collect())
}

fn forty_tasks() -> RunRecord {
    record(
        testing::bundled_models(),
        (0..40).map(|t| task(&format!("mmlu_subject_number_{t}"), ACC, 100 + t)).collect(),
    )
}

fn twelve_models() -> RunRecord {
    let models =
        (0..12).map(|m| model(&format!("model-{m:02}"), if m % 2 == 0 { "gpt2" } else { "gpt_neo" }, 1_000_000 << m));
    let mut record = testing::four_by_eleven();
    record = testing::record(models.collect(), record.tasks);
    record
}

fn missing_and_partial() -> RunRecord {
    let mut record = testing::four_by_eleven();
    record.status = RunStatus::Partial;
    let mut at = 0;
    record.results.retain(|_| {
        at += 1;
        at % 3 != 0
    });
    record.results[0].estimate.value = f64::INFINITY;
    record.results[1].estimate.value = f64::NAN;
    record
}

fn scenarios() -> Vec<(&'static str, RunRecord)> {
    vec![
        ("four_by_eleven", testing::four_by_eleven()),
        ("one_by_one", testing::one_by_one("piqa")),
        ("one_task_eight_models", one_task_eight_models()),
        ("long_names", long_names()),
        ("forty_tasks", forty_tasks()),
        ("twelve_models", twelve_models()),
        ("missing_and_partial", missing_and_partial()),
        ("with_group", testing::with_group()),
        ("hostile", testing::hostile()),
        ("empty", record(Vec::new(), Vec::new())),
    ]
}

/// Those and what takes several runs or samples.
fn runs() -> Vec<(&'static str, Vec<Run>)> {
    let alone = scenarios().into_iter().map(|(name, record)| (name, vec![Run { record, samples: Vec::new() }]));
    alone.chain(scenarios::runs()).collect()
}

/// What every chart draws of a record without samples.
fn figures(record: RunRecord) -> Vec<Figure> {
    figures_of_runs(&[Run { record, samples: Vec::new() }])
}

fn figures_of_runs(runs: &[Run]) -> Vec<Figure> {
    Report::new(runs, &[], &testing::value).figures
}

/// What one chart draws of it.
fn figures_of(chart: &str, record: RunRecord) -> Vec<Figure> {
    figures(record).into_iter().filter(|figure| figure.chart == chart).collect()
}

/// Calls `check` with every figure of every scenario and its scene.
fn for_each_figure(check: impl Fn(&str, &Figure, &Scene)) {
    let mut n = 0;
    for (name, runs) in runs() {
        for figure in figures_of_runs(&runs) {
            check(&format!("{name}/{}", figure.stem), &figure, &figure.scene());
            n += 1;
        }
    }
    for (name, figures) in answered::scenarios() {
        for figure in figures {
            check(&format!("{name}/{}", figure.stem), figure, &figure.scene());
        }
    }
    assert!(n > 20, "only {n} figures");
}

#[test]
fn texts_are_inside_and_apart() {
    for_each_figure(|name, _, scene| {
        let (width, height) = scene.size();
        let texts = scene.texts();
        for (i, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
            let inside = *left >= 0.0 && *top >= 0.0 && *right <= f64::from(width) && *bottom <= f64::from(height);
            assert!(inside, "{name}: {text:?} leaves the picture");
            for (other, [l, t, r, b]) in &texts[..i] {
                let apart = right <= l || r <= left || bottom <= t || b <= top;
                assert!(apart || text.is_empty() || other.is_empty(), "{name}: {text:?} covers {other:?}");
            }
        }
    });
}

#[test]
fn no_line_strikes_a_text_through() {
    for_each_figure(|name, _, scene| assert_eq!(scene.struck(), [""; 0], "{name}"));
}

#[test]
fn models_of_a_size_stand_side_by_side() {
    let mut models = ["gpt1", "gpt2", "gpt_neo"].map(|family| model(family, family, 1_350_000)).to_vec();
    models.push(model("gpt2-nano", "gpt2", 430_000));
    let record = record(models, (0..5).map(|t| task(&format!("task{t}"), ACC, 100)).collect());
    let scene = figures_of("scale", record)[0].scene();
    let dots: Vec<_> = scene.dots().into_iter().filter(|dot| dot.1 != draw::palette::PAPER).collect();
    // Four dots of the legend come first.
    let (_, plots) = dots.split_at(4);
    for (at, (point, color)) in plots.iter().enumerate() {
        let near = |other: &((f64, f64), _)| (point.0 - other.0.0).abs() < 12.0 && other.1 != *color;
        assert!(!plots[..at].iter().any(near), "{point:?}");
    }
    // Besides them, four of each plot with a whisker in its colour.
    let whiskers = scene.upright_lines();
    let has_whisker = |&&((x, y), color): &&((f64, f64), _)| {
        whiskers.iter().any(|([at, top, bottom], c)| (at - x).abs() < 0.1 && *top <= y && y <= *bottom && *c == color)
    };
    assert_eq!((dots.len(), dots.iter().filter(has_whisker).count()), (24, 20));
}

#[test]
fn svg_is_well_formed_and_says_everything() {
    for_each_figure(|name, figure, scene| {
        let svg = String::from_utf8(draw::svg(scene).expect("draws")).expect("UTF-8");
        let open = svg.matches("<text").count();
        assert_eq!((open, 1), (svg.matches("</text>").count(), svg.matches("</svg>").count()), "{name}");
        assert_eq!(svg.matches('<').count(), svg.matches('>').count(), "{name}");
        assert!(!svg.contains("<script") && !svg.chars().any(|c| c.is_control() && c != '\n'), "{name}");
        if name.starts_with("four_by_eleven") {
            assert!(figure.legend.iter().all(|entry| svg.contains(&entry.label)), "{name}");
        }
    });
}

#[test]
fn png_has_twice_the_size() {
    let figure = &figures(testing::four_by_eleven())[0];
    let (scene, bytes) = (figure.scene(), figure.png().expect("draws"));
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a header");
    assert_eq!((reader.info().width, reader.info().height), (2 * scene.size().0, 2 * scene.size().1));
}

#[test]
fn partial_runs_say_so() {
    for figure in figures(missing_and_partial()) {
        assert!(figure.scene().texts()[0].0.starts_with("PARTIAL"), "{}", figure.stem);
    }
}

#[test]
fn ids_are_distinct_and_begin_the_files_names() {
    for (at, chart) in CHARTS.iter().enumerate() {
        assert!(CHARTS[..at].iter().all(|other| other.card().id != chart.card().id));
    }
    let known = |figure: &Figure| CHARTS.iter().any(|chart| chart.card().id == figure.chart);
    for_each_figure(|name, figure, _| {
        assert!(known(figure) && is_artifact(&format!("{}.svg", figure.stem)), "{name}");
        assert!(figure.stem.starts_with(&format!("{}-", figure.chart)), "{name}");
    });
}

#[test]
fn data_of_a_chart() {
    for figure in figures(testing::with_group()) {
        let csv = String::from_utf8(figure.csv().expect("encodes")).expect("UTF-8");
        insta::assert_snapshot!(format!("data-{}", figure.stem), csv);
    }
}

#[test]
fn figures_as_data() {
    insta::assert_debug_snapshot!(figures_of("bars", testing::one_by_one("winogrande")));
}

/// What each chart of several runs shows, as the file beside its picture has it.
#[test]
fn data_of_several_runs() {
    for (name, runs) in scenarios::small() {
        for figure in figures_of_runs(&runs).into_iter().filter(|figure| scenarios::NEW.contains(&figure.chart)) {
            let csv = String::from_utf8(figure.csv().expect("encodes")).expect("UTF-8");
            let words = format!("{}\n{}\n{}\n{csv}", figure.title, figure.subtitle, figure.notes.join("\n"));
            insta::assert_snapshot!(format!("{name}-{}", figure.stem), words);
        }
    }
}

/// The first picture of each of those charts, as SVG.
#[test]
fn pictures_of_several_runs() {
    let all: Vec<Figure> = scenarios::small().iter().flat_map(|(_, runs)| figures_of_runs(runs)).collect();
    for chart in scenarios::NEW {
        let figure = all.iter().find(|figure| figure.chart == chart).expect("a picture");
        insta::assert_snapshot!(format!("svg-{}", figure.stem), figure.svg().expect("draws"));
    }
}

/// Writes every picture into the folder `YARDSTICK_PICTURES`, for people to look at; those of the run folders that
/// `YARDSTICK_RUNS` names (commas between) as one report, too.
#[test]
fn pictures_to_look_at() {
    let Some(folder) = std::env::var_os("YARDSTICK_PICTURES") else {
        eprintln!("YARDSTICK_PICTURES is not set: no pictures are written");
        return;
    };
    std::fs::create_dir_all(&folder).expect("makes the folder");
    let write = |name: &str, figure: &Figure| {
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        std::fs::write(path, figure.png().expect("draws")).expect("writes");
    };
    for_each_figure(|name, figure, _| write(&name.replace('/', "-"), figure));
    let named = std::env::var("YARDSTICK_RUNS").unwrap_or_default();
    let runs: Vec<Run> = named
        .split(',')
        .filter(|path| !path.is_empty())
        .map(|path| crate::read_run(std::path::Path::new(path)).expect("a run folder"))
        .collect();
    for figure in figures_of_runs(&runs) {
        write(&format!("real-{}", figure.stem), &figure);
    }
}
