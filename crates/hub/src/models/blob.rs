//! One file of a model into the cache: by its content, and under its name.

use super::cache::{Repo, is_blob_name, is_commit};
use crate::client::{Client, Method};
use crate::download::{Transfer, checked, mismatch};
use crate::error::HubError;
use crate::hash;
use crate::part::{Part, length};
use crate::pull::Event;
use crate::remote::Remote;
use std::path::Path;

/// Fetches a file unless it is there; its bytes, and whether it was.
pub fn fetch(
    client: &Client,
    repo: &Repo,
    (id, commit, name): (&str, &str, &str),
    report: &mut dyn FnMut(Event),
) -> Result<(u64, bool), HubError> {
    let link = repo.snapshot(commit).join(name);
    // Links are made when the blob is whole, and the blob of a commit's file never changes.
    if let Some(bytes) = length(&link) {
        report(Event::Kept { path: &link });
        return Ok((bytes, true));
    }
    let url = format!("{}/{id}/resolve/{commit}/{name}", client.options.endpoint);
    let answer = client.patiently(|| client.ask(Method::Head, &url, None))?;
    let head = Remote::of(&answer);
    let Some(etag) = head.etag.clone().filter(|etag| is_blob_name(etag)) else {
        let reason = "no ETag by which the file could be kept".to_owned();
        return Err(HubError::Answer { url, reason });
    };
    let blob = repo.blob(&etag);
    let _lock = repo.lock(&etag, &link, report)?;
    let here = length(&blob).filter(|bytes| head.bytes.is_none_or(|wanted| wanted == *bytes));
    let bytes = match here {
        Some(bytes) => {
            report(Event::Kept { path: &link });
            bytes
        }
        None => transfer(client, &url, &head, &blob, &link, report)?,
    };
    repo.point(commit, name, &etag)?;
    Ok((bytes, here.is_some()))
}

/// Fetches a blob; it appears when it is whole and what its mark says.
fn transfer(
    client: &Client,
    url: &str,
    head: &Remote,
    blob: &Path,
    link: &Path,
    report: &mut dyn FnMut(Event),
) -> Result<u64, HubError> {
    let mut part = Part::open(blob, url)?;
    Transfer { client, url, head, part: &mut part, report }.run(link)?;
    let entry = checked(url, &mut part)?;
    let name = blob.file_name().unwrap_or_default().to_string_lossy();
    // A mark of 40 digits is git's name of the content, where the hub speaks; that of a large file is its sha256.
    if head.revision.is_some() && is_commit(&name) {
        let found = hash::git(part.path())?;
        if found != name {
            part.discard()?;
            return Err(mismatch(url, "git sha1", found, name.into_owned()));
        }
    } else if entry.etag.as_deref().is_some_and(|etag| etag != name) {
        part.discard()?;
        return Err(mismatch(url, "ETag", entry.etag.unwrap_or_default(), name.into_owned()));
    }
    part.commit(blob)?;
    Ok(entry.bytes)
}
