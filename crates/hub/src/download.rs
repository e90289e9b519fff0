//! One file: fetched beside its place, gone on with where it broke off if the rest is of the same version, checked.

use crate::client::{Answer, Client, Failure, Method, Rest, header};
use crate::error::{HubError, io};
use crate::hash;
use crate::lock::Entry;
use crate::part::{Part, length};
use crate::pull::Event;
use crate::remote::{ContentRange, Remote, content_length};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const BUFFER: usize = 1 << 18;

/// What became of a file.
pub(crate) enum Fetched {
    /// The file that is there is the server's.
    Kept {
        /// The commit that it is still the file of.
        revision: Option<String>,
    },
    /// It is whole and checked, beside its place.
    Staged(Box<Staged>),
}

/// A file that waits to be put in its place.
pub(crate) struct Staged {
    part: Part,
    target: PathBuf,
    pub entry: Entry,
}

impl Staged {
    /// Puts it in its place.
    pub fn commit(&self) -> Result<(), HubError> {
        self.part.commit(&self.target)
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
    let head = announced(client, &url)?;
    if head.is_partial {
        report(Event::Partial { path: target });
    }
    let mut part = Part::open(target, &url)?;
    if let Some(known) = known.filter(|known| is_same(known, &head))
        && is_there(target, known)?
    {
        part.discard()?;
        report(Event::Kept { path: target });
        return Ok(Fetched::Kept { revision: head.revision });
    }
    Transfer { client, url: &url, head: &head, part: &mut part, report }.run(target)?;
    let entry = checked(&url, &mut part)?;
    if !head.is_partial && part.remote().is_some_and(|remote| remote.is_partial) {
        report(Event::Partial { path: target });
    }
    Ok(Fetched::Staged(Box::new(Staged { part, target: target.to_owned(), entry })))
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

fn is_same(known: &Entry, remote: &Remote) -> bool {
    remote.etag.is_some() && known.etag == remote.etag && remote.bytes.is_none_or(|bytes| bytes == known.bytes)
}

/// Whether the file is what the lock file says: by its bytes, since what was changed by hand or by a fault may have its length.
fn is_there(target: &Path, known: &Entry) -> Result<bool, HubError> {
    Ok(length(target) == Some(known.bytes) && hash::file(target)?.1.eq_ignore_ascii_case(&known.sha256))
}

pub(crate) struct Transfer<'a, 'b> {
    pub client: &'a Client,
    pub url: &'a str,
    /// What HEAD said.
    pub head: &'a Remote,
    pub part: &'a mut Part,
    pub report: &'a mut (dyn FnMut(Event) + 'b),
}

impl Transfer<'_, '_> {
    /// Fetches what is missing, however often it breaks off, as long as something arrives in between. `target` is
    /// what the file is called in reports.
    pub fn run(&mut self, target: &Path) -> Result<(), HubError> {
        let is_all = self.part.is_all_of(self.head);
        let from = if is_all { self.part.length() } else { self.part.resumable() };
        (self.report)(Event::File { path: target, bytes: self.head.bytes, from });
        if is_all {
            self.part.learn(None, self.head.revision.as_ref());
            return Ok(());
        }
        let (mut failures, mut total, mut furthest) = (0, 0, from);
        loop {
            let (error, wait) = match self.once() {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Temporary(error, wait)) => (error, wait),
            };
            // Bytes that came before are no progress: a server may start over for ever.
            let arrived = self.part.length();
            failures = if arrived > furthest { 0 } else { failures + 1 };
            furthest = furthest.max(arrived);
            total += 1;
            if failures >= self.client.options.attempts {
                return Err(self.broken_off(total, error));
            }
            let pause = self.client.pause(failures, wait);
            (self.report)(Event::Retry { reason: &error, pause });
            std::thread::sleep(pause);
        }
    }

    /// One request for what is missing; if the answer is not provably the rest, another one for all.
    fn once(&mut self) -> Result<(), Failure> {
        let from = self.part.resumable();
        let validator = self.part.remote().and_then(|remote| remote.validator.as_ref());
        let rest = (from > 0).then_some(Rest { from, validator });
        let answer = self.client.ask(Method::Get, self.url, rest)?;
        match answer.response.status().as_u16() {
            200 => self.begin(&answer)?,
            206 if self.goes_on(&answer, from) => {}
            416 if self.is_whole(&answer)? => return Ok(()),
            _ => {
                self.part.discard().map_err(Failure::Final)?;
                return self.once();
            }
        }
        self.append(answer.response.into_body().into_reader())
    }

    /// Begins with what the answer has, which is all of the file.
    fn begin(&mut self, answer: &Answer) -> Result<(), Failure> {
        if let Some(coding) = packed(answer, self.url) {
            let reason = format!("the file packed as {coding}, which was not asked for");
            return Err(Failure::Final(HubError::Answer { url: self.url.to_owned(), reason }));
        }
        let remote = Remote::of(answer).or(self.head);
        match (content_length(answer.response.headers()), remote.bytes) {
            (Some(found), Some(wanted)) if found != wanted => {
                self.part.discard().map_err(Failure::Final)?;
                Err(Failure::Final(mismatch(self.url, "size", found.to_string(), wanted.to_string())))
            }
            _ => self.part.begin(self.url, remote).map_err(Failure::Final),
        }
    }

    fn goes_on(&mut self, answer: &Answer, from: u64) -> bool {
        let is_rest = self.part.remote().is_some_and(|remote| remote.goes_on_with(answer, from));
        let goes_on = is_rest && packed(answer, self.url).is_none();
        if goes_on {
            let all = ContentRange::of(answer.response.headers()).and_then(|range| range.all);
            self.part.learn(all, Remote::of(answer).revision.as_ref());
        }
        goes_on
    }

    /// Whether there is nothing after what is there, since that is all.
    fn is_whole(&mut self, answer: &Answer) -> Result<bool, Failure> {
        let all = ContentRange::of(answer.response.headers()).and_then(|range| range.all);
        let is_whole = self.part.is_proven(all).map_err(Failure::Final)?;
        if is_whole {
            self.part.learn(all, Remote::of(answer).revision.as_ref());
        }
        Ok(is_whole)
    }

    fn append(&mut self, mut body: impl Read) -> Result<(), Failure> {
        let mut file = self.part.append().map_err(Failure::Final)?;
        let disk = |e| Failure::Final(io(self.part.path(), e));
        let wanted = self.part.remote().and_then(|remote| remote.bytes);
        let mut length = self.part.length();
        let mut buffer = vec![0; BUFFER];
        loop {
            let n = body.read(&mut buffer).map_err(|e| self.broken(&e.to_string()))?;
            if n == 0 {
                break;
            }
            file.write_all(&buffer[..n]).map_err(disk)?;
            length += n as u64;
            (self.report)(Event::Bytes(n as u64));
            if wanted.is_some_and(|bytes| length > bytes) {
                break;
            }
        }
        file.sync_all().map_err(disk)?;
        match wanted {
            Some(bytes) if length < bytes => Err(self.broken(&format!("only {length} of {bytes} bytes arrived"))),
            _ => Ok(()),
        }
    }

    fn broken(&self, reason: &str) -> Failure {
        Failure::Temporary(HubError::Answer { url: self.url.to_owned(), reason: reason.to_owned() }, None)
    }

    /// A server that was never reached is that; else the transfer broke off.
    fn broken_off(&self, attempts: u32, error: HubError) -> HubError {
        let is_kept = self.part.resumable() > 0;
        match error {
            HubError::Answer { reason, .. } => {
                HubError::BrokenOff { url: self.url.to_owned(), attempts, reason, is_kept }
            }
            other => other,
        }
    }
}

/// How the bytes of an answer are packed, when they are not those of the file: one whose name says so is packed itself.
fn packed<'a>(answer: &'a Answer, url: &str) -> Option<&'a str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let is_packed_itself = [".gz", ".zst", ".zstd"].iter().any(|ending| path.ends_with(ending));
    header(answer.response.headers(), "content-encoding").filter(|coding| !is_packed_itself && *coding != "identity")
}

/// Holds what arrived against what was announced; what differs is thrown away.
pub(crate) fn checked(url: &str, part: &mut Part) -> Result<Entry, HubError> {
    let remote = part.remote().cloned().unwrap_or_default();
    let (bytes, sha256) = part.hash()?;
    let error = match (remote.bytes, remote.sha256) {
        (Some(wanted), _) if wanted != bytes => mismatch(url, "size", bytes.to_string(), wanted.to_string()),
        (_, Some(wanted)) if !wanted.eq_ignore_ascii_case(&sha256) => mismatch(url, "sha256", sha256, wanted),
        _ => return Ok(Entry { bytes, sha256, url: url.to_owned(), revision: remote.revision, etag: remote.etag }),
    };
    part.discard()?;
    Err(error)
}

pub(crate) fn mismatch(url: &str, what: &'static str, found: String, wanted: String) -> HubError {
    HubError::Mismatch { url: url.to_owned(), what, found, wanted }
}
