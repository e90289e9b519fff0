//! From a path in a request to a file below a folder, and to nothing else.

use std::path::{Path, PathBuf};

/// The file of `path` in `folder`; `None` where there is none, or where it would lead out of the folder.
pub fn file_in(folder: &Path, path: &str) -> Option<PathBuf> {
    let decoded = decoded(path.strip_prefix('/')?)?;
    let mut file = folder.canonicalize().ok()?;
    let root = file.clone();
    for part in decoded.split('/') {
        let is_plain = !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
        file = is_plain.then(|| file.join(part))?;
    }
    // A link may lead anywhere.
    let file = file.canonicalize().ok()?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}

/// `%41` is `A`; `None` where that is no text.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { 16 * digit(rest.next()?)? + digit(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_folder_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("report");
        std::fs::create_dir_all(folder.join("charts")).unwrap();
        for name in ["report/index.html", "report/charts/a b.svg", "report/.hidden", "secret"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        for path in ["/index.html", "/charts/a%20b.svg", "/%69ndex.html"] {
            assert!(file_in(&folder, path).is_some(), "{path}");
        }
        let outside = ["/../secret", "/%2e%2e/secret", "/charts/../../secret", "/..%2fsecret", "//secret", "/.hidden"];
        for path in outside.into_iter().chain(["", "/", "/charts", "/charts/", "/none", "/%", "/%zz", "/%ff", "/a%00"])
        {
            assert_eq!(file_in(&folder, path), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("report");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(dir.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), folder.join("link.txt")).unwrap();
        assert_eq!(file_in(&folder, "/link.txt"), None);
    }
}
