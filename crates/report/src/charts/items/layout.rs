//! Where rows and columns go.

use super::{Map, Model, shade};
use crate::charts::{Figure, Scene};
use crate::draw::page::{MARGIN, Page};
use crate::draw::palette::{LINK, MUTED, PAPER};
use crate::draw::{Anchor, Font, Line};
use crate::number::count;
use crate::text::{visible, wrap};

/// Room for the axis's name.
const LEFT: f64 = MARGIN + 26.0;
/// Room for the words beside the rows.
const RIGHT: f64 = 210.0;
const COLUMN: (f64, f64) = (58.0, 128.0);
/// Pixels of the models together, as far as columns allow.
const MODELS: f64 = 640.0;
const NAME: Font = Font::new(11.5);
const VALUE: Font = Font::new(11.5).bold();
const SMALL: Font = Font::new(10.0).color(MUTED);
const WORDS: Font = Font::new(11.0);
const LINE: f64 = 14.0;
const NAME_LINES: usize = 4;
const INTERVAL_LINES: usize = 3;
/// Between two words beside the rows.
const APART: f64 = 15.0;

/// Draws the map.
pub(super) fn scene(figure: &Figure, data: &Map) -> Scene {
    let column = (MODELS / data.models.len() as f64).clamp(COLUMN.0, COLUMN.1);
    let right = LEFT + column * data.models.len() as f64;
    let words = if data.levels.is_empty() { 0.0 } else { RIGHT };
    let page = Page::new(figure, (right + words + MARGIN).max(700.0));
    let names: Vec<Vec<String>> =
        data.models.iter().map(|model| lines(&model.label, NAME, column, NAME_LINES)).collect();
    let intervals: Vec<Vec<String>> = data.models.iter().map(|model| interval(model, column)).collect();
    let longest = |of: &[Vec<String>]| of.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let (names_height, values_height) = (LINE * longest(&names), LINE + 13.0 * longest(&intervals));
    let head = names_height + values_height + 12.0;
    // With few rows they are thick, with few documents few words must fit beside them.
    let height = (14.0 * data.stacks.len() as f64).clamp(APART * (data.levels.len() as f64 + 1.0), 480.0).max(120.0);
    let mut scene = page.scene(head + height + 14.0);
    let top = page.top() + head;
    for (at, model) in data.models.iter().enumerate() {
        let x = LEFT + column * (at as f64 + 0.5);
        let mut y = page.top() + names_height - LINE * names[at].len() as f64;
        for line in &names[at] {
            y += LINE;
            scene.text((x, y - 2.0), line, NAME, Anchor::Middle);
        }
        y = page.top() + names_height + LINE;
        scene.text((x, y), &fit(&model.value, VALUE, column), VALUE, Anchor::Middle);
        for line in &intervals[at] {
            y += 13.0;
            scene.text((x, y), line, SMALL, Anchor::Middle);
        }
    }
    push_rows(&mut scene, data, (top, height), column);
    push_levels(&mut scene, data, (top, height), right);
    scene.upright_text((MARGIN + 8.0, top + height / 2.0), &axis(data, height), SMALL);
    scene
}

fn lines(text: &str, font: Font, column: f64, most: usize) -> Vec<String> {
    wrap(&visible(text), most, |line| font.width(line) <= column - 6.0)
}

fn fit(text: &str, font: Font, column: f64) -> String {
    lines(text, font, column, 1).concat()
}

/// On one line where it fits, else in pieces.
fn interval(model: &Model, column: f64) -> Vec<String> {
    lines(&model.interval, SMALL, column, INTERVAL_LINES)
}

fn axis(data: &Map, height: f64) -> String {
    let text = format!("{} documents, the hardest at the top", count(data.documents as u64));
    if SMALL.width(&text) <= height { text } else { "documents".to_owned() }
}

/// Whole pixels, so that rows meet.
fn push_rows(scene: &mut Scene, data: &Map, (top, height): (f64, f64), column: f64) {
    let pixel = |documents: usize| (top + height * documents as f64 / data.documents as f64).round();
    let mut before = 0;
    for stack in &data.stacks {
        let (from, to) = (pixel(before), pixel(before + stack.documents));
        before += stack.documents;
        for (at, &share) in stack.cells.iter().enumerate() {
            let x = LEFT + column * at as f64;
            scene.rect((x + 1.0, from), (x + column - 1.0, to), shade(share));
        }
    }
    // Between difficulties, and between single documents where there is room.
    let mut edge = 0;
    let is_wide = height / data.stacks.len() as f64 >= 8.0;
    for pair in data.stacks.windows(2) {
        edge += pair[0].documents;
        if is_wide || pair[0].right != pair[1].right {
            let y = pixel(edge);
            scene.line((LEFT, y), (LEFT + column * data.models.len() as f64, y), Line(1.0, PAPER));
        }
    }
}

/// How many documents so many models get right, beside their rows.
fn push_levels(scene: &mut Scene, data: &Map, (top, height): (f64, f64), right: f64) {
    let mut before = 0;
    let middles: Vec<f64> = data
        .levels
        .iter()
        .map(|level| {
            let middle = before as f64 + level.documents as f64 / 2.0;
            before += level.documents;
            top + height * middle / data.documents as f64
        })
        .collect();
    let places = spaced(&middles, (top + 6.0, top + height - 4.0));
    for ((level, middle), place) in data.levels.iter().zip(&middles).zip(places) {
        let who = match level.right {
            0 => "all wrong".to_owned(),
            n if n == data.models.len() => "all right".to_owned(),
            n => format!("{n} of {} right", data.models.len()),
        };
        let share = 100.0 * level.documents as f64 / data.documents as f64;
        let text = format!("{who}: {} ({share:.1} %)", count(level.documents as u64));
        scene.line((right + 3.0, *middle), (right + 16.0, place), Line(1.0, LINK));
        scene.text((right + 20.0, place + 0.36 * WORDS.px), &text, WORDS, Anchor::Start);
    }
}

/// Places at least [`APART`] from each other, as near as can be to the wanted ones, which ascend.
fn spaced(wanted: &[f64], (low, high): (f64, f64)) -> Vec<f64> {
    let mut places = wanted.to_vec();
    let mut least = low;
    for place in &mut places {
        *place = place.max(least);
        least = *place + APART;
    }
    let mut most = high;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - APART;
    }
    places
}
