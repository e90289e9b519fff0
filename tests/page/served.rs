//! `yardstick serve-report`: the same page over HTTP, and one that follows its run.

use crate::browser::Browser;
use crate::fixture::{report, text, yardstick};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(dir: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yardstick"));
        command.args(["serve-report", text(dir), "--port", "0", "--json", "--quiet"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut json = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            json.push_str(&line.unwrap());
            if json.ends_with('}') {
                break;
            }
        }
        let said: Value = serde_json::from_str(&json).unwrap();
        Self { child, url: said["url"].as_str().unwrap().to_owned() }
    }

    /// Head and body of an answer to a request sent as it is.
    fn ask(&self, request: &str) -> String {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.replace("HOST", address).as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_files_of_the_report_and_nothing_else() {
    let server = Server::start(report().parent().unwrap());
    let get = |path: &str| server.ask(&format!("GET {path} HTTP/1.1\r\nHost: HOST\r\n\r\n"));
    for (path, kind) in [
        ("/", "text/html"),
        ("/report.md", "text/plain"),
        ("/charts/bars-accuracy.svg", "image/svg+xml"),
        ("/results.csv", "text/csv"),
    ] {
        let answer = get(path);
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.contains(kind),
            "{path}: {}",
            &answer[..200.min(answer.len())]
        );
    }
    for path in ["/../run.json", "/%2e%2e/run.json", "/charts", "/nothing"] {
        assert!(get(path).starts_with("HTTP/1.1 404 "), "{path}");
    }
    assert!(server.ask("POST / HTTP/1.1\r\nHost: HOST\r\n\r\n").starts_with("HTTP/1.1 405 "));
    assert!(server.ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").starts_with("HTTP/1.1 403 "));
    assert!(server.ask("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

#[test]
fn it_is_for_this_machine_alone() {
    let server = Server::start(report().parent().unwrap());
    assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
}

#[test]
fn a_page_follows_its_run() {
    let Some(browser) = Browser::start("a page that follows its run", (1280, 900)) else { return };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    yardstick(&[
        "run",
        "--quiet",
        "--limit",
        "5",
        "--model",
        "gpt2-nano",
        "gpt2-micro",
        "--task",
        "starter_pairs_agreement",
        "--out",
        text(&out),
    ]);
    // As if the second model were still at work.
    let path = out.join("run.json");
    let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut partial = whole.clone();
    partial["status"] = json!("partial");
    partial["models"].as_array_mut().unwrap().pop();
    partial["results"].as_array_mut().unwrap().retain(|result| result["model"] == "gpt2-nano");
    std::fs::write(&path, partial.to_string()).unwrap();
    std::fs::create_dir_all(out.join("log")).unwrap();
    std::fs::write(out.join("log/responses.jsonl"), "{}\n{}\n{}\n").unwrap();
    std::fs::remove_dir_all(out.join("report")).unwrap();

    let server = Server::start(&out);
    browser.open(&format!("{}#task=starter_pairs_agreement", server.url));
    browser.wait(
        "how far it is",
        "return document.getElementById('live').innerText.includes('1 of 2 models finished, 3 answers')",
    );
    assert!(!browser.page_text().contains("gpt2-micro"));
    std::fs::write(&path, whole.to_string()).unwrap();
    browser.wait("the second model", "return document.body.innerText.includes('gpt2-micro')");
    assert_eq!(
        browser.text("return location.hash"),
        "#task=starter_pairs_agreement",
        "the reader stays where they are"
    );
}
