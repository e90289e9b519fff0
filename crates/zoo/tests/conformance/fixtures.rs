//! Reference checkpoints: a folder with a model, four texts, and the token ids and logits another implementation gives.

use safetensors::SafeTensors;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use yardstick_core::{LanguageModel, Span};
use yardstick_zoo::{Device, FAMILIES, LoadOptions, Model};

/// A checkpoint on a device.
#[derive(Clone)]
pub struct Case {
    folder: PathBuf,
    pub device: Device,
}

impl Deref for Case {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.folder
    }
}

impl Case {
    /// For messages.
    pub fn display(&self) -> String {
        format!("{} on {}", self.folder.display(), self.device)
    }

    /// How far logits may be from the reference's: sums on a GPU are in an order that we do not know.
    pub fn tolerance(&self) -> f32 {
        if matches!(self.device, Device::Cpu | Device::Candle) { 2e-5 } else { 1e-4 }
    }

    /// How often something random is tried: candle's own code fills rows up to blocks, and one row costs as much as many.
    pub fn times(&self, usual: usize) -> usize {
        if self.device == Device::Candle { usual.div_ceil(5) } else { usual }
    }

    /// The longest text of such a trial.
    pub fn longest(&self, usual: usize) -> usize {
        if self.device == Device::Candle { usual.min(40) } else { usual }
    }

    /// To open it as it is.
    pub fn options(&self) -> LoadOptions {
        LoadOptions { device: self.device, ..LoadOptions::default() }
    }
}

/// The devices of this machine that this build has.
fn devices() -> Vec<Device> {
    let mut devices = vec![Device::Cpu, Device::Candle];
    for name in ["cuda", "metal"] {
        let Ok(device) = Device::parse(name) else { continue };
        match device.check() {
            Ok(()) => devices.push(device),
            Err(error) => eprintln!("not checked: {error}"),
        }
    }
    devices
}

/// The checkpoints of causal models, those whose scores depend on the tokens before alone, on every device.
pub fn checkpoints() -> Vec<Case> {
    cases(true)
}

/// The checkpoints of masked models, whose scores depend on all tokens, on every device.
pub fn masked_checkpoints() -> Vec<Case> {
    cases(false)
}

fn cases(is_causal: bool) -> Vec<Case> {
    static ALL: LazyLock<Vec<(Case, bool)>> = LazyLock::new(|| {
        let (mut cases, devices) = (Vec::new(), devices());
        for folder in all() {
            let open = Model::open(folder.to_str().unwrap(), &LoadOptions::default()).unwrap();
            let is_causal = open.card().scoring.is_causal();
            cases.extend(devices.iter().map(|&device| (Case { folder: folder.clone(), device }, is_causal)));
        }
        cases
    });
    ALL.iter().filter(|(_, causal)| *causal == is_causal).map(|(case, _)| case.clone()).collect()
}

/// The checkpoints in the repository, at least one a family, and those of known families in `$YARDSTICK_SHARED/reference`.
fn all() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut folders = models_in(&own);
    for family in FAMILIES {
        let name = family.model_type();
        assert!(folders.iter().any(|f| model_type(f).as_deref() == Some(name)), "no {name} in {}", own.display());
    }
    match std::env::var_os("YARDSTICK_SHARED") {
        Some(shared) => folders.extend(models_in(&Path::new(&shared).join("reference"))),
        None => eprintln!("YARDSTICK_SHARED is not set: only the checkpoints in tests/fixtures are checked"),
    }
    folders
}

/// Folders with a config.json of a known family, in name order.
fn models_in(parent: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(parent)
        .unwrap_or_else(|error| panic!("{}: {error}", parent.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|folder| model_type(folder).is_some_and(|name| FAMILIES.iter().any(|f| f.model_type() == name)))
        .collect();
    folders.sort();
    folders
}

fn model_type(folder: &Path) -> Option<String> {
    let config = std::fs::read(folder.join("config.json")).ok()?;
    let config: serde_json::Value = serde_json::from_slice(&config).ok()?;
    Some(config["model_type"].as_str()?.to_owned())
}

/// A copy of a checkpoint whose config.json is `config`.
pub fn with_config(folder: &Path, config: &[u8], device: Device) -> Model {
    let to = tempfile::tempdir().unwrap();
    for file in ["model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(folder.join(file), to.path().join(file)).unwrap();
    }
    std::fs::write(to.path().join("config.json"), config).unwrap();
    open(&Case { folder: to.path().to_owned(), device })
}

pub fn open(case: &Case) -> Model {
    Model::open(case.to_str().unwrap(), &case.options()).unwrap()
}

/// One text of a checkpoint with what is expected for it.
pub struct Expected {
    pub text: String,
    pub ids: Vec<u32>,
    /// `[time, vocab]`
    pub logits: Vec<f32>,
}

pub fn expected(folder: &Path) -> Vec<Expected> {
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(folder.join("texts.json")).unwrap()).unwrap();
    let bytes = std::fs::read(folder.join("expected.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let data = |name: String| tensors.tensor(&name).unwrap().data().to_vec();
    let ids = |i: usize| data(format!("input_ids.{i}")).chunks_exact(8).map(id).collect();
    let logits = |i: usize| data(format!("logits.{i}")).chunks_exact(4).map(float).collect();
    texts.into_iter().enumerate().map(|(i, text)| Expected { text, ids: ids(i), logits: logits(i) }).collect()
}

fn id(bytes: &[u8]) -> u32 {
    u32::try_from(i64::from_le_bytes(bytes.try_into().unwrap())).unwrap()
}

fn float(bytes: &[u8]) -> f32 {
    f32::from_le_bytes(bytes.try_into().unwrap())
}

/// A repeatable stream of numbers (splitmix64).
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    pub fn tokens(&mut self, model: &Model, len: usize) -> Vec<u32> {
        (0..len).map(|_| self.below(model.card().vocab_size) as u32).collect()
    }

    /// A span of 2 to `longest` tokens with 1 to all but one of them scored.
    pub fn span(&mut self, model: &Model, longest: usize) -> Span {
        let len = 2 + self.below(longest - 1);
        Span { tokens: self.tokens(model, len), scored: 1 + self.below(len - 1) }
    }
}

/// The scores' bits, for comparisons that allow no tolerance.
pub fn bits(model: &dyn LanguageModel, batch: &[Span]) -> Vec<Vec<(u64, bool)>> {
    let scores = model.score(batch).unwrap();
    scores.into_iter().map(|span| span.iter().map(|s| (s.log_prob.to_bits(), s.is_greedy)).collect()).collect()
}
