//! Bytes changed, cut or added at random: loading and scoring may fail, but never panic.

use super::support::Folder;
use proptest::prelude::*;
use yardstick_core::{LanguageModel, Span};

/// How to damage a file.
#[derive(Clone, Debug)]
enum Damage {
    /// Sets the byte at this many millionths of the file.
    Set(usize, u8),
    /// Sets one of the first bytes, where lengths and names are.
    Head(usize, u8),
    /// Cuts the file at this many millionths.
    Cut(usize),
    /// Appends bytes.
    Append(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0..1_000_000_usize, any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (0_usize..3000, any::<u8>()).prop_map(|(at, byte)| Damage::Head(at, byte)),
        (0..1_000_000_usize).prop_map(Damage::Cut),
        prop::collection::vec(any::<u8>(), 1..9).prop_map(Damage::Append),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    let len = bytes.len();
    let at = |millionths: usize| len * millionths / 1_000_000;
    match damage {
        Damage::Append(more) => bytes.extend(more),
        _ if len == 0 => {}
        Damage::Set(place, byte) => bytes[at(*place)] = *byte,
        Damage::Head(place, byte) => bytes[*place % len.min(3000)] = *byte,
        Damage::Cut(place) => bytes.truncate(at(*place)),
    }
}

/// Loads, and when that works scores; the outcome may be anything but a panic.
fn use_damaged(file: &str, damages: &[Damage]) {
    let folder = Folder::of("gpt2");
    let mut bytes = folder.read(file);
    for damage in damages {
        apply(&mut bytes, damage);
    }
    let folder = folder.write(file, bytes);
    if let Ok(model) = folder.open() {
        let _ = model.score(&[Span { tokens: vec![1, 2, 3], scored: 2 }]);
        let _ = model.encode("Text, even so.");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_weight_file(damages in prop::collection::vec(damage(), 1..4)) {
        use_damaged("model.safetensors", &damages);
    }

    #[test]
    fn a_configuration(damages in prop::collection::vec(damage(), 1..4)) {
        use_damaged("config.json", &damages);
    }

    #[test]
    fn a_tokenizer(damages in prop::collection::vec(damage(), 1..4)) {
        use_damaged("tokenizer.json", &damages);
    }

    #[test]
    fn a_number_in_the_configuration(key in 0_usize..6, value in any::<i64>()) {
        let key = ["n_layer", "n_head", "n_embd", "n_positions", "vocab_size", "n_inner"][key];
        let folder = Folder::of("gpt2").config(key, value.into());
        if let Ok(model) = folder.open() {
            let scores = model.score(&[Span { tokens: vec![1, 2], scored: 1 }]);
            prop_assert!(scores.is_ok());
        }
    }
}
