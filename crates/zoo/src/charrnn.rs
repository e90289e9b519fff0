//! The character LSTMs of ml5's charRNN, turned into folders of the family `lstm`.
//!
//! Such a model is a folder with manifest.json (for each tensor its file and shape), a file of little-endian f32 for each, and
//! vocab.json (character → row). Its layers are TensorFlow's `BasicLSTMCell`: [i, j, f, o] = [x, h]·kernel + bias,
//! c' = c·σ(f + 1) + σ(i)·tanh(j), h' = tanh(c')·σ(o).

use crate::ZooError;
use crate::checkpoint::is_plain;
use crate::config::Config;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

const MANIFEST: &str = "manifest.json";
const VOCAB: &str = "vocab.json";
/// What the gates are multiplied out of: input, candidate, forget and output, as TensorFlow has them.
const GATES: usize = 4;
/// For each gate in the order of the family `lstm` (i, f, g, o), its place in TensorFlow's.
const ORDER: [usize; GATES] = [0, 2, 1, 3];
/// Added to the forget gate (`BasicLSTMCell`'s `forget_bias`).
const FORGET: f32 = 1.0;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharRnn {
    /// Layers.
    pub n_layer: usize,
    /// Width of a layer.
    pub n_hidden: usize,
    /// Rows of the embedding.
    pub vocab_size: usize,
    /// Rows for which the vocabulary has no character, so that no text can use them, with what it has instead.
    pub unusable: Vec<(usize, Option<String>)>,
}

/// Reads the character LSTM in folder `from` and writes it to `to`, which must be empty or not there yet, in the layout of
/// the family `lstm`. Characters that its vocabulary lacks are left out of texts, as its tokenizer.json then says.
///
/// # Errors
/// A file that is missing or does not hold what it should, or a folder that cannot be written.
pub fn import_charrnn(from: &Path, to: &Path) -> Result<CharRnn, ZooError> {
    let source = Raw::open(from)?;
    let model = source.model()?;
    let Characters { rows, unusable } = Characters::read(from, model.vocab_size)?;
    write(to, &model, &rows)?;
    Ok(CharRnn { n_layer: model.layers.len(), n_hidden: model.n_hidden, vocab_size: model.vocab_size, unusable })
}

/// The folder with its manifest.
struct Raw<'a> {
    folder: &'a Path,
    manifest: Config,
    /// Tensor → file and shape.
    tensors: BTreeMap<String, (String, Vec<usize>)>,
}

/// The tensors, as the family `lstm` has them.
struct Tensors {
    vocab_size: usize,
    n_embd: usize,
    n_hidden: usize,
    /// For each layer `weight_ih`, `weight_hh` and the bias.
    layers: Vec<[Vec<f32>; 3]>,
    encoder: Vec<f32>,
    decoder: Vec<f32>,
    decoder_bias: Vec<f32>,
}

impl<'a> Raw<'a> {
    fn open(folder: &'a Path) -> Result<Self, ZooError> {
        let path = folder.join(MANIFEST);
        let manifest = Config::parse(path.display().to_string(), &read(&path)?)?;
        let mut tensors = BTreeMap::new();
        for name in manifest.keys() {
            let shape = |value: &serde_json::Value| {
                value.as_array()?.iter().map(|n| usize::try_from(n.as_u64()?).ok()).collect::<Option<Vec<_>>>()
            };
            let entry = manifest.get(name);
            let file = entry.and_then(|entry| entry["filename"].as_str()).filter(|name| is_plain(name));
            let (Some(file), Some(shape)) = (file, entry.and_then(|entry| shape(&entry["shape"]))) else {
                return Err(manifest.wrong(name, "an object with filename, a file beside it, and shape"));
            };
            tensors.insert(name.to_owned(), (file.to_owned(), shape));
        }
        Ok(Self { folder, manifest, tensors })
    }

    /// The one tensor whose name has all of these parts; of the last one, any.
    fn find(&self, parts: &[&str], kinds: &[&str]) -> Option<&str> {
        let is =
            |name: &&String| parts.iter().all(|part| name.contains(part)) && kinds.iter().any(|k| name.ends_with(k));
        self.tensors.keys().find(is).map(String::as_str)
    }

    fn require(&self, parts: &[&str], kinds: &[&str]) -> Result<&str, ZooError> {
        self.find(parts, kinds).ok_or_else(|| {
            let parts = parts.iter().map(|part| format!("{part}/…/")).collect::<String>();
            ZooError::missing(self.manifest.file(), format!("{parts}{}", kinds.join(" or ")))
        })
    }

    /// The shape of a matrix.
    fn matrix(&self, name: &str) -> Result<[usize; 2], ZooError> {
        let (_, shape) = &self.tensors[name];
        match shape[..] {
            [rows, columns] if rows > 0 && columns > 0 => Ok([rows, columns]),
            _ => Err(self.manifest.wrong(name, "a matrix")),
        }
    }

    /// A tensor of a shape that follows from others.
    fn tensor(&self, name: &str, expected: &[usize]) -> Result<Vec<f32>, ZooError> {
        let (file, found) = &self.tensors[name];
        let path = self.folder.join(file);
        if found != expected {
            let (file, tensor) = (self.manifest.file().to_owned(), name.to_owned());
            return Err(ZooError::TensorShape { file, tensor, expected: expected.to_vec(), found: found.clone() });
        }
        let bytes = read(&path)?;
        let size = expected.iter().try_fold(size_of::<f32>(), |size, n| size.checked_mul(*n));
        if size != Some(bytes.len()) {
            let reason =
                format!("it has {} bytes, and {name} of shape {expected:?} takes 4 for each number", bytes.len());
            return Err(ZooError::Import { file: path.display().to_string(), reason });
        }
        Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn model(&self) -> Result<Tensors, ZooError> {
        let embedding = self.require(&[], &["embedding"])?;
        let (softmax, bias) = (self.require(&[], &["softmax_w"])?, self.require(&[], &["softmax_b"])?);
        let [vocab_size, n_embd] = self.matrix(embedding)?;
        let [n_hidden, _] = self.matrix(softmax)?;
        let mut layers = Vec::new();
        while self.find(&[&format!("cell_{}/", layers.len())], &["kernel", "weights"]).is_some() || layers.is_empty() {
            layers.push(self.layer(layers.len(), if layers.is_empty() { n_embd } else { n_hidden }, n_hidden)?);
        }
        Ok(Tensors {
            vocab_size,
            n_embd,
            n_hidden,
            layers,
            encoder: self.tensor(embedding, &[vocab_size, n_embd])?,
            decoder: turned(&self.tensor(softmax, &[n_hidden, vocab_size])?, vocab_size),
            decoder_bias: self.tensor(bias, &[vocab_size])?,
        })
    }

    /// `weight_ih` `[4·n, n_in]`, `weight_hh` `[4·n, n]` and the bias `[4·n]`, gates in their new order.
    fn layer(&self, i: usize, n_in: usize, n: usize) -> Result<[Vec<f32>; 3], ZooError> {
        let cell = format!("cell_{i}/");
        let kernel = self.tensor(self.require(&[&cell], &["kernel", "weights"])?, &[n_in + n, GATES * n])?;
        let bias = self.tensor(self.require(&[&cell], &["bias", "biases"])?, &[GATES * n])?;
        let gates = |columns: &[f32], rows: usize| {
            let turned = turned(columns, GATES * n);
            ORDER.iter().flat_map(|gate| turned[gate * n * rows..][..n * rows].to_vec()).collect::<Vec<f32>>()
        };
        let (input, hidden) = kernel.split_at(n_in * GATES * n);
        let mut bias = gates(&bias, 1);
        bias[n..2 * n].iter_mut().for_each(|forget| *forget += FORGET);
        Ok([gates(input, n_in), gates(hidden, n), bias])
    }
}

/// A matrix with `columns` columns, with rows for columns.
fn turned(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| matrix.iter().skip(column).step_by(columns)).copied().collect()
}

/// What vocab.json says of the rows.
struct Characters {
    /// Character → row.
    rows: BTreeMap<String, usize>,
    /// The rows without a character, with what they have instead.
    unusable: Vec<(usize, Option<String>)>,
}

impl Characters {
    fn read(folder: &Path, vocab_size: usize) -> Result<Self, ZooError> {
        let path = folder.join(VOCAB);
        let vocab = Config::parse(path.display().to_string(), &read(&path)?)?;
        let mut keys: Vec<Option<&str>> = vec![None; vocab_size];
        for key in vocab.keys() {
            let row = vocab.get(key).and_then(serde_json::Value::as_u64).and_then(|row| usize::try_from(row).ok());
            let place = row.and_then(|row| keys.get_mut(row));
            let place =
                place.ok_or_else(|| vocab.wrong(key, &format!("a row of the embedding, below {vocab_size}")))?;
            if let Some(other) = place.replace(key) {
                return Err(vocab.wrong(key, &format!("another row than that of {other:?}")));
            }
        }
        let (mut rows, mut unusable) = (BTreeMap::new(), Vec::new());
        for (row, key) in keys.into_iter().enumerate() {
            match key {
                Some(key) if key.chars().count() == 1 => {
                    rows.insert(key.to_owned(), row);
                }
                _ => unusable.push((row, key.map(str::to_owned))),
            }
        }
        if rows.is_empty() {
            return Err(ZooError::Import {
                file: path.display().to_string(),
                reason: "it has no characters".to_owned(),
            });
        }
        Ok(Self { rows, unusable })
    }
}

fn write(to: &Path, model: &Tensors, characters: &BTreeMap<String, usize>) -> Result<(), ZooError> {
    let fail = |source| ZooError::Write { path: to.to_owned(), source };
    std::fs::create_dir_all(to).map_err(fail)?;
    if std::fs::read_dir(to).map_err(fail)?.next().is_some() {
        let reason = "the folder holds files already; choose another".to_owned();
        return Err(ZooError::Import { file: to.display().to_string(), reason });
    }
    let config = json!({
        "model_type": "lstm",
        "vocab_size": model.vocab_size,
        "n_layer": model.layers.len(),
        "n_embd": model.n_embd,
        "n_hidden": model.n_hidden,
    });
    let save = |name: &str, bytes: &[u8]| std::fs::write(to.join(name), bytes).map_err(fail);
    save("config.json", format!("{config:#}\n").as_bytes())?;
    save("tokenizer.json", format!("{:#}\n", tokenizer(characters)).as_bytes())?;
    save("model.safetensors", &model.safetensors()?)
}

/// A token a character; what the vocabulary lacks is left out of a text.
fn tokenizer(characters: &BTreeMap<String, usize>) -> serde_json::Value {
    let known = characters.keys().flat_map(|key| key.chars()).map(|c| format!("\\x{{{:X}}}", u32::from(c)));
    let unknown = format!("[^{}]", known.collect::<String>());
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": {"type": "Replace", "pattern": {"Regex": unknown}, "content": ""},
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(?s:.)"}, "behavior": "Isolated", "invert": false},
        "post_processor": null,
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": characters, "unk_token": "[UNK]"},
    })
}

impl Tensors {
    fn safetensors(&self) -> Result<Vec<u8>, ZooError> {
        let (v, e, h) = (self.vocab_size, self.n_embd, self.n_hidden);
        let zeros = vec![0.0; GATES * h];
        let mut all: Vec<(String, Vec<usize>, &[f32])> = vec![
            ("encoder.weight".to_owned(), vec![v, e], &self.encoder),
            ("decoder.weight".to_owned(), vec![v, h], &self.decoder),
            ("decoder.bias".to_owned(), vec![v], &self.decoder_bias),
        ];
        for (i, [input, hidden, bias]) in self.layers.iter().enumerate() {
            all.push((format!("rnn.weight_ih_l{i}"), vec![GATES * h, if i == 0 { e } else { h }], input));
            all.push((format!("rnn.weight_hh_l{i}"), vec![GATES * h, h], hidden));
            all.push((format!("rnn.bias_ih_l{i}"), vec![GATES * h], bias));
            all.push((format!("rnn.bias_hh_l{i}"), vec![GATES * h], &zeros));
        }
        let fail = |error: safetensors::SafeTensorError| ZooError::Import {
            file: "model.safetensors".to_owned(),
            reason: error.to_string(),
        };
        let bytes: Vec<_> = all
            .into_iter()
            .map(|(name, shape, x)| (name, shape, x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()))
            .collect();
        let views = bytes.iter().map(|(name, shape, bytes)| {
            let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes);
            Ok((name.as_str(), view.map_err(fail)?))
        });
        safetensors::serialize(views.collect::<Result<Vec<_>, ZooError>>()?, None).map_err(fail)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ZooError> {
    std::fs::read(path).map_err(|source| ZooError::Read { path: path.to_owned(), source })
}
