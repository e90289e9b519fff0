//! A hub of a few files on the loopback interface, which can be told to misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yardstick_hub::Options;

/// What a path answers, in turn; the last answer is repeated.
pub type Script = Vec<Reply>;

/// One answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status, headers, body.
    Is(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// A file, with ranges as they are asked for.
    File(Vec<u8>),
    /// A file of which only so many bytes arrive each time.
    Cut(Vec<u8>, usize),
    /// A file whole, whatever range is asked for.
    Whole(Vec<u8>),
    /// A version of a file with the headers that mark it, ranges and `If-Range` as they should be, and so many bytes that arrive.
    Version(Vec<u8>, Vec<(&'static str, String)>, usize),
    /// Sent as it is.
    Raw(Vec<u8>),
    /// A hub's answer about a file that lies elsewhere: the path, sha256 and size.
    Linked(String, String, usize),
}

/// The server; it ends with the test's process.
pub struct Server {
    pub url: String,
    log: Arc<Mutex<Vec<String>>>,
    scripts: Arc<Mutex<BTreeMap<String, Script>>>,
}

impl Server {
    pub fn new(paths: &[(&str, Reply)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let server = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            log: Arc::default(),
            scripts: Arc::default(),
        };
        for (path, reply) in paths {
            server.set(path, vec![reply.clone()]);
        }
        let (log, scripts) = (Arc::clone(&server.log), Arc::clone(&server.scripts));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, scripts) = (Arc::clone(&log), Arc::clone(&scripts));
                // A client that hangs up is part of the tests.
                std::thread::spawn(move || drop(serve(stream, &log, &scripts)));
            }
        });
        server
    }

    pub fn set(&self, path: &str, script: Script) {
        self.scripts.lock().expect("no panic").insert(path.to_owned(), script);
    }

    /// `METHOD path [range] [If-Range] [token]` of every request so far.
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().expect("no panic").clone()
    }

    pub fn forget(&self) {
        self.log.lock().expect("no panic").clear();
    }

    /// Options that find this hub and do not wait long.
    pub fn options(&self) -> Options {
        Options {
            attempts: 3,
            pause: Duration::from_millis(1),
            timeout: Duration::from_secs(5),
            ..Options::at(&self.url)
        }
    }
}

fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<String>>,
    scripts: &Mutex<BTreeMap<String, Script>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let (mut range, mut version, mut entry) = (None, None, format!("{method} {path}"));
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        if name.eq_ignore_ascii_case("range") {
            range = value.trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().ok();
            entry.extend([" ", value]);
        }
        if name.eq_ignore_ascii_case("if-range") {
            version = Some(value.to_owned());
        }
        if ["if-range", "authorization"].iter().any(|wanted| name.eq_ignore_ascii_case(wanted)) {
            entry.extend([" ", value]);
        }
    }
    log.lock().expect("no panic").push(entry);
    let reply = next(&mut scripts.lock().expect("no panic"), &path);
    if let Reply::Version(_, marks, _) = &reply
        && version.is_some_and(|version| marks.iter().all(|(_, value)| *value != version))
    {
        range = None;
    }
    answer(stream, &reply, &method, range)
}

fn next(scripts: &mut BTreeMap<String, Script>, path: &str) -> Reply {
    match scripts.get_mut(path) {
        Some(script) if script.len() > 1 => script.remove(0),
        Some(script) => script[0].clone(),
        None => Reply::Is(404, Vec::new(), b"nothing".to_vec()),
    }
}

fn answer(mut stream: TcpStream, reply: &Reply, method: &str, range: Option<usize>) -> std::io::Result<()> {
    let (status, headers, body, sent) = match reply {
        Reply::Is(status, headers, body) => (*status, headers.clone(), body.clone(), body.len()),
        Reply::Whole(file) => (200, Vec::new(), file.clone(), file.len()),
        Reply::File(file) => ranged(file, range, usize::MAX),
        Reply::Cut(file, most) => ranged(file, range, *most),
        Reply::Version(file, marks, most) => {
            let (status, mut headers, body, sent) = ranged(file, range, *most);
            headers.extend(marks.iter().cloned());
            (status, headers, body, sent)
        }
        Reply::Raw(bytes) => return stream.write_all(bytes),
        Reply::Linked(to, sha256, size) => {
            let linked = vec![
                ("Location", to.clone()),
                ("X-Linked-Etag", format!("\"{sha256}\"")),
                ("X-Linked-Size", size.to_string()),
                ("X-Repo-Commit", "c0ffee".to_owned()),
            ];
            (302, linked, Vec::new(), 0)
        }
    };
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", &value, "\r\n"]);
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    if method == "GET" {
        stream.write_all(&body[..sent])?;
    }
    stream.flush()
}

type Parts = (u16, Vec<(&'static str, String)>, Vec<u8>, usize);

fn ranged(file: &[u8], range: Option<usize>, most: usize) -> Parts {
    match range {
        Some(from) if from >= file.len() => (416, Vec::new(), Vec::new(), 0),
        Some(from) => {
            let content_range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            let body = file[from..].to_vec();
            let sent = body.len().min(most);
            (206, vec![("Content-Range", content_range)], body, sent)
        }
        None => (200, Vec::new(), file.to_vec(), file.len().min(most)),
    }
}
