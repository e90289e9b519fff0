//! A browser, driven over the JSON of W3C `WebDriver`: as much of it as these tests need.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One browser at a time: two of them on a small machine only wait for one another.
static ONE: Mutex<()> = Mutex::new(());
/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one window.
pub struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _one: MutexGuard<'static, ()>,
}

/// A program in the places where Debian and others put it.
fn program(names: &[&str]) -> Option<PathBuf> {
    let dirs: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    names.iter().flat_map(|name| dirs.iter().map(move |dir| dir.join(name))).find(|path| path.is_file())
}

impl Browser {
    /// Starts a browser with a window of that size; says what is skipped where there is none.
    pub fn start(skipping: &str, (width, height): (u32, u32)) -> Option<Self> {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let Some((chromium, driver)) = chromium.zip(program(&["chromedriver"])) else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "no chromium: {skipping} cannot be tested");
            eprintln!("chromium or chromedriver is not installed: skipping {skipping}");
            return None;
        };
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut driver =
            Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let port = port(&mut driver);
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let mut browser =
            Self { driver, session: format!("http://127.0.0.1:{port}/session"), agent: config.into(), _one: one };
        let args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
        let size = format!("--window-size={width},{height}");
        let options =
            json!({ "binary": chromium, "args": args.into_iter().chain([size.as_str()]).collect::<Vec<_>>() });
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let session = browser.post("", &json!({ "capabilities": { "alwaysMatch": capabilities } }));
        browser.session = format!("{}/{}", browser.session, session["sessionId"].as_str().unwrap());
        // The window's frame is not part of the page.
        browser.post("/window/rect", &json!({ "width": width, "height": height }));
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut response = self.agent.post(&url).content_type("application/json").send(body.to_string()).unwrap();
        answer(path, &response.body_mut().with_config().limit(100_000_000).read_to_string().unwrap())
    }

    fn get(&self, path: &str) -> Value {
        let mut response = self.agent.get(format!("{}{path}", self.session)).call().unwrap();
        answer(path, &response.body_mut().with_config().limit(100_000_000).read_to_string().unwrap())
    }

    /// Opens an address and waits for the page's own script.
    pub fn open(&self, url: &str) {
        // A link within the same page is not a new page.
        self.post("/url", &json!({ "url": "about:blank" }));
        self.post("/url", &json!({ "url": url }));
        self.wait("the page to be ready", "return document.body?.dataset.ready === 'yes'");
    }

    /// Opens a view of a page on disk; `view` is what follows `#`.
    pub fn open_file(&self, page: &Path, view: &str) {
        self.open(&format!("file://{}#{view}", page.display()));
    }

    /// What a script returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What a script returns through its last argument, a function.
    pub fn run_async(&self, script: &str) -> Value {
        self.post("/timeouts", &json!({ "script": 60_000 }));
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// What a script returns, as text.
    pub fn text(&self, script: &str) -> String {
        self.run(script).as_str().unwrap_or_else(|| panic!("no text from {script}")).to_owned()
    }

    /// What is to be read on the page.
    pub fn page_text(&self) -> String {
        self.text("return document.body.innerText")
    }

    /// Waits until a script returns true.
    pub fn wait(&self, what: &str, script: &str) {
        let started = Instant::now();
        while self.run(script) != json!(true) {
            let page = self.run("return document.body ? document.body.innerText.slice(0, 2000) : ''");
            assert!(started.elapsed() < PATIENCE, "waited too long for {what}; the page says {page}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn element(&self, css: &str) -> String {
        let found = self.post("/element", &json!({ "using": "css selector", "value": css }));
        let id = found.as_object().and_then(|found| found.values().next()?.as_str().map(str::to_owned));
        id.unwrap_or_else(|| panic!("there is no {css}"))
    }

    /// Clicks as a mouse does: what lies under something else cannot be clicked.
    pub fn click(&self, css: &str) {
        let id = self.element(css);
        self.post(&format!("/element/{id}/click"), &json!({}));
    }

    /// Types into an element.
    pub fn keys(&self, css: &str, text: &str) {
        let id = self.element(css);
        self.post(&format!("/element/{id}/value"), &json!({ "text": text }));
    }

    /// Presses a key on whatever has the focus; keys are those of `WebDriver`, such as `\u{e004}` for the tabulator.
    pub fn press(&self, key: char) {
        let actions =
            json!([{ "type": "keyDown", "value": key.to_string() }, { "type": "keyUp", "value": key.to_string() }]);
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }

    /// A picture of the window, PNG in base64.
    pub fn picture(&self) -> String {
        self.get("/screenshot").as_str().unwrap().to_owned()
    }

    /// Errors that the browser wrote to its console, and addresses that it asked for other than files and data.
    pub fn complaints(&self) -> Vec<String> {
        let console = self.post("/se/log", &json!({ "type": "browser" }));
        let mut complaints: Vec<String> =
            console.as_array().unwrap().iter().map(|line| format!("console: {}", line["message"])).collect();
        for event in self.post("/se/log", &json!({ "type": "performance" })).as_array().unwrap() {
            let event: Value = serde_json::from_str(event["message"].as_str().unwrap()).unwrap();
            let url = event["message"]["params"]["request"]["url"].as_str().unwrap_or_default();
            let is_own = ["", "file://", "data:", "about:"]
                .iter()
                .any(|own| if own.is_empty() { url.is_empty() } else { url.starts_with(own) });
            if event["message"]["method"] == "Network.requestWillBeSent" && !is_own {
                complaints.push(format!("request: {url}"));
            }
        }
        complaints
    }

    /// Nothing was written to the console and nothing left the disk.
    pub fn assert_quiet(&self) {
        assert_eq!(self.complaints(), Vec::<String>::new());
    }
}

/// The value of an answer; an error of the driver fails the test.
fn answer(path: &str, text: &str) -> Value {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{path}: {e} in {text}"));
    let value = json["value"].clone();
    assert!(value.get("error").is_none(), "{path}: {value:#}");
    value
}

/// The port that a driver says it listens on.
fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let said = lines.find_map(|line| {
        let line = line.ok()?;
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
    });
    // Somebody has to read what it says later.
    std::thread::spawn(move || lines.for_each(drop));
    said.expect("chromedriver says its port")
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
