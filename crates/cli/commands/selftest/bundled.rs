//! The bundled models against what they computed where they were released: the same bits on every machine.

use super::{Check, Checks};
use crate::error::CliError;
use crate::run::Screen;
use serde_json::Value;
use sha2::{Digest, Sha256};
use yardstick_core::{LanguageModel, ScoreError, Stretch, Wanted, hex};
use yardstick_zoo::{BUNDLED_NAMES, LoadOptions, Storage};

/// Model → kind of storage → sha256 of the logits, and bits a byte of the text.
const KNOWN: &str = include_str!("bundled.json");
/// What is read. Its first token is not scored.
const TEXT: &str = "The old harbour master wrote down every ship that came in, and every evening he counted them again; \
                    when the numbers did not agree, he walked to the end of the pier and looked for the one that was missing.";
/// What it is called.
pub const TEXT_NAME: &str = "after every token of one text";
/// Bits a byte that differ by more would be seen in results.
const TOLERANCE: f64 = 1e-5;

/// All bundled models, each with its weights held in every way.
pub fn check(screen: Screen) -> Result<Checks, CliError> {
    let known: Value = serde_json::from_str(KNOWN).unwrap_or_default();
    let mut checks = Vec::new();
    for name in BUNDLED_NAMES {
        screen.say(&format!("{name} …"));
        for storage in Storage::ALL {
            let model = yardstick_zoo::load(name, &LoadOptions { storage, ..LoadOptions::default() })?;
            let known = &known[*name][storage.name()];
            checks.extend(of_model(name, model.as_ref(), known, storage)?);
        }
    }
    Ok(Checks {
        title: "the bundled models".to_owned(),
        sources: vec![
            "sha256 of all logits (f32, little-endian) of one text, and its bits a byte, as computed by AVX-512, AVX2 and plain code at release"
                .to_owned(),
        ],
        checks,
        meaning: "this machine computes something else than those that the models were released on; results from it do not compare. \
                  Memory that is not sound, a clock that is too fast, or a fault in yardstick: please report it with the table above",
    })
}

fn of_model(name: &str, model: &dyn LanguageModel, known: &Value, storage: Storage) -> Result<[Check; 2], ScoreError> {
    let (sha256, bits) = compute(model)?;
    let name = format!("{name}, {}", storage.name());
    let (wanted, wanted_bits) = (known["logits"].as_str().unwrap_or_default(), known["bits_per_byte"].as_f64());
    let first = |text: &str| text.chars().take(16).collect::<String>();
    let mut logits = Check::same(format!("{name}: logits"), wanted, &sha256);
    (logits.expected, logits.found) = (first(wanted), if logits.passed { first(&sha256) } else { sha256 });
    Ok([logits, Check::near(format!("{name}: bits a byte"), wanted_bits.unwrap_or(f64::NAN), bits, TOLERANCE)])
}

/// sha256 of the logits, and the text's bits a byte.
fn compute(model: &dyn LanguageModel) -> Result<(String, f64), ScoreError> {
    let (logits, bits) = logits_and_bits(model)?;
    let bytes: Vec<u8> = logits.iter().flat_map(|logit| logit.to_le_bytes()).collect();
    Ok((hex(&Sha256::digest(&bytes)), bits))
}

/// The logits after every token of the text but the last, and its bits a byte.
pub fn logits_and_bits(model: &dyn LanguageModel) -> Result<(Vec<f32>, f64), ScoreError> {
    let tokens = model.encode(TEXT)?;
    let fed = tokens.len() - 1;
    let positions: Vec<u32> = (0..fed as u32).collect();
    let wanted: Vec<Wanted> = positions.iter().map(|&row| Wanted { row, token: tokens[row as usize + 1] }).collect();
    let stretch = Stretch { tokens: &tokens[..fed], positions: &positions, wanted: &wanted };
    let mut logits = Vec::new();
    model.session(fed, rayon::current_num_threads()).logits(&stretch, &mut logits)?;
    let scores = model.session(fed, rayon::current_num_threads()).advance(&stretch)?;
    let nats: f64 = scores.iter().map(|score| -score.log_prob).sum();
    Ok((logits, nats / std::f64::consts::LN_2 / TEXT.len() as f64))
}
