//! `docs/charts.md` has every chart.

use crate::CHARTS;
use std::path::Path;

/// The section of each chart: from its heading to the next.
fn section<'a>(text: &'a str, id: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\n## `{id}`"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest))
}

#[test]
fn every_chart_is_in_the_gallery_with_a_picture() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let text = std::fs::read_to_string(docs.join("charts.md")).expect("reads");
    for chart in CHARTS {
        let id = chart.card().id;
        let section = section(&text, id).unwrap_or_else(|| panic!("docs/charts.md has no section for {id}"));
        let (_, picture) = section.split_once("](").unwrap_or_else(|| panic!("{id} has no picture"));
        let picture = picture.split(')').next().unwrap_or_default();
        assert!(docs.join(picture).is_file(), "{id}: {picture} is not there");
        assert!(section.contains("yardstick "), "{id}: no command");
    }
    let headings = text.lines().filter(|line| line.starts_with("## `")).count();
    assert_eq!(headings, CHARTS.len(), "a chart that is no more, or is there twice");
}
