//! What a server says of a file: how large it is, which version of it an answer has, and which bytes.

use crate::client::{Answer, header};
use serde::{Deserialize, Serialize};
use ureq::http::HeaderMap;

/// What an answer announces of a file.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Remote {
    pub bytes: Option<u64>,
    /// The hub says it of files in large-file storage, which conversions are. No other server's tag is taken for one, however
    /// much it looks like one.
    pub sha256: Option<String>,
    /// The mark of the content, without quotes and weakness: good for asking whether a whole file is still the server's.
    pub etag: Option<String>,
    pub revision: Option<String>,
    /// Whether it is the beginning only of a dataset that was too large to convert.
    pub is_partial: bool,
    /// The mark by which the rest may be asked for; of the server that sends the bytes.
    pub validator: Option<Validator>,
}

impl Remote {
    /// Of an answer with the whole file, or to HEAD.
    pub fn of(answer: &Answer) -> Self {
        let last = answer.response.headers();
        let any = |name| header(&answer.first, name).or_else(|| header(last, name));
        let linked = header(&answer.first, "x-linked-etag").map(bare);
        // The length of a redirect is none of the file's.
        let length = answer.response.status().is_success().then(|| content_length(last)).flatten();
        Self {
            bytes: header(&answer.first, "x-linked-size").and_then(|text| text.parse().ok()).or(length),
            sha256: linked.clone().filter(|etag| etag.len() == 64 && etag.bytes().all(|b| b.is_ascii_hexdigit())),
            etag: linked.or_else(|| any("etag").map(bare)),
            revision: any("x-repo-commit").map(str::to_owned),
            is_partial: answer.hops.iter().any(|url| url.contains("/partial-")),
            validator: Validator::of(last),
        }
    }

    /// With the size and sha256 that an earlier answer announced, unless that spoke of another version.
    pub fn or(mut self, earlier: &Self) -> Self {
        if self.etag.is_none() || earlier.etag.is_none() || self.etag == earlier.etag {
            self.bytes = self.bytes.or(earlier.bytes);
            self.sha256 = self.sha256.or_else(|| earlier.sha256.clone());
        }
        self
    }

    /// Whether a part of this version can be told from a part of another: by what the server says, or by the sha256 in the end.
    pub const fn is_provable(&self) -> bool {
        self.validator.is_some() || self.sha256.is_some()
    }

    /// Whether an answer with the rest, from byte `from` on, has it of this version.
    pub fn goes_on_with(&self, answer: &Answer, from: u64) -> bool {
        let headers = answer.response.headers();
        let Some(range) = ContentRange::of(headers) else { return false };
        let is_one_size = match (range.all, self.bytes) {
            (Some(found), Some(known)) => found == known,
            (found, known) => found.or(known).is_some(),
        };
        range.first == Some(from) && is_one_size && self.is_version_of(answer)
    }

    /// The sha256 decides where both say it, for it is what the whole is held against in the end.
    fn is_version_of(&self, answer: &Answer) -> bool {
        match (&self.sha256, Self::of(answer).sha256) {
            (Some(known), Some(found)) => *known == found,
            _ => self.validator.as_ref().is_some_and(|validator| validator.is_of(answer.response.headers())),
        }
    }
}

/// A tag without quotes and weakness.
fn bare(etag: &str) -> String {
    etag.trim_start_matches("W/").replace('"', "")
}

/// `Content-Length`
pub(crate) fn content_length(headers: &HeaderMap) -> Option<u64> {
    header(headers, "content-length")?.parse().ok()
}

/// What two answers have in common only if their bytes are of one version: a strong validator (RFC 9110, 8.8.1), in a form that
/// `If-Range` may have (13.1.5).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Validator {
    /// A strong entity tag with its quotes.
    Etag(String),
    /// `Last-Modified`
    Modified(String),
}

impl Validator {
    /// A date that is closer to the moment of the answer may stand for two versions, or come from another clock. Seconds.
    const MARGIN: u64 = 60;

    /// Of an answer. A weak tag is none, and where there is any tag a date must not be used.
    fn of(headers: &HeaderMap) -> Option<Self> {
        if headers.contains_key("etag") {
            let tag = header(headers, "etag")?;
            let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
            return (!inner.is_empty() && !inner.contains('"')).then(|| Self::Etag(tag.to_owned()));
        }
        let modified = header(headers, "last-modified")?;
        let (then, now) = (seconds(modified)?, seconds(header(headers, "date")?)?);
        (now >= then + Self::MARGIN).then(|| Self::Modified(modified.to_owned()))
    }

    /// The value of `If-Range`.
    pub fn text(&self) -> &str {
        match self {
            Self::Etag(text) | Self::Modified(text) => text,
        }
    }

    /// Whether an answer to such an `If-Range` has it too. A tag must be there again, a date need not (15.3.7).
    fn is_of(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::Etag(tag) => header(headers, "etag") == Some(tag),
            Self::Modified(date) => header(headers, "last-modified").is_none_or(|found| found == date),
        }
    }
}

/// `Content-Range`: which bytes of how many.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    /// None where the server has no such bytes: `bytes */9`.
    pub first: Option<u64>,
    /// None where the server does not say: `bytes 2-8/*`.
    pub all: Option<u64>,
}

impl ContentRange {
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        Self::parse(header(headers, "content-range")?)
    }

    fn parse(text: &str) -> Option<Self> {
        let (range, all) = text.strip_prefix("bytes ")?.split_once('/')?;
        let all = if all == "*" { None } else { Some(all.parse::<u64>().ok()?) };
        if range == "*" {
            return Some(Self { first: None, all });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first <= last && all.is_none_or(|all| last < all)).then_some(Self { first: Some(first), all })
    }
}

/// A moment in seconds, from `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7); the forms that are obsolete are none.
fn seconds(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = date.split_once(", ")?.1.split(' ').collect();
    let [day, month, year, time, "GMT"] = words[..] else { return None };
    let small = |text: &str, len: usize| (text.len() == len).then(|| text.parse::<u64>().ok())?;
    let (day, year) = (small(day, 2)?, small(year, 4)?.checked_sub(1)?);
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let time = time.split(':').map(|part| small(part, 2)).collect::<Option<Vec<_>>>()?;
    let [hours, minutes, seconds] = time[..] else { return None };
    // Years that begin in March have their odd day at the end.
    let (year, month) = if month < 2 { (year, month + 10) } else { (year + 1, month - 2) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::{HeaderName, HeaderValue};

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        };
        list.iter().map(pair).collect()
    }

    #[test]
    fn only_strong_validators_are_validators() {
        const MODIFIED: (&str, &str) = ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT");
        let etag = |text: &str| Some(Validator::Etag(text.to_owned()));
        let modified = Some(Validator::Modified(MODIFIED.1.to_owned()));
        for (list, wanted) in [
            (&[("etag", "\"a\"")][..], etag("\"a\"")),
            (&[("etag", "W/\"a\"")], None),
            (&[("etag", "a")], None),
            (&[("etag", "\"\"")], None),
            (&[("etag", "\"a\", \"b\"")], None),
            (&[MODIFIED, ("date", "Sun, 06 Nov 1994 08:50:37 GMT")], modified),
            (&[MODIFIED, ("date", "Sun, 06 Nov 1994 08:50:36 GMT")], None),
            (&[MODIFIED, ("date", "Sun, 06 Nov 1994 08:49:36 GMT")], None),
            (&[MODIFIED], None),
            (&[MODIFIED, ("date", "Mon, 07 Nov 1994 08:49:37 GMT"), ("etag", "W/\"a\"")], None),
            (&[], None),
        ] {
            assert_eq!(Validator::of(&headers(list)), wanted, "{list:?}");
        }
    }

    #[test]
    fn ranges_are_read() {
        for (text, wanted) in [
            ("bytes 2-8/9", Some((Some(2), Some(9)))),
            ("bytes 2-8/*", Some((Some(2), None))),
            ("bytes */9", Some((None, Some(9)))),
            ("bytes 2-9/9", None),
            ("bytes 8-2/9", None),
            ("bytes 2-8", None),
            ("lines 2-8/9", None),
        ] {
            let wanted = wanted.map(|(first, all)| ContentRange { first, all });
            assert_eq!(ContentRange::parse(text), wanted, "{text}");
        }
    }

    #[test]
    fn dates_are_moments() {
        let between = |a: &str, b: &str| seconds(b).zip(seconds(a)).map(|(b, a)| b - a);
        let epoch = "Thu, 01 Jan 1970 00:00:00 GMT";
        for (date, wanted) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Tue, 29 Feb 2000 23:59:59 GMT", Some(951_868_799)),
            ("Wed, 01 Mar 2000 00:00:00 GMT", Some(951_868_800)),
            ("Fri, 31 Dec 2100 00:00:00 GMT", Some(4_133_894_400)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun Nov  6 08:49:37 1994", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 1994 08:49 GMT", None),
            ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", None),
        ] {
            assert_eq!(between(epoch, date), wanted, "{date}");
        }
    }
}
