//! Local attention reaches back exactly as far as its window.

use super::fixtures::{Draw, bits, with_config};
use serde_json::json;
use std::path::Path;
use yardstick_core::Span;
use yardstick_zoo::{Device, Model};

/// The reference GPT-Neo with every layer local and this window.
fn all_local(window: usize, device: Device) -> Model {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/gpt_neo");
    let mut config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(from.join("config.json")).unwrap()).unwrap();
    config["attention_layers"] = json!(["local", "local", "local", "local"]);
    config["window_size"] = json!(window);
    with_config(&from, config.to_string().as_bytes(), device)
}

#[test]
fn four_layers_reach_four_windows_and_no_further() {
    let cases =
        [1, 2, 5, 8].into_iter().flat_map(|window| [Device::Cpu, Device::Candle].map(|device| (window, device)));
    for (window, device) in cases {
        let model = all_local(window, device);
        let tokens = Draw(17).tokens(&model, 60);
        let scored = tokens.len() - 1;
        let mut changed = tokens.clone();
        changed[0] = (changed[0] + 1) % 768;
        let before = bits(&model, &[Span { tokens, scored }]);
        let after = bits(&model, &[Span { tokens: changed, scored }]);
        // A layer sees the token itself and window - 1 before it, so four layers carry the first token this far.
        let reach = 4 * (window - 1);
        let differs: Vec<usize> = (0..scored).filter(|&t| before[0][t] != after[0][t]).collect();
        assert_eq!(differs, (0..=reach).collect::<Vec<_>>(), "window {window}");
    }
}
