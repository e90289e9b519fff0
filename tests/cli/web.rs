//! A server of a few files on this machine.

use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;

/// Headers and body.
pub type Answer = (Vec<(&'static str, String)>, Vec<u8>);

/// Answers requests for paths until the test's process ends; what is not answered is 404. Gives its address.
pub fn serve(answer: impl Fn(&str) -> Option<Answer> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let _ = lines.find(String::is_empty);
            let found = answer(first.split(' ').nth(1).unwrap_or_default());
            let status = if found.is_some() { 200 } else { 404 };
            let (headers, body) = found.unwrap_or_default();
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
            let _ = stream.write_all(head.as_bytes());
            if first.starts_with("GET") {
                let _ = stream.write_all(&body);
            }
        }
    });
    url
}

/// The commit of [`hub`]'s model.
pub const COMMIT: &str = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

/// A hub that has the bundled gpt2-nano as `o/nano`.
pub fn hub() -> String {
    const FILES: [&str; 4] = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/zoo/bundled/gpt2-nano");
    serve(move |path| {
        if path == "/api/models/o/nano/revision/main" || path == format!("/api/models/o/nano/revision/{COMMIT}") {
            let files: Vec<_> = FILES.iter().map(|name| serde_json::json!({ "rfilename": name })).collect();
            let text = serde_json::json!({ "sha": COMMIT, "siblings": files }).to_string();
            return Some((Vec::new(), text.into_bytes()));
        }
        let name = path.strip_prefix(&format!("/o/nano/resolve/{COMMIT}/"))?;
        let body = std::fs::read(folder.join(FILES.iter().find(|file| **file == name)?)).unwrap();
        let sha256: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        let marks = vec![
            ("X-Repo-Commit", COMMIT.to_owned()),
            ("X-Linked-Etag", format!("\"{sha256}\"")),
            ("X-Linked-Size", body.len().to_string()),
        ];
        Some((marks, body))
    })
}
