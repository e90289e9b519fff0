//! One file: fetched into a part file beside its place, gone on with where it broke off, checked.

use crate::client::{Answer, Client, Failure, Method, header};
use crate::error::{HubError, io};
use crate::hash;
use crate::lock::Entry;
use crate::pull::Event;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use ureq::http::HeaderMap;

/// The ending of what is not whole yet.
pub(crate) const PART: &str = ".part";
const BUFFER: usize = 1 << 18;

/// What the server announces of a file.
#[derive(Debug, Default)]
struct Remote {
    bytes: Option<u64>,
    /// Known of files in large-file storage, which conversions are.
    sha256: Option<String>,
    etag: Option<String>,
    revision: Option<String>,
    /// Whether it is the beginning only of a dataset that was too large to convert.
    is_partial: bool,
}

/// What became of a file.
pub(crate) enum Fetched {
    /// The file that is there is the server's.
    Kept,
    /// It is whole and checked, beside its place.
    Staged(Staged),
}

/// A file that waits to be put in its place.
pub(crate) struct Staged {
    part: PathBuf,
    pub target: PathBuf,
    pub entry: Entry,
}

impl Staged {
    /// Puts it in its place.
    pub fn commit(&self) -> Result<(), HubError> {
        std::fs::rename(&self.part, &self.target).map_err(|e| io(&self.target, e))
    }
}

/// Fetches a file, unless the one that is there is known to be the same.
pub(crate) fn fetch(
    client: &Client,
    url: &str,
    target: &Path,
    known: Option<&Entry>,
    report: &mut dyn FnMut(Event),
) -> Result<Fetched, HubError> {
    let url = client.options.at_endpoint(url);
    let remote = announced(client, &url)?;
    if remote.is_partial {
        report(Event::Partial { path: target });
    }
    if known.is_some_and(|known| is_same(known, &remote) && length(target) == Some(known.bytes)) {
        report(Event::Kept { path: target });
        return Ok(Fetched::Kept);
    }
    let part = part_path(target, &url, &remote)?;
    let mut transfer = Transfer { client, url: &url, part: &part, remote: &remote, report };
    transfer.run(target)?;
    let entry = checked(&url, &part, remote)?;
    Ok(Fetched::Staged(Staged { part, target: target.to_owned(), entry }))
}

/// What HEAD says; nothing where a server does not answer it.
fn announced(client: &Client, url: &str) -> Result<Remote, HubError> {
    let asked = client.patiently(|| client.ask(Method::Head, url, None));
    match asked {
        Ok(answer) => Ok(Remote::of(&answer)),
        Err(HubError::Status { status: 400 | 405 | 501, .. } | HubError::Denied { .. }) => Ok(Remote::default()),
        Err(error) => Err(error),
    }
}

impl Remote {
    fn of(answer: &Answer) -> Self {
        let last = answer.response.headers();
        let any = |name| header(&answer.first, name).or_else(|| header(last, name));
        let etag =
            any("x-linked-etag").or_else(|| any("etag")).map(|text| text.trim_start_matches("W/").replace('"', ""));
        let bytes = header(&answer.first, "x-linked-size").or_else(|| header(last, "content-length"));
        Self {
            bytes: bytes.and_then(|text| text.parse().ok()),
            sha256: etag.clone().filter(|etag| etag.len() == 64 && etag.bytes().all(|b| b.is_ascii_hexdigit())),
            etag,
            revision: any("x-repo-commit").map(str::to_owned),
            is_partial: answer.hops.iter().any(|url| url.contains("/partial-")),
        }
    }
}

fn is_same(known: &Entry, remote: &Remote) -> bool {
    remote.etag.is_some() && known.etag == remote.etag && remote.bytes.is_none_or(|bytes| bytes == known.bytes)
}

fn length(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|metadata| metadata.len())
}

/// `.<name>.<mark>.part`: the mark is that of the content, so that nothing is ever gone on with by another file's bytes.
fn part_path(target: &Path, url: &str, remote: &Remote) -> Result<PathBuf, HubError> {
    let folder = target.parent().unwrap_or_else(|| Path::new(""));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mark = hash::text(&format!("{url}\n{:?}\n{:?}", remote.etag, remote.bytes));
    std::fs::create_dir_all(folder).map_err(|e| io(folder, e))?;
    let part = folder.join(format!(".{name}.{}{PART}", &mark[..16]));
    for entry in std::fs::read_dir(folder).map_err(|e| io(folder, e))? {
        let other = entry.map_err(|e| io(folder, e))?.path();
        let other_name = other.file_name().unwrap_or_default().to_string_lossy();
        if other != part && other_name.starts_with(&format!(".{name}.")) && other_name.ends_with(PART) {
            std::fs::remove_file(&other).map_err(|e| io(&other, e))?;
        }
    }
    Ok(part)
}

struct Transfer<'a, 'b> {
    client: &'a Client,
    url: &'a str,
    part: &'a Path,
    remote: &'a Remote,
    report: &'a mut (dyn FnMut(Event) + 'b),
}

impl Transfer<'_, '_> {
    /// Fetches what is missing, however often it breaks off, as long as something arrives in between.
    fn run(&mut self, target: &Path) -> Result<(), HubError> {
        let from = length(self.part).unwrap_or(0);
        (self.report)(Event::File { path: target, bytes: self.remote.bytes, from });
        let (mut failures, mut total, mut furthest) = (0, 0, from);
        loop {
            let before = length(self.part).unwrap_or(0);
            if self.remote.bytes == Some(before) {
                return Ok(());
            }
            let (error, wait) = match self.once(before) {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Temporary(error, wait)) => (error, wait),
            };
            // Bytes that came before are no progress: a server may start over for ever.
            let arrived = length(self.part).unwrap_or(0);
            failures = if arrived > furthest { 0 } else { failures + 1 };
            furthest = furthest.max(arrived);
            total += 1;
            if failures >= self.client.options.attempts {
                return Err(broken_off(self.url, total, error));
            }
            let pause = self.client.pause(failures, wait);
            (self.report)(Event::Retry { reason: &error, pause });
            std::thread::sleep(pause);
        }
    }

    /// One request; `from` bytes are there.
    fn once(&mut self, from: u64) -> Result<(), Failure> {
        let answer = self.client.ask(Method::Get, self.url, (from > 0).then_some(from))?;
        let status = answer.response.status().as_u16();
        if status == 416 {
            // What is there is longer than the file, and so not its beginning.
            self.start_over()?;
            return Err(self.broken(&format!("the file ends before byte {from}")));
        }
        let goes_on = status == 206 && first_byte(answer.response.headers()) == Some(from);
        if status == 206 && !goes_on {
            let reason = "other bytes than were asked for".to_owned();
            return Err(Failure::Final(HubError::Answer { url: self.url.to_owned(), reason }));
        }
        if !goes_on && from > 0 {
            self.start_over()?;
        }
        self.append(answer.response.into_body().into_reader())
    }

    fn start_over(&self) -> Result<(), Failure> {
        File::create(self.part).map(drop).map_err(|e| Failure::Final(io(self.part, e)))
    }

    fn append(&mut self, mut body: impl Read) -> Result<(), Failure> {
        let disk = |e| Failure::Final(io(self.part, e));
        let mut file = OpenOptions::new().create(true).append(true).open(self.part).map_err(disk)?;
        let mut length = length(self.part).unwrap_or(0);
        let mut buffer = vec![0; BUFFER];
        loop {
            let n = body.read(&mut buffer).map_err(|e| self.broken(&e.to_string()))?;
            if n == 0 {
                break;
            }
            file.write_all(&buffer[..n]).map_err(disk)?;
            length += n as u64;
            (self.report)(Event::Bytes(n as u64));
            if self.remote.bytes.is_some_and(|bytes| length > bytes) {
                break;
            }
        }
        file.sync_all().map_err(disk)?;
        match self.remote.bytes {
            Some(bytes) if length < bytes => Err(self.broken(&format!("only {length} of {bytes} bytes arrived"))),
            _ => Ok(()),
        }
    }

    fn broken(&self, reason: &str) -> Failure {
        Failure::Temporary(HubError::Answer { url: self.url.to_owned(), reason: reason.to_owned() }, None)
    }
}

/// The first byte of `Content-Range: bytes <first>-<last>/<all>`.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    header(headers, "content-range")?.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}

/// A server that was never reached is that; else the transfer broke off.
fn broken_off(url: &str, attempts: u32, error: HubError) -> HubError {
    match error {
        HubError::Answer { reason, .. } => HubError::BrokenOff { url: url.to_owned(), attempts, reason },
        other => other,
    }
}

/// Holds what arrived against what was announced; what differs is thrown away.
fn checked(url: &str, part: &Path, remote: Remote) -> Result<Entry, HubError> {
    let (bytes, sha256) = hash::file(part)?;
    let mismatch = |what, found: String, wanted: String| {
        std::fs::remove_file(part).map_err(|e| io(part, e))?;
        Err(HubError::Mismatch { url: url.to_owned(), what, found, wanted })
    };
    match (remote.bytes, &remote.sha256) {
        (Some(wanted), _) if wanted != bytes => mismatch("size", bytes.to_string(), wanted.to_string()),
        (_, Some(wanted)) if !wanted.eq_ignore_ascii_case(&sha256) => mismatch("sha256", sha256, wanted.clone()),
        _ => Ok(Entry { bytes, sha256, url: url.to_owned(), revision: remote.revision, etag: remote.etag }),
    }
}
