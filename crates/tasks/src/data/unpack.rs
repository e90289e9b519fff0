//! Compressed text files: gzip and zstd, told by their first bytes, with a bound on what comes out.

use flate2::bufread::MultiGzDecoder;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result};

/// However small the file is, this much may come out of it: 256 MiB.
const ALWAYS_UNPACKED: u64 = 256 << 20;
/// Beyond that, this many bytes may come out for each byte of the file. Text compresses to a third or a tenth, and what is
/// made to exhaust a reader to less than a thousandth.
const HIGHEST_RATIO: u64 = 100;

const BUFFER: usize = 1 << 16;

/// A reader over the text of a file of `size` bytes. A byte order mark is left out.
///
/// # Errors
/// A container that is none of the formats that are read.
pub(super) fn reader(file: Box<dyn Read>, size: u64) -> Result<Box<dyn BufRead>> {
    let mut packed = BufReader::with_capacity(BUFFER, file);
    let head = packed.fill_buf()?;
    if let Some(reason) = container(head) {
        return Err(Error::new(ErrorKind::InvalidData, reason));
    }
    let (gzip, zstd) = (head.starts_with(&[0x1f, 0x8b]), head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
    let unpacked: Box<dyn Read> = match (gzip, zstd) {
        (true, _) => Box::new(MultiGzDecoder::new(packed)),
        (_, true) => Box::new(zstd::Decoder::with_buffer(packed)?),
        _ => return without_mark(packed),
    };
    let limit = size.saturating_mul(HIGHEST_RATIO).max(ALWAYS_UNPACKED);
    without_mark(BufReader::with_capacity(BUFFER, Bounded { unpacked, limit, left: limit }))
}

/// Some editors put one before UTF-8.
fn without_mark(mut reader: impl BufRead + 'static) -> Result<Box<dyn BufRead>> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if reader.fill_buf()?.starts_with(MARK) {
        reader.consume(MARK.len());
    }
    Ok(Box::new(reader))
}

/// What to do about a file that is no text but something else that is well known.
fn container(head: &[u8]) -> Option<&'static str> {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "it is a zip archive; unpack it"),
        (b"BZh", "it is compressed by bzip2; unpack it, or compress it by gzip or zstd"),
        (b"\xfd7zXZ", "it is compressed by xz; unpack it, or compress it by gzip or zstd"),
        (b"PAR1", "it is a parquet file; name it so"),
        (b"version https://git-lfs", "it is a git-lfs pointer, not the data; fetch it with `git lfs pull`"),
    ];
    KNOWN.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, reason)| *reason)
}

struct Bounded<R> {
    unpacked: R,
    limit: u64,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let n = self.unpacked.read(buffer).map_err(|error| named(&error))?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            let reason = format!(
                "it unpacks to more than {} MiB, over {HIGHEST_RATIO} times its size; unpack it yourself if that is right",
                self.limit >> 20
            );
            Error::new(ErrorKind::InvalidData, reason)
        })?;
        Ok(n)
    }
}

fn named(error: &Error) -> Error {
    let kind = error.kind();
    if kind == ErrorKind::UnexpectedEof {
        return Error::new(kind, "the compressed data ends too early; the file was cut off");
    }
    Error::new(kind, format!("the compressed data is damaged: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn unpacked(bytes: &[u8]) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        reader(Box::new(std::io::Cursor::new(bytes.to_vec())), bytes.len() as u64)?.read_to_end(&mut text)?;
        Ok(text)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn check(bytes: &[u8], wanted: &str) {
        match unpacked(bytes) {
            Ok(text) => assert_eq!(String::from_utf8_lossy(&text), wanted),
            Err(error) => assert!(error.to_string().contains(wanted), "{error} has {wanted}"),
        }
    }

    #[test]
    fn text_comes_out_of_what_it_is_packed_in() {
        let text = "one\ntwo\n".repeat(1000);
        check(text.as_bytes(), &text);
        check(&gzip(text.as_bytes()), &text);
        check(&[gzip(b"a"), gzip(b"b")].concat(), "ab");
        check(&zstd::encode_all(text.as_bytes(), 3).expect("memory"), &text);
        check("\u{feff}x".as_bytes(), "x");
        check(&gzip("\u{feff}x".as_bytes()), "x");
        check(b"", "");
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_named() {
        let text = "one two three four five six seven".repeat(9);
        let packed = gzip(text.as_bytes());
        check(&packed[..packed.len() / 2], "ends too early");
        let packed = zstd::encode_all(text.as_bytes(), 3).expect("memory");
        check(&packed[..packed.len() - 3], "ends too early");
        let mut flipped = gzip(text.as_bytes());
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0xff;
        check(&flipped, "damaged");
        check(b"PK\x03\x04rest", "zip archive");
        check(b"BZh91", "bzip2");
        check(b"version https://git-lfs.github.com/spec/v1", "git lfs pull");
    }

    #[test]
    fn what_explodes_is_refused() {
        let bomb = zstd::encode_all(std::io::repeat(b'a').take(ALWAYS_UNPACKED + 1), 1).expect("memory");
        assert!(bomb.len() < 1 << 20);
        let mut text = reader(Box::new(std::io::Cursor::new(bomb.clone())), bomb.len() as u64).expect("opens");
        let error = std::io::copy(&mut text, &mut std::io::sink()).expect_err("too much");
        assert!(error.to_string().contains("unpacks to more than 256 MiB"), "{error}");
    }
}
