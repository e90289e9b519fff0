//! What is done to a file that came from anywhere, as functions of its bytes: the fuzz targets in `fuzz/` and the test that
//! runs them for a moment share these. An answer may be an error; it may not be a panic, a long wait or an allocation that the
//! file's size does not explain.

use crate::checkpoint::{FORMATS, Format, parse_index, read_all};
use crate::config::Config;
use crate::gguf::{self, Gguf};
use crate::source::Source;
use crate::tokenizer::{Bpe, Tokenizer};

/// The targets, which are also the names of their folders of seeds.
pub const NAMES: [&str; 6] = ["safetensors", "pickle", "npz", "gguf", "index", "tokenizer"];

/// Reads `bytes` as the target `name` does; other names do nothing.
pub fn run(name: &str, bytes: &[u8]) {
    match name {
        "safetensors" => weights(&FORMATS[0], bytes),
        "pickle" => weights(&FORMATS[1], bytes),
        "npz" => weights(&FORMATS[2], bytes),
        "gguf" => gguf(bytes),
        "index" => index(bytes),
        "tokenizer" => tokenizer(bytes),
        _ => {}
    }
}

fn weights(format: &Format, bytes: &[u8]) {
    let _ = read_all(format, bytes, bytes.len());
}

fn gguf(bytes: &[u8]) {
    if let Ok(gguf) = Gguf::read(bytes) {
        for name in gguf::FILES {
            let _ = gguf.file(bytes, name);
        }
        weights(&gguf::FORMAT, bytes);
    }
}

fn index(bytes: &[u8]) {
    let _ = parse_index("index", bytes);
    let _ = Config::parse("config".to_owned(), bytes);
}

/// The files that a tokenizer is made of, by the first byte; two files are apart by a zero byte.
fn tokenizer(bytes: &[u8]) {
    const FILES: [&[&str]; 8] = [
        &["tokenizer.json"],
        &["vocab.json", "merges.txt"],
        &["vocab.txt"],
        &["tokenizer_config.json", "tokenizer.json"],
        &["tokenizer.model"],
        &["encoder_bpe_40000.json", "vocab_40000.bpe"],
        &["added_tokens.json", "vocab.txt"],
        &["tokenizer_config.json", "special_tokens_map.json", "vocab.txt"],
    ];
    let Some((choice, rest)) = bytes.split_first() else { return };
    let names = FILES[usize::from(*choice) % FILES.len()];
    let files = names
        .iter()
        .map(|name| (*name).to_owned())
        .zip(rest.splitn(names.len(), |byte| *byte == 0).map(<[u8]>::to_vec));
    let source = Source::Memory(files.collect());
    if let Ok(tokenizer) = Tokenizer::load(&source, Bpe::ByteLevel, 1 << 24)
        && let Ok(tokens) = tokenizer.encode("Two words, and\n\n  ü.")
    {
        let _ = tokenizer.decode(&tokens, true);
    }
}
