//! LSTMs: what a configuration may say, characters that a vocabulary lacks, and the character models of ml5.

use super::support::{Array, Folder, check_different, check_same};
use serde_json::{Value, json};
use std::path::Path;
use yardstick_core::{LanguageModel, ScoreError, Span};
use yardstick_zoo::{LoadOptions, Model, ZooError, import_charrnn};

const VOCAB: usize = 78;
const N_EMBD: usize = 20;
const N_HIDDEN: usize = 28;

#[test]
fn a_tied_head_is_the_embedding() {
    // Only where a state is as wide as an embedding.
    let message = Folder::of("lstm").config("tie_word_embeddings", json!(true)).error();
    assert!(message.contains("`n_hidden` must be n_embd, 20, where the head is the embedding, found 28"), "{message}");
    let wide = |tied: bool| {
        Folder::of("lstm").config("tie_word_embeddings", json!(tied)).config("n_embd", json!(N_HIDDEN)).weights(|w| {
            let encoder = Array { shape: vec![VOCAB, N_HIDDEN], values: w["decoder.weight"].values.clone() };
            w.insert("encoder.weight".to_owned(), encoder);
            let input = w.get_mut("rnn.weight_ih_l0").unwrap();
            input.shape[1] = N_HIDDEN;
            let rows = input.values.chunks_exact(N_EMBD);
            input.values = rows.flat_map(|row| [row, &[0.25; N_HIDDEN - N_EMBD]].concat()).collect();
            if tied {
                w.remove("decoder.weight");
            }
        })
    };
    let (tied, untied) = (wide(true).open().unwrap(), wide(false).open().unwrap());
    check_same(&tied, &untied, 0.0, "tied");
    assert_eq!(untied.card().n_params - tied.card().n_params, (VOCAB * N_HIDDEN) as u64);
}

#[test]
fn switches_and_sizes() {
    let plain = Folder::of("lstm").open().unwrap();
    assert_eq!((plain.card().n_layer, plain.card().n_embd, plain.card().n_head), (2, N_HIDDEN as u64, 0));
    let zero = |w: &mut super::support::Arrays| w.get_mut("decoder.bias").unwrap().values.fill(0.0);
    let without = Folder::of("lstm").config("head_bias", json!(false)).open().unwrap();
    check_same(&without, &Folder::of("lstm").weights(zero).open().unwrap(), 0.0, "no bias");
    check_different(&without, &plain, "no bias");
    let long = Folder::of("lstm").config("n_positions", Value::Null).open().unwrap();
    assert_eq!(long.card().n_ctx, 65_536);
    let message = Folder::of("lstm").without("rnn.bias_hh_l1").error();
    assert!(message.contains("has no tensor \"rnn.bias_hh_l1\""), "{message}");
    let message = Folder::of("lstm").config("n_layer", json!(1)).error();
    assert!(message.contains("\"rnn.bias_hh_l1\" has no place") && message.contains("(1 layers)"), "{message}");
    let message = Folder::of("lstm").config("n_hidden", json!(27)).error();
    assert!(message.contains("has shape [112]") && message.contains("asks for [108]"), "{message}");
}

#[test]
fn characters_that_the_vocabulary_lacks() {
    let dropping = Folder::of("lstm").open().unwrap();
    assert_eq!(dropping.encode("naïve 東京!").unwrap(), dropping.encode("naïve !").unwrap());
    let strict = Folder::of("lstm").json("tokenizer.json", |tokenizer| {
        tokenizer.insert("normalizer".to_owned(), Value::Null);
    });
    let strict = strict.open().unwrap();
    assert_eq!(strict.encode("naïve").unwrap(), dropping.encode("naïve").unwrap());
    match strict.encode("naïve 東京!") {
        Err(ScoreError::Encode { reason, .. }) => assert!(reason.contains("its vocabulary has no \"東\""), "{reason}"),
        other => panic!("{other:?}"),
    }
}

/// Little-endian f32 from -1 to 1.
fn numbers(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.0 - 1.0).collect()
}

/// A character model in ml5's layout: three characters, embeddings of 2, two layers of 3.
struct Raw(tempfile::TempDir);

impl Raw {
    fn new() -> Self {
        let raw = Self(tempfile::tempdir().unwrap());
        let mut manifest = serde_json::Map::new();
        for (i, (name, shape)) in Self::tensors().into_iter().enumerate() {
            manifest.insert(name.to_owned(), json!({"filename": format!("t{i}"), "shape": shape}));
            let values = numbers(shape.iter().product(), i);
            raw.write(&format!("t{i}"), values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
        }
        raw.write("manifest.json", serde_json::to_vec(&manifest).unwrap());
        raw.write("vocab.json", r#"{"a": 2, "": 1, "\n": 0}"#);
        raw
    }

    fn tensors() -> [(&'static str, Vec<usize>); 7] {
        [
            ("embedding", vec![3, 2]),
            ("rnnlm/multi_rnn_cell/cell_0/basic_lstm_cell/kernel", vec![5, 12]),
            ("rnnlm/multi_rnn_cell/cell_0/basic_lstm_cell/bias", vec![12]),
            ("rnnlm/multi_rnn_cell/cell_1/basic_lstm_cell/weights", vec![6, 12]),
            ("rnnlm/multi_rnn_cell/cell_1/basic_lstm_cell/biases", vec![12]),
            ("rnnlm/softmax_w", vec![3, 3]),
            ("rnnlm/softmax_b", vec![3]),
        ]
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(file), bytes).unwrap();
    }

    fn import(&self) -> Result<(yardstick_zoo::CharRnn, tempfile::TempDir), ZooError> {
        let to = tempfile::tempdir().unwrap();
        Ok((import_charrnn(self.0.path(), to.path())?, to))
    }

    /// Logits after each token, by `BasicLSTMCell`'s definition in double precision.
    fn logits(tokens: &[u32]) -> Vec<f64> {
        let tensors: Vec<Vec<f64>> = Self::tensors()
            .iter()
            .enumerate()
            .map(|(i, (_, shape))| numbers(shape.iter().product(), i).into_iter().map(f64::from).collect())
            .collect();
        let (mut h, mut c) = ([[0.0; 3]; 2], [[0.0; 3]; 2]);
        let sigma = |x: f64| 1.0 / (1.0 + (-x).exp());
        let mut all = Vec::new();
        for &token in tokens {
            let mut x = tensors[0][token as usize * 2..][..2].to_vec();
            for (l, (h, c)) in h.iter_mut().zip(&mut c).enumerate() {
                let input = [x.as_slice(), h.as_slice()].concat();
                let z = |k: usize| {
                    let terms = input.iter().enumerate().map(|(i, x)| x * tensors[1 + 2 * l][i * 12 + k]);
                    terms.sum::<f64>() + tensors[2 + 2 * l][k]
                };
                for (k, c) in c.iter_mut().enumerate() {
                    *c = *c * sigma(z(6 + k) + 1.0) + sigma(z(k)) * z(3 + k).tanh();
                }
                x = c.iter().enumerate().map(|(k, c)| c.tanh() * sigma(z(9 + k))).collect();
                h.copy_from_slice(&x);
            }
            all.extend((0..3).map(|v| (0..3).map(|k| x[k] * tensors[5][k * 3 + v]).sum::<f64>() + tensors[6][v]));
        }
        all
    }
}

#[test]
fn a_character_model_of_ml5_computes_what_its_definition_does() {
    let (made, to) = Raw::new().import().unwrap();
    assert_eq!((made.n_layer, made.n_hidden, made.vocab_size), (2, 3, 3));
    assert_eq!(made.unusable, [(1, Some(String::new()))], "a row whose key is no character");
    let model = Model::open(to.path().to_str().unwrap(), &LoadOptions::default()).unwrap();
    assert_eq!(model.encode("a\nb a").unwrap(), [2, 0, 2], "what the vocabulary lacks is dropped");
    let tokens = [2, 0, 1, 1, 2];
    let found = model.logits(&tokens).unwrap();
    for (found, wanted) in found.iter().zip(Raw::logits(&tokens)) {
        assert!((f64::from(*found) - wanted).abs() < 1e-5, "{found}, not {wanted}");
    }
}

#[test]
fn character_models_that_cannot_be_read() {
    let check = |damage: &dyn Fn(&Raw), words: &[&str]| {
        let raw = Raw::new();
        damage(&raw);
        let message = raw.import().err().unwrap().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    let edit = |raw: &Raw, from: &str, to: &str| {
        let manifest = std::fs::read_to_string(raw.0.path().join("manifest.json")).unwrap();
        assert!(manifest.contains(from));
        raw.write("manifest.json", manifest.replace(from, to));
    };
    check(&|raw| raw.write("manifest.json", "[]"), &["manifest.json is not a JSON object"]);
    check(&|raw| std::fs::remove_file(raw.0.path().join("vocab.json")).unwrap(), &["cannot read", "vocab.json"]);
    check(&|raw| raw.write("t1", b"abc"), &["t1: it has 3 bytes", "cell_0"]);
    check(&|raw| edit(raw, "\"t1\"", "\"../t1\""), &["a file beside it"]);
    check(&|raw| edit(raw, "softmax_w", "softmax_x"), &["no tensor \"softmax_w\""]);
    check(&|raw| edit(raw, "cell_0", "cell_9"), &["no tensor", "cell_0"]);
    check(&|raw| edit(raw, "[5,12]", "[4,12]"), &["has shape [4, 12]", "asks for [5, 12]"]);
    check(&|raw| edit(raw, "[3,2]", "[3,99999999999999]"), &["manifest.json"]);
    check(&|raw| raw.write("vocab.json", r#"{"a": 3}"#), &["`a` must be a row of the embedding, below 3"]);
    check(&|raw| raw.write("vocab.json", r#"{"a": 1, "b": 1}"#), &["`b` must be another row than that of \"a\""]);
    check(&|raw| raw.write("vocab.json", r#"{"ab": 1}"#), &["it has no characters"]);
    let raw = Raw::new();
    let message = import_charrnn(raw.0.path(), raw.0.path()).err().unwrap().to_string();
    assert!(message.contains("holds files already"), "{message}");
}

/// Bits per character of characters 1,000,000 to 1,020,000 of a text as Python reads it, the first one unscored.
fn bits_per_character(shared: &Path, name: &str, text: &str) -> f64 {
    let folder = shared.join("weights/charrnn-ml5");
    let to = tempfile::tempdir().unwrap();
    import_charrnn(&folder.join(name), to.path()).unwrap();
    let model = Model::open(to.path().to_str().unwrap(), &LoadOptions::default()).unwrap();
    let text = std::fs::read_to_string(folder.join("text").join(text)).unwrap().replace("\r\n", "\n");
    let text: String = text.chars().skip(1_000_000).take(20_000).collect();
    let tokens = model.encode(&text).unwrap();
    let n = tokens.len() - 1;
    let scores = model.score(&[Span { tokens, scored: n }]).unwrap().remove(0);
    -scores.iter().map(|score| score.log_prob).sum::<f64>() / n as f64 / std::f64::consts::LN_2
}

#[test]
fn the_models_of_ml5_give_what_was_measured_elsewhere() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        return eprintln!("YARDSTICK_SHARED is not set: the character models of ml5 are not read");
    };
    for (name, text, wanted) in
        [("shakespeare", "tinyshakespeare/shakespeare.txt", 2.4865), ("darwin", "darwin/darwin.txt", 2.6828)]
    {
        let found = bits_per_character(Path::new(&shared), name, text);
        eprintln!("{name}: {found:.4} bits per character");
        assert!((found - wanted).abs() < 5e-5, "{name}: {found}, not {wanted}");
    }
}
