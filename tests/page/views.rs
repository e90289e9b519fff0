//! Every view, by mouse, by keyboard and by link.

use crate::browser::Browser;
use crate::fixture::report;
use serde_json::json;

const WIDE: (u32, u32) = (1280, 900);

/// The first column of a table as it stands.
fn first_column(browser: &Browser, table: &str) -> Vec<String> {
    let script =
        format!("return [...document.querySelectorAll('{table} tbody tr')].map(r => r.cells[0].innerText.trim())");
    serde_json::from_value(browser.run(&script)).unwrap()
}

fn heading(browser: &Browser) -> String {
    browser.text("return document.querySelector('main h1').innerText")
}

#[test]
fn the_overview_opens_from_disk_sorts_and_filters() {
    let Some(browser) = Browser::start("the overview", WIDE) else { return };
    browser.open_file(report(), "");
    assert_eq!(heading(&browser), "3 models on 4 tasks");
    let page = browser.page_text();
    for wanted in ["gpt2-nano", "gpt3-micro", "starter_prose", "±", "chance", "writes"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    let before = first_column(&browser, ".heat");
    browser.click("[data-column='task']");
    let ascending = first_column(&browser, ".heat");
    let mut wanted = before;
    wanted.sort();
    assert_eq!(ascending, wanted);
    assert_eq!(browser.run("return document.querySelector('[aria-sort]').getAttribute('aria-sort')"), "ascending");
    browser.click("[data-column='task']");
    wanted.reverse();
    assert_eq!(first_column(&browser, ".heat").first(), wanted.first());
    assert_eq!(browser.run("return document.querySelector('[aria-sort]').getAttribute('aria-sort')"), "descending");
    browser.keys("#filter", "prose");
    let filtered = first_column(&browser, ".heat");
    assert!(!filtered.is_empty() && filtered.iter().all(|task| task == "starter_prose"), "{filtered:?}");
    browser.assert_quiet();
}

#[test]
fn a_task_and_its_documents() {
    let Some(browser) = Browser::start("tasks and documents", WIDE) else { return };
    browser.open_file(report(), "");
    browser.click("a[href='#task=starter_pairs_agreement']");
    browser.wait("the list of documents", "return document.querySelectorAll('.documents tbody tr').length === 40");
    assert_eq!(heading(&browser), "starter_pairs_agreement");
    let page = browser.page_text();
    for wanted in ["dataset", "split", "version", "shots", "The first prompt, as sent", "60 documents"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    browser.wait("the documents' beginnings", "return document.querySelector('a.head').innerText.length > 3");
    browser.click(".documents [data-column='model-0']");
    let margins = "return [...document.querySelectorAll('.documents tbody tr')].map(r => Number(r.cells[3].innerText.replace(/[^0-9.+\u{2212}-]/g, '').replace('\u{2212}', '-')))";
    let margins: Vec<f64> = serde_json::from_value(browser.run(margins)).unwrap();
    assert!(margins.is_sorted(), "the least sure first: {margins:?}");
    browser.run("document.querySelector('#show').value = 'differ'; document.querySelector('#show').dispatchEvent(new Event('change'))");
    let rights = "return [...document.querySelectorAll('.documents tbody tr')].every(r => /^[12] \\/ 3$/.test(r.cells[2].innerText))";
    assert_eq!(browser.run(rights), json!(true), "models differ on each");
    browser.click("a.head");
    browser.wait("the document", "return document.querySelectorAll('table.choices tbody tr').length === 2");
    let page = browser.page_text();
    for wanted in ["Choices", "right", "Scores", "gpt2-micro", "%"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    let first = browser.text("return location.hash");
    browser.press('\u{e014}'); // arrow to the right
    browser.wait("the next document", &format!("return location.hash !== {first:?}"));
    browser.assert_quiet();
}

#[test]
fn documents_of_every_kind() {
    let Some(browser) = Browser::start("documents of every kind", WIDE) else { return };
    for (task, wanted) in [
        ("starter_last_word", &["Prompt", "Continuation", "nats"][..]),
        ("starter_prose", &["Text", "Scores", "bits_per_byte"]),
        ("writes", &["What the models wrote", "exact_match", "Once upon a"]),
    ] {
        browser.open_file(report(), &format!("task={task}&doc=1"));
        browser.wait("the scores", "return document.body.innerText.includes('Scores of this document')");
        let page = browser.page_text();
        for wanted in wanted {
            assert!(page.contains(wanted), "{task}: {wanted} is not in {page}");
        }
    }
    browser.assert_quiet();
}

#[test]
fn models_and_comparisons() {
    let Some(browser) = Browser::start("models and comparisons", WIDE) else { return };
    browser.open_file(report(), "");
    browser.click("a[href='#model=gpt3-micro']");
    assert_eq!(heading(&browser), "gpt3-micro");
    assert!(browser.page_text().contains("weights sha256"));
    browser.click("a[href='#compare=gpt2-nano..gpt3-micro']");
    browser.wait("the comparison", "return document.querySelectorAll('.plot').length > 0");
    let page = browser.page_text();
    for wanted in ["gpt3-micro against gpt2-nano", "verdict", "documents flipped", "lost", "won", "p, Holm"] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    let difference = "return document.querySelector('[data-column=difference]').closest('table').tBodies[0].rows[0].cells[5].innerText";
    let one_way = browser.text(difference);
    browser.open_file(report(), "compare=gpt3-micro..gpt2-nano");
    browser.wait("the other way round", "return document.querySelectorAll('.plot').length > 0");
    assert_ne!(browser.text(difference), one_way);
    assert_eq!(
        browser.text(difference).trim_start_matches(['+', '\u{2212}']),
        one_way.trim_start_matches(['+', '\u{2212}'])
    );
    browser.assert_quiet();
}

#[test]
fn charts_are_pictures_with_words() {
    let Some(browser) = Browser::start("charts", WIDE) else { return };
    browser.open_file(report(), "charts");
    browser.wait(
        "the first picture",
        "const img = document.querySelector('.chart img'); return Boolean(img && img.complete && img.naturalWidth > 100 && img.alt.length > 20)",
    );
    browser.assert_quiet();
}

#[test]
fn charts_are_where_they_belong() {
    let Some(browser) = Browser::start("charts where they belong", WIDE) else { return };
    let pictures = |view: &str, wanted: &[&str]| {
        browser.open_file(report(), view);
        browser.wait(view, "return document.querySelectorAll('.chart img').length > 0");
        let titles = "return [...document.querySelectorAll('.chart strong')].map((s) => s.textContent).join(' | ')";
        let titles = browser.text(titles);
        for title in wanted {
            assert!(titles.contains(title), "{view}: {titles}");
        }
        titles
    };
    let task = pictures("task=starter_pairs_agreement", &["who gets which documents right", "how often sure answers"]);
    assert!(!task.contains("Accuracy on"), "{task}");
    pictures("compare=gpt2-nano..gpt3-micro", &["gpt3-micro against gpt2-nano", "Documents won and lost"]);
    pictures("compare=gpt3-micro..gpt2-nano", &["gpt3-micro against gpt2-nano"]);
    let overview = pictures("", &["Models two by two"]);
    assert!(!overview.contains("who gets which documents right"), "{overview}");
    browser.assert_quiet();
}

#[test]
fn links_that_lead_nowhere_say_so() {
    let Some(browser) = Browser::start("links that lead nowhere", WIDE) else { return };
    for view in ["task=nothing", "model=%3Cb%3E", "compare=a..b", "task=starter_pairs_agreement&doc=999999", "nonsense"]
    {
        browser.open_file(report(), view);
        let said = "return /Not in this report|has no row/.test(document.querySelector('main').innerText)";
        browser.wait(view, said);
    }
    browser.assert_quiet();
}

#[test]
fn themes_and_keyboard() {
    let Some(browser) = Browser::start("themes and the keyboard", WIDE) else { return };
    browser.open_file(report(), "");
    let paper = "return getComputedStyle(document.body).backgroundColor";
    browser.click("#theme");
    assert_eq!(browser.text(paper), "rgb(255, 255, 255)");
    browser.click("#theme");
    assert_eq!(browser.text(paper), "rgb(22, 24, 27)");
    browser.open_file(report(), "");
    assert_eq!(browser.text("return document.documentElement.dataset.theme"), "dark", "it is kept");
    browser.press('\u{e004}');
    assert_eq!(browser.text("return document.activeElement.className"), "skip");
    browser.press('\u{e007}');
    assert_eq!(browser.text("return document.activeElement.id"), "main");
    // From there on the first thing to reach is in the report, and what has the focus shows it.
    browser.press('\u{e004}');
    assert_eq!(browser.run("return document.querySelector('main').contains(document.activeElement)"), json!(true));
    assert_ne!(browser.text("return getComputedStyle(document.activeElement).outlineStyle"), "none");
    browser.assert_quiet();
}

#[test]
fn it_fits_a_narrow_screen() {
    let Some(browser) = Browser::start("narrow screens", (400, 800)) else { return };
    for view in [
        "",
        "task=starter_pairs_agreement",
        "task=starter_pairs_agreement&doc=3",
        "model=gpt2-nano",
        "compare=gpt2-nano..gpt3-micro",
        "charts",
    ] {
        browser.open_file(report(), view);
        browser.wait("what is loaded", "return !document.body.innerText.includes('Loading')");
        let over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.run(over), json!(0), "{view} is wider than the screen");
    }
}
