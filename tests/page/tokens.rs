//! `run --token-scores`: the log-probability of every scored token, kept and shown.

use crate::browser::Browser;
use crate::fixture::{report, text, yardstick};
use yardstick_report::{Run, read_run};

#[test]
fn tokens_add_up_to_their_text() {
    let run = read_run(report().parent().unwrap().parent().unwrap()).unwrap();
    let mut n = 0;
    for sample in &run.samples {
        for (request, response) in sample.requests.iter().zip(&sample.responses) {
            if response.text.is_some() {
                continue;
            }
            let sum: f64 = response.tokens.iter().map(|token| token.log_prob).sum();
            assert!((sum - response.log_likelihood).abs() < 1e-9, "{sum} of {response:?}");
            assert_eq!(response.tokens.len(), (response.n_tokens - response.n_unscored) as usize);
            let texts: String = response.tokens.iter().map(|token| token.text.as_str()).collect();
            let whole = format!("{}{}", request.context(), request.scored_text());
            assert!(texts.contains('\u{fffd}') || whole.ends_with(&texts), "{texts:?} is not the end of {whole:?}");
            n += 1;
        }
    }
    assert!(n > 100, "{n} texts");
}

#[test]
fn keeping_tokens_changes_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (with, without) = (dir.path().join("with"), dir.path().join("without"));
    let args = [
        "run",
        "--quiet",
        "--no-report",
        "--limit",
        "5",
        "--model",
        "gpt2-nano",
        "--task",
        "starter_prose",
        "starter_pronouns",
    ];
    yardstick(&[&args[..], &["--out", text(&without)]].concat());
    yardstick(&[&args[..], &["--token-scores", "--out", text(&with)]].concat());
    let (with, without): (Run, Run) = (read_run(&with).unwrap(), read_run(&without).unwrap());
    assert_eq!(with.record.results, without.record.results);
    assert!(without.samples.iter().all(|sample| sample.responses.iter().all(|response| response.tokens.is_empty())));
    assert!(with.samples.iter().all(|sample| sample.responses.iter().all(|response| !response.tokens.is_empty())));
}

#[test]
fn a_document_shows_them_as_coloured_text() {
    let Some(browser) = Browser::start("tokens", (1280, 900)) else { return };
    browser.open_file(report(), "task=starter_last_word&doc=1");
    browser.wait("tokens", "return document.querySelectorAll('.token').length > 2");
    assert!(browser.page_text().contains("Token by token"));
    let colours = "return new Set([...document.querySelectorAll('.token')].map(t => getComputedStyle(t).backgroundColor)).size > 1";
    assert_eq!(browser.run(colours), true);
    browser.assert_quiet();
}
