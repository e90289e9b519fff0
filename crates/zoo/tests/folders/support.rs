//! A copy of a reference checkpoint that a test may change.

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use yardstick_core::LanguageModel;
use yardstick_zoo::{LoadOptions, Model, ZooError};

/// A tensor in f32.
#[derive(Clone)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

pub type Arrays = BTreeMap<String, Array>;

pub struct Folder(TempDir);

impl Folder {
    /// A copy of `tests/fixtures/<name>`, without the expected values.
    pub fn of(name: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name);
        let folder = Self(tempfile::tempdir().unwrap());
        for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            std::fs::copy(from.join(file), folder.path(file)).unwrap();
        }
        folder
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub fn open(&self) -> Result<Model, ZooError> {
        Model::open(self.0.path().to_str().unwrap(), &LoadOptions::default())
    }

    /// The message that loading fails with.
    pub fn error(&self) -> String {
        self.open().err().expect("loading must fail").to_string()
    }

    pub fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).unwrap()
    }

    pub fn write(self, file: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(file), bytes).unwrap();
        self
    }

    pub fn remove(self, file: &str) -> Self {
        std::fs::remove_file(self.path(file)).unwrap();
        self
    }

    pub fn json(self, file: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        let mut object = serde_json::from_slice(&self.read(file)).unwrap();
        change(&mut object);
        self.write(file, serde_json::to_vec(&object).unwrap())
    }

    /// Sets one key of config.json; null counts as absent.
    pub fn config(self, key: &str, value: Value) -> Self {
        self.json("config.json", |config| {
            config.insert(key.to_owned(), value);
        })
    }

    pub fn arrays(&self) -> Arrays {
        let bytes = self.read("model.safetensors");
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        tensors.tensors().into_iter().map(|(name, view)| (name, array(&view))).collect()
    }

    pub fn weights(self, change: impl FnOnce(&mut Arrays)) -> Self {
        let mut arrays = self.arrays();
        change(&mut arrays);
        self.write("model.safetensors", f32_file(&arrays))
    }

    /// Removes one tensor, which must be there.
    pub fn without(self, tensor: &str) -> Self {
        self.weights(|arrays| assert!(arrays.remove(tensor).is_some()))
    }

    /// Adds or replaces one tensor.
    pub fn with(self, tensor: &str, array: Array) -> Self {
        self.weights(|arrays| {
            arrays.insert(tensor.to_owned(), array);
        })
    }
}

fn array(view: &TensorView) -> Array {
    let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    Array { shape: view.shape().to_vec(), values }
}

/// A weight file in f32.
pub fn f32_file(arrays: &Arrays) -> Vec<u8> {
    serialize(arrays, Dtype::F32, |x| x.to_le_bytes().to_vec())
}

/// A weight file with every value written by `write`.
pub fn serialize(arrays: &Arrays, dtype: Dtype, write: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        arrays.values().map(|array| array.values.iter().flat_map(|&x| write(x)).collect()).collect();
    let views = arrays
        .iter()
        .zip(&bytes)
        .map(|((name, array), bytes)| (name, TensorView::new(dtype, array.shape.clone(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

/// Logits of a fixed input.
pub fn logits(model: &Model) -> Vec<f32> {
    let vocab_size = model.card().vocab_size as u32;
    model.logits(&[1, 50, 300, 7, 7, 512, 90, 2, 41, 600, 33, 700].map(|token| token % vocab_size)).unwrap()
}

/// Asserts that two models give the same logits, up to `tolerance`.
pub fn check_same(a: &Model, b: &Model, tolerance: f32, what: &str) {
    let worst = logits(a).iter().zip(logits(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{what}: logits differ by {worst:e}");
}

pub fn check_different(a: &Model, b: &Model, what: &str) {
    assert!(logits(a).iter().zip(logits(b)).any(|(a, b)| (a - b).abs() > 1e-3), "{what}: no effect on the logits");
}
