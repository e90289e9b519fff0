//! Requests over HTTP, with redirects followed by hand: the hub tells of a file only in the answer before the redirect, and a
//! token must not follow to another host.

use crate::error::HubError;
use crate::options::Options;
use crate::remote::Validator;
use std::time::Duration;
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body};

const MOST_REDIRECTS: usize = 10;
/// The largest answer about a dataset that is read.
const LARGEST_ANSWER: u64 = 64 << 20;

pub(crate) struct Client {
    agent: Agent,
    pub options: Options,
}

/// An answer after all redirects.
pub(crate) struct Answer {
    pub response: Response<Body>,
    /// Headers of the hub's own answer, before it sent the client elsewhere.
    pub first: HeaderMap,
    /// Every address on the way.
    pub hops: Vec<String>,
}

/// Why a request failed.
pub(crate) enum Failure {
    /// Asking again is of no use.
    Final(HubError),
    /// It may be, after the time that the server asks for.
    Temporary(HubError, Option<Duration>),
}

impl From<Failure> for HubError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(error) | Failure::Temporary(error, _) => error,
        }
    }
}

/// HEAD or GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Head,
    Get,
}

/// The bytes from there on, if the file is still the version that the validator marks.
#[derive(Clone, Copy)]
pub(crate) struct Rest<'a> {
    pub from: u64,
    pub validator: Option<&'a Validator>,
}

impl Client {
    pub fn new(options: Options) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(options.timeout))
            .timeout_recv_response(Some(options.timeout))
            .timeout_per_read(Some(options.timeout))
            .user_agent(concat!("yardstick/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), options }
    }

    /// The JSON at an address of the endpoint or of the datasets server.
    pub fn json(&self, url: &str) -> Result<serde_json::Value, HubError> {
        self.patiently(|| {
            let answer = self.ask(Method::Get, url, None)?;
            let mut body = answer.response.into_body();
            let text = body.with_config().limit(LARGEST_ANSWER).read_to_vec().map_err(|e| failure(url, e))?;
            serde_json::from_slice(&text)
                .map_err(|e| Failure::Final(HubError::Answer { url: url.to_owned(), reason: e.to_string() }))
        })
    }

    /// Tries until it works, is of no use, or has failed too often.
    pub fn patiently<T>(&self, mut attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, HubError> {
        let mut failures = 0;
        loop {
            match attempt() {
                Err(Failure::Temporary(_, wait)) if failures + 1 < self.options.attempts => {
                    std::thread::sleep(self.pause(failures, wait));
                    failures += 1;
                }
                result => return result.map_err(HubError::from),
            }
        }
    }

    /// How long to wait after so many failures: what the server asks for, or ever longer.
    pub fn pause(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let own = self.options.pause.saturating_mul(2_u32.saturating_pow(failures));
        asked.unwrap_or(own).min(Options::LONGEST_PAUSE)
    }

    /// One request and its redirects. Any status but 200 is a failure: other successes have no body, or not the one that the server
    /// has. Where a rest is asked for, 206 and 416 are none either, and to HEAD no success is.
    pub fn ask(&self, method: Method, url: &str, rest: Option<Rest>) -> Result<Answer, Failure> {
        if self.options.is_offline {
            return Err(Failure::Final(HubError::OfflineByChoice { url: url.to_owned() }));
        }
        let mut answer: Option<Answer> = None;
        let mut next = url.to_owned();
        loop {
            let response = self.send(method, &next, rest)?;
            let target = redirect(&response).map(str::to_owned);
            let (first, mut hops) =
                answer.map_or_else(|| (response.headers().clone(), Vec::new()), |answer| (answer.first, answer.hops));
            let first = if is_about_a_file(&first) { first } else { response.headers().clone() };
            hops.push(next.clone());
            if method == Method::Head && is_about_a_file(&first) {
                return Ok(Answer { response, first, hops });
            }
            match target {
                Some(target) if hops.len() <= MOST_REDIRECTS => next = safe(&next, &target).map_err(Failure::Final)?,
                Some(_) => {
                    let reason = format!("more than {MOST_REDIRECTS} redirects");
                    return Err(Failure::Final(HubError::Answer { url: url.to_owned(), reason }));
                }
                None => {
                    return self.checked(url, Answer { response, first, hops }, method == Method::Head, rest.is_some());
                }
            }
            answer = Some(Answer { response, first, hops });
        }
    }

    fn send(&self, method: Method, url: &str, rest: Option<Rest>) -> Result<Response<Body>, Failure> {
        let mut request = match method {
            Method::Head => self.agent.head(url),
            Method::Get => self.agent.get(url),
        };
        if let Some(token) = self.options.token.as_ref().filter(|_| origin(url) == origin(&self.options.endpoint)) {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        // Ranges and checksums are those of the file as it is stored.
        request = request.header("Accept-Encoding", "identity");
        if let Some(rest) = rest {
            request = request.header("Range", format!("bytes={}-", rest.from));
            if let Some(validator) = rest.validator {
                request = request.header("If-Range", validator.text());
            }
        }
        request.call().map_err(|error| failure(url, error))
    }

    fn checked(&self, url: &str, answer: Answer, is_head: bool, is_rest: bool) -> Result<Answer, Failure> {
        let (url, status) = (url.to_owned(), answer.response.status());
        let why = header(answer.response.headers(), "x-error-code").map(str::to_owned);
        let code = status.as_u16();
        match code {
            200 => Ok(answer),
            201..=299 if is_head => Ok(answer),
            206 | 416 if is_rest => Ok(answer),
            401 | 403 => {
                let has_token = self.options.token.is_some();
                Err(Failure::Final(HubError::Denied { url, status: code, has_token, code: why }))
            }
            404 => Err(Failure::Final(HubError::NotFound { url, code: why })),
            408 | 425 | 429 | 500..=599 if status != StatusCode::NOT_IMPLEMENTED => {
                let wait = header(answer.response.headers(), "retry-after").and_then(|text| text.parse().ok());
                Err(Failure::Temporary(HubError::Status { url, status: code }, wait.map(Duration::from_secs)))
            }
            _ => Err(Failure::Final(HubError::Status { url, status: code })),
        }
    }
}

/// A header as text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether the hub says in these headers what the file is that it sends the client to.
fn is_about_a_file(headers: &HeaderMap) -> bool {
    headers.contains_key("x-linked-etag") || headers.contains_key("x-linked-size")
}

fn redirect(response: &Response<Body>) -> Option<&str> {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308).then(|| header(response.headers(), "location"))?
}

/// The address that a redirect leads to, which must not be less protected.
fn safe(from: &str, target: &str) -> Result<String, HubError> {
    let scheme = from.split_once("://").map_or("https", |(scheme, _)| scheme);
    let url = if target.starts_with("//") {
        format!("{scheme}:{target}")
    } else if target.starts_with('/') {
        format!("{}{target}", origin(from))
    } else {
        target.to_owned()
    };
    let is_known = url.starts_with("https://") || (url.starts_with("http://") && scheme == "http");
    if is_known {
        return Ok(url);
    }
    Err(HubError::Answer { url: from.to_owned(), reason: format!("a redirect to {url}, which is not protected") })
}

/// Scheme, host and port.
pub(crate) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

/// What an error of the transport means.
pub(crate) fn failure(url: &str, error: ureq::Error) -> Failure {
    let offline = |reason: String| HubError::Offline { host: origin(url).to_owned(), reason };
    match error {
        ureq::Error::HostNotFound => Failure::Final(offline("its address cannot be found".to_owned())),
        ureq::Error::BadUri(reason) => Failure::Final(HubError::Answer { url: url.to_owned(), reason }),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Failure::Temporary(offline("it refuses the connection".to_owned()), None)
        }
        other => Failure::Temporary(offline(other.to_string()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_to_addresses() {
        let from = "https://a.org:8/b/c";
        assert_eq!(safe(from, "/d?e").ok().as_deref(), Some("https://a.org:8/d?e"));
        assert_eq!(safe(from, "https://b.org/d").ok().as_deref(), Some("https://b.org/d"));
        assert_eq!(safe(from, "//b.org/d").ok().as_deref(), Some("https://b.org/d"));
        for target in ["http://a.org/d", "file:///etc/passwd", "d"] {
            assert!(safe(from, target).is_err(), "{target}");
        }
        assert_eq!(origin("http://a.org?x"), "http://a.org");
    }

    #[test]
    fn no_other_host_looks_like_the_hub() {
        for url in [
            "https://a.org@b.org/c",
            "https://a.org:b@b.org/c",
            "https://a.org.b.org/c",
            "https://a.org:444/c",
            "https://a.org\\@b.org/c",
            "http://a.org/c",
            "//a.org/c",
        ] {
            assert_ne!(origin(url), origin("https://a.org/x"), "{url}");
        }
    }
}
