//! Documents that would be something else if they could: they are text.

use crate::browser::Browser;
use crate::fixture::{text, yardstick};
use serde_json::json;
use std::path::{Path, PathBuf};

const TASK: &str = "task: hostile
dataset_path: json
dataset_kwargs:
  data_files:
    test: ROWS
test_split: test
output_type: multiple_choice
doc_to_text: \"{{q}}\"
doc_to_choice: \"{{choices}}\"
doc_to_target: 0
metadata:
  version: 1
";

/// A report of the hostile documents; the third one is a megabyte.
fn hostile(dir: &Path) -> PathBuf {
    let long = "<b>long</b> words & more \u{2028} of them\n".repeat(30_000);
    let rows = [
        json!({ "q": "</script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>", "choices": ["<i>a</i>", "javascript:alert(1)"] }),
        json!({ "q": "NUL \0 bell \u{7} right to left \u{202e}txet neddih\u{202c} שלום العربية", "choices": ["👩‍🚀🏳️‍🌈", "\u{feff}\u{200b}"] }),
        json!({ "q": long, "choices": ["]]>", "<!--"] }),
        json!({ "q": "{{policy}} ${1+1} `x` \\u003c &lt; \u{2029}", "choices": ["\"'", "\\"] }),
    ];
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    std::fs::write(dir.join("rows.jsonl"), lines.join("\n")).unwrap();
    let task = dir.join("hostile.yaml");
    std::fs::write(&task, TASK.replace("ROWS", text(&dir.join("rows.jsonl")))).unwrap();
    let out = dir.join("run");
    yardstick(&["run", "--quiet", "--model", "gpt2-nano", "--task", text(&task), "--out", text(&out)]);
    out.join("report/index.html")
}

#[test]
fn hostile_documents_show_as_text() {
    let Some(browser) = Browser::start("hostile documents", (1280, 900)) else { return };
    let dir = tempfile::tempdir().unwrap();
    let page = hostile(dir.path());
    let html = std::fs::read_to_string(&page).unwrap();
    assert_eq!(html.matches("</script>").count(), 3, "the page's own three scripts end, and nothing else does");
    assert!(!html.contains('\0') && !html.contains('\u{2028}'));
    browser.open_file(&page, "task=hostile");
    browser.wait("the documents", "return document.querySelector('a.head')?.innerText.length > 3");
    let expected = [
        (0, "</script><script>window.pwned = 1</script>", "<i>a</i>"),
        (1, "NUL ␀ bell ␇ right to left [U+202E]txet neddih[U+202C] שלום العربية", "👩"),
        (2, "<b>long</b> words & more [U+2028] of them", "<!--"),
        (3, "{{policy}} ${1+1} `x` \\u003c &lt; [U+2029]", "\\"),
    ];
    for (row, prompt, choice) in expected {
        browser.open_file(&page, &format!("task=hostile&doc={row}"));
        browser.wait("the prompt", "return Boolean(document.querySelector('pre.text'))");
        let shown = browser.text("return document.querySelector('pre.text').textContent");
        assert!(shown.contains(prompt), "{prompt} is not in {}", shown.chars().take(200).collect::<String>());
        assert!(browser.text("return document.querySelector('table.choices').innerText").contains(choice), "{choice}");
        if row == 2 {
            assert!(shown.len() > 1_000_000, "all of it: {}", shown.len());
        }
    }
    assert_eq!(
        browser.run("return window.pwned === undefined && !document.querySelector('main b, main i, main img')"),
        json!(true)
    );
    browser.assert_quiet();
}

#[test]
fn the_policy_keeps_scripts_out() {
    let Some(browser) = Browser::start("the content security policy", (1280, 900)) else { return };
    browser.open_file(crate::fixture::report(), "");
    browser.assert_quiet();
    browser.run(
        "const s = document.createElement('div'); s.innerHTML = '<img src=x onerror=\"window.pwned=1\">'; document.body.append(s);
         const frame = document.createElement('iframe'); frame.src = 'https://example.com'; document.body.append(frame);
         fetch('https://example.com').catch(() => {});",
    );
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(browser.run("return window.pwned === undefined"), json!(true));
    assert!(browser.complaints().iter().any(|line| line.contains("Content Security Policy")));
}
