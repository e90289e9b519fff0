//! What is served: a report's folder as it is, and of a run that goes on a page that follows it.

use super::http::{Reply, content_type};
use super::path::file_in;
use crate::commands::write_report;
use crate::error::CliError;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use yardstick_core::RunStatus;
use yardstick_report::{INDEX, Report, read_record, read_run, write_page};

/// How long a finished run is left to write its own report.
const COURTESY: Duration = Duration::from_secs(5);

/// A folder to serve, and the run that it follows.
pub struct Source {
    folder: PathBuf,
    run: Option<PathBuf>,
    seen: Mutex<Seen>,
}

/// What is known of a run.
#[derive(Default)]
struct Seen {
    /// When `run.json` was written of which the page is.
    record: Option<SystemTime>,
    finished: bool,
    /// Models that are finished, and models that there will be.
    models: (usize, usize),
    /// Lines of the log, and the bytes that they are counted of.
    answers: (u64, u64),
}

impl Source {
    /// Takes a report's folder, or a run's.
    ///
    /// # Errors
    /// It is neither, or the run cannot be read.
    pub fn open(dir: &Path) -> Result<Self, CliError> {
        let is_run = dir.join("run.json").is_file();
        if !is_run && !dir.join(INDEX).is_file() {
            return Err(CliError::Usage {
                message: format!("{} holds neither a report ({INDEX}) nor a run (run.json)", dir.display()),
                help: Some("yardstick report RUN --out DIR writes a report".to_owned()),
            });
        }
        let folder = if is_run { dir.join("report") } else { dir.to_owned() };
        let source = Self { folder, run: is_run.then(|| dir.to_owned()), seen: Mutex::default() };
        if let Some(run) = &source.run {
            read_record(run)?;
        }
        Ok(source)
    }

    /// What is served.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The answer to a path.
    pub fn reply(&self, path: &str) -> Reply {
        let name = if path == "/" { "/index.html" } else { path };
        if name == "/version.js" {
            return self.version_script();
        }
        if name == "/index.html" {
            return self.index();
        }
        let found = file_in(&self.folder, name).and_then(|file| std::fs::read(file).ok());
        found.map_or_else(
            || Reply::error(404, "there is no such file in this report"),
            |body| Reply::found(content_type(name), body),
        )
    }

    /// The page, told that there is somebody to ask for a newer one.
    fn index(&self) -> Reply {
        let progress = self.follow();
        let page = std::fs::read_to_string(self.folder.join(INDEX));
        let page = page.unwrap_or_else(|_| waiting(&progress));
        let live = format!("<html lang=\"en\" data-live=\"{}\"", self.version());
        let body = page.replacen("<html lang=\"en\"", &live, 1);
        Reply::found(content_type(INDEX), body.into_bytes())
    }

    /// What the page asks for again and again.
    fn version_script(&self) -> Reply {
        let progress = self.follow();
        let script = format!("yardstickVersion({:?},{:?});\n", self.version(), progress);
        Reply::found(content_type(".js"), script.into_bytes())
    }

    /// Another word for every page: when it was written, and how long it is.
    fn version(&self) -> String {
        let Ok(about) = self.folder.join(INDEX).metadata() else { return "none".to_owned() };
        let written = about.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        format!("{:x}-{:x}", written.map_or(0, |time| time.as_nanos()), about.len())
    }

    /// Writes the page again where the run has more; says how far it is.
    fn follow(&self) -> String {
        let Some(run) = &self.run else { return String::new() };
        // What another thread left half done is done again.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.follow(run, &self.folder);
        seen.progress(run)
    }
}

impl Seen {
    fn follow(&mut self, run: &Path, folder: &Path) {
        let Ok(written) = run.join("run.json").metadata().and_then(|about| about.modified()) else { return };
        if self.record == Some(written) {
            return;
        }
        let Ok(record) = read_record(run) else { return };
        self.models = (record.models.len(), record.spec.models.len());
        self.finished = record.status == RunStatus::Complete;
        if self.finished {
            self.finish(run, folder, written);
        } else if record.models.is_empty()
            || read_run(run)
                .is_ok_and(|run| write_page(&Report::new(&[run], &[], &yardstick_tasks::value), folder).is_ok())
        {
            self.record = Some(written);
        }
    }

    /// A finished run writes its own report; where it does not, this does.
    fn finish(&mut self, run: &Path, folder: &Path, written: SystemTime) {
        let is_newer = |page: SystemTime| page >= written;
        let is_there = folder.join(INDEX).metadata().and_then(|about| about.modified()).is_ok_and(is_newer);
        let is_late = || written.elapsed().is_ok_and(|age| age > COURTESY);
        let write = || read_run(run).is_ok_and(|run| write_report(&[run], &[], folder).is_ok());
        if is_there || (is_late() && write()) {
            self.record = Some(written);
        }
    }

    /// How far the run is, in words.
    fn progress(&mut self, run: &Path) -> String {
        if self.finished {
            return String::new();
        }
        self.count(&run.join("log").join("responses.jsonl"));
        let (done, all) = self.models;
        let models = if all > 0 { format!("{done} of {all} models finished, ") } else { String::new() };
        format!("run not finished: {models}{} answers in its log", self.answers.0)
    }

    /// Counts the lines that were added to the log.
    fn count(&mut self, log: &Path) {
        let Ok(mut file) = File::open(log) else { return };
        let (lines, bytes) = &mut self.answers;
        let mut added = Vec::new();
        if file.seek(SeekFrom::Start(*bytes)).and_then(|_| file.read_to_end(&mut added)).is_ok() {
            *bytes += added.len() as u64;
            *lines += added.split(|&byte| byte == b'\n').count().saturating_sub(1) as u64;
        }
    }
}

/// A page in the place of one that is not there yet; it asks for a better one by itself.
fn waiting(progress: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"2\">\
         <title>yardstick report</title><body><h1>No results yet</h1><p>{progress}</p></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_something_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = Source::open(dir.path()).err().unwrap();
        assert!(error.code() == 2 && error.to_string().contains("neither a report"), "{error}");
    }

    #[test]
    fn a_log_is_counted_as_it_grows() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut seen = Seen::default();
        for (text, wanted) in [("a\nb\n", 2), ("a\nb\nc", 2), ("a\nb\nc\nd\n", 4)] {
            std::fs::write(&log, text).unwrap();
            seen.count(&log);
            assert_eq!(seen.answers.0, wanted);
        }
    }
}
