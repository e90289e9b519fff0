//! Pictures of the views: `YARDSTICK_SCREENS=reports/example/screens cargo test --release --test page screens`.
//!
//! `YARDSTICK_PAGE=FILE` takes them of a page that is there already.

use crate::browser::Browser;
use crate::fixture::report;
use std::path::{Path, PathBuf};

/// Name, view, size, theme.
const SCREENS: [(&str, &str, (u32, u32), &str); 6] = [
    ("overview", "", (1280, 860), "light"),
    ("task", "task=starter_pairs_agreement", (1280, 860), "light"),
    ("document", "task=starter_pairs_agreement&doc=3", (1280, 860), "dark"),
    ("compare", "compare=gpt2-nano..gpt3-micro", (1280, 860), "light"),
    ("model", "model=gpt3-micro", (1280, 860), "dark"),
    ("narrow", "", (400, 860), "light"),
];

#[test]
fn screens() {
    let Some(folder) = std::env::var_os("YARDSTICK_SCREENS").map(PathBuf::from) else {
        eprintln!("YARDSTICK_SCREENS is not set: skipping pictures of the views");
        return;
    };
    let given = std::env::var_os("YARDSTICK_PAGE").map(|page| Path::new(&page).canonicalize().unwrap());
    let page = given.unwrap_or_else(|| report().to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    for (name, view, size, theme) in SCREENS {
        let Some(browser) = Browser::start("pictures of the views", size) else { return };
        browser.open_file(&page, view);
        browser.wait("what is loaded", "return !document.body.innerText.includes('Loading')");
        browser.run(&format!("document.documentElement.dataset.theme = '{theme}'"));
        std::fs::write(folder.join(format!("{name}.png")), decoded(&browser.picture())).unwrap();
    }
}

/// Base64 (RFC 4648, section 4) to bytes.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> =
        text.bytes().filter_map(|byte| DIGITS.iter().position(|&digit| digit == byte)).map(|d| d as u32).collect();
    let group = |four: &[u32]| {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}
