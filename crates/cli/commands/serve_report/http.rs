//! As much of HTTP/1.1 (RFC 9112) as a browser needs to read files: one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The most bytes of a request that are read.
const LONGEST: u64 = 16 * 1024;
/// How long a client may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked for.
pub struct Request {
    method: String,
    /// As sent, without what follows `?`.
    pub path: String,
    host: String,
}

impl Request {
    /// Reads a request's head; `None` where it is none.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn read(stream: &TcpStream) -> std::io::Result<Option<Self>> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Self::parse(BufReader::new(stream.take(LONGEST)))
    }

    fn parse(head: impl BufRead) -> std::io::Result<Option<Self>> {
        let mut lines = head.lines();
        let Some(first) = lines.next().transpose()? else { return Ok(None) };
        let words: Vec<&str> = first.split(' ').collect();
        let [method, target, version] = words[..] else { return Ok(None) };
        if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
            return Ok(None);
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let mut request = Self { method: method.to_owned(), path: path.to_owned(), host: String::new() };
        for line in lines {
            let line = line?;
            if line.is_empty() {
                return Ok(Some(request));
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("host")
            {
                value.trim().clone_into(&mut request.host);
            }
        }
        Ok(None)
    }

    /// Whether it is meant for this server. A page elsewhere could otherwise make a name of its own point to the loopback
    /// address and read what is served there.
    pub fn is_for(&self, address: SocketAddr) -> bool {
        if !address.ip().is_loopback() {
            return true;
        }
        let port = address.port();
        [format!("localhost:{port}"), address.to_string()].contains(&self.host)
    }

    /// Whether it asks for nothing to be changed.
    pub fn only_reads(&self) -> bool {
        self.method == "GET" || self.method == "HEAD"
    }

    /// Whether more than the head of the reply is wanted.
    pub fn wants_body(&self) -> bool {
        self.method != "HEAD"
    }
}

/// An answer.
pub struct Reply {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl Reply {
    /// What was asked for, of a kind that [`content_type`] gives.
    pub const fn found(kind: &'static str, body: Vec<u8>) -> Self {
        Self { status: 200, kind, body }
    }

    /// A refusal in words.
    pub fn error(status: u16, words: &str) -> Self {
        Self { status, kind: content_type(".txt"), body: format!("{words}\n").into_bytes() }
    }

    /// Sends it; `body` is whether more than the head is wanted.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn send(&self, mut stream: &TcpStream, body: bool) -> std::io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            _ => "Method Not Allowed",
        };
        let head = format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nConnection: close\r\n\r\n",
            self.status,
            self.kind,
            self.body.len(),
        );
        stream.write_all(head.as_bytes())?;
        if body {
            stream.write_all(&self.body)?;
        }
        stream.flush()
    }
}

/// The type of a file by its name.
pub fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ext)| ext) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "md" | "txt" | "tex" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(head: &str) -> Option<Request> {
        Request::parse(head.as_bytes()).unwrap()
    }

    #[test]
    fn a_browsers_request() {
        let request = parsed("GET /docs/1.js?7 HTTP/1.1\r\nAccept: */*\r\nHOST: localhost:7878\r\n\r\n").unwrap();
        assert_eq!(request.path, "/docs/1.js");
        assert!(request.only_reads() && request.wants_body());
        assert!(request.is_for("127.0.0.1:7878".parse().unwrap()));
        assert!(!request.is_for("127.0.0.1:7879".parse().unwrap()));
    }

    #[test]
    fn what_is_no_request() {
        for head in
            ["", "\r\n", "GET\r\n\r\n", "GET / SPDY\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n"]
        {
            assert!(parsed(head).is_none(), "{head:?}");
        }
    }

    #[test]
    fn names_that_others_point_here_are_refused() {
        let request = parsed("GET / HTTP/1.1\r\nHost: evil.example:7878\r\n\r\n").unwrap();
        assert!(!request.is_for("127.0.0.1:7878".parse().unwrap()));
        assert!(request.is_for("192.0.2.1:7878".parse().unwrap()), "who listens to others is called by any name");
        assert!(!parsed("POST / HTTP/1.1\r\n\r\n").unwrap().only_reads());
    }
}
