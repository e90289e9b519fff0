//! Documents in pieces: inside the page while they are few, in `docs/<n>.js` once they are many.

use super::assets::inert;
use crate::{ReportError, files};
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes that a piece of documents has, unless a single document has more.
pub(super) const PIECE: usize = 128 * 1024;

/// Below a report's folder, where pieces go.
const FOLDER: &str = "docs";

/// Takes pieces one after the other and keeps at most `most` bytes of them.
pub(super) struct Pieces<'a> {
    out: &'a Path,
    stamp: &'a str,
    most: usize,
    count: usize,
    /// Pieces that are not on disk, and their bytes.
    held: Vec<String>,
    bytes: usize,
    written: Vec<PathBuf>,
}

/// What became of the pieces.
pub(super) struct Finished {
    /// How many there are.
    pub count: usize,
    /// All of them as a JSON list, where the page is to hold them.
    pub embedded: Option<String>,
    /// Files written.
    pub written: Vec<PathBuf>,
}

impl<'a> Pieces<'a> {
    /// No pieces yet, of the page that `stamp` tells from others.
    pub const fn new(out: &'a Path, stamp: &'a str, most: usize) -> Self {
        Self { out, stamp, most, count: 0, held: Vec::new(), bytes: 0, written: Vec::new() }
    }

    /// The number that the next piece gets.
    pub const fn next(&self) -> usize {
        self.count
    }

    /// Takes a piece (JSON) and gives its number.
    pub fn add(&mut self, json: String) -> Result<usize, ReportError> {
        let number = self.count;
        self.count += 1;
        if self.written.is_empty() && self.bytes + json.len() <= self.most {
            self.bytes += json.len();
            self.held.push(json);
            return Ok(number);
        }
        for (at, held) in std::mem::take(&mut self.held).into_iter().enumerate() {
            self.write(at, &held)?;
        }
        self.write(number, &json)?;
        Ok(number)
    }

    fn write(&mut self, number: usize, json: &str) -> Result<(), ReportError> {
        let folder = self.out.join(FOLDER);
        if self.written.is_empty() {
            files::create_folder(&folder)?;
        }
        let path = folder.join(format!("{number}.js"));
        // The stamp comes first: a page that is not of this report can tell, and does not mix the two.
        let script = format!("yardstickPiece({number},{:?},{});\n", self.stamp, inert(json));
        files::write_quickly(&path, script.as_bytes())?;
        self.written.push(path);
        Ok(())
    }

    /// No more pieces. What an earlier page left in the folder is removed.
    pub fn finish(self) -> Result<Finished, ReportError> {
        remove_stale(&self.out.join(FOLDER), self.written.len())?;
        let embedded = self.written.is_empty().then(|| format!("[{}]", self.held.join(",\n")));
        Ok(Finished { count: self.count, embedded, written: self.written })
    }
}

/// Removes `<n>.js` for n from `kept` on, and the folder where nothing is left. Other files are not ours.
fn remove_stale(folder: &Path, kept: usize) -> Result<(), ReportError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let digits = name.to_str().and_then(|name| name.strip_suffix(".js"));
        let number = digits.filter(|d| d.chars().all(|c| c.is_ascii_digit())).and_then(|d| d.parse::<usize>().ok());
        if number.is_some_and(|number| number >= kept) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let path = folder.join(&name);
            fs::remove_file(&path).map_err(|source| ReportError::Remove { path, source })?;
        }
    }
    if kept == 0 {
        // Fails where others' files are in it, and then it has to stay.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(out: &Path, texts: &[&str], most: usize) -> Finished {
        let mut pieces = Pieces::new(out, "abc", most);
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(pieces.add(format!("{text:?}")).expect("adds"), at);
        }
        pieces.finish().expect("finishes")
    }

    #[test]
    fn few_are_held_and_many_are_files() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let many = pieces(dir.path(), &["one", "<b>", "three"], 8);
        assert_eq!((many.count, many.embedded, many.written.len()), (3, None, 3));
        let second = fs::read_to_string(dir.path().join("docs/1.js")).expect("reads");
        assert_eq!(second, "yardstickPiece(1,\"abc\",\"\\u003cb>\");\n");
        let few = pieces(dir.path(), &["one"], 8);
        assert_eq!(few.embedded.as_deref(), Some("[\"one\"]"));
        assert!(!dir.path().join("docs").exists(), "pieces of an earlier page go");
    }

    #[test]
    fn files_of_others_stay() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let docs = dir.path().join("docs");
        fs::create_dir_all(&docs).expect("makes a folder");
        for name in ["a.js", "7.js", "-1.js", "1.txt"] {
            fs::write(docs.join(name), "mine").expect("writes");
        }
        pieces(dir.path(), &["one"], 0);
        let mut names: Vec<_> = fs::read_dir(&docs).expect("lists").map(|e| e.expect("an entry").file_name()).collect();
        names.sort();
        assert_eq!(names, ["-1.js", "0.js", "1.txt", "a.js"]);
    }
}
