//! A loaded model: tokenizer, network and card.

use crate::checkpoint::{Checkpoint, WeightFiles};
use crate::config::Config;
use crate::decoder::PathDecoder;
use crate::dimensions::Dimensions;
use crate::masked::{Masked, Refusal};
use crate::network::{Causal, Network};
use crate::session::PathSession;
use crate::source::Source;
use crate::tensors::Accelerator;
use crate::tokenizer::{Tokenizer, TokenizerConfig};
use crate::{Family, LoadOptions, Reference, ZooError, families, reference};
use std::sync::atomic::{AtomicU64, Ordering};
use yardstick_core::{
    Costs, Decoder, LanguageModel, ModelCard, ScoreError, Scoring, Session, Span, Stretch, TokenScore, Wanted,
    score_span,
};

/// How many models were loaded by this process: each has a number.
static LOADED: AtomicU64 = AtomicU64::new(0);

/// A checkpoint in memory, ready to score. Any number of sessions may compute at the same time.
pub struct Model {
    number: u64,
    card: ModelCard,
    tokenizer: Tokenizer,
    scorer: Scorer,
    /// Where it computes; `None` for the processor.
    accelerator: Option<Accelerator>,
}

/// What computes.
enum Scorer {
    /// Reads from left to right, in sessions.
    Causal(Box<dyn Causal>),
    /// Reads whole texts.
    Masked(Box<Masked>),
}

impl Model {
    /// Loads a bundled model by name, or a folder in the hub's layout. A reference with a kind of storage (`m:int8`) has
    /// its way, whatever the options say.
    ///
    /// The folder's files must not change until this returns.
    ///
    /// # Errors
    /// Anything wrong with the reference, the files or the options.
    pub fn open(reference: &str, options: &LoadOptions) -> Result<Self, ZooError> {
        let (folder, source) = reference::resolve(reference)?;
        let name = options.identity.as_ref().map_or(folder, |identity| identity.name.clone());
        let bytes = source.require("config.json", "is this the folder of a model?")?;
        let config = Config::parse(source.describe_file("config.json"), &bytes)?;
        let storage = Reference::parse(reference).storage.unwrap_or(options.storage);
        let options = LoadOptions { storage, ..options.clone() };
        let parts = Parts::load(&source, &config, &options)?;
        let card = parts.card(storage.label(&name), &source, &config, &options)?;
        Ok(Self {
            number: LOADED.fetch_add(1, Ordering::Relaxed),
            card,
            tokenizer: parts.tokenizer,
            scorer: parts.scorer,
            accelerator: parts.accelerator,
        })
    }

    /// Logits of one input, `[time, vocab]` row by row: row t scores the token after `tokens[t]`; of a masked model, to which
    /// nothing is added here, `tokens[t]` itself.
    ///
    /// For tests and tools; [`LanguageModel::score`] never holds all of them.
    ///
    /// # Errors
    /// An empty input, one longer than the context, a token outside the vocabulary, or a logit that is not finite.
    pub fn logits(&self, tokens: &[u32]) -> Result<Vec<f32>, ScoreError> {
        let (len, n_ctx) = (tokens.len(), self.card.n_ctx);
        if len == 0 || len > n_ctx {
            return Err(ScoreError::Span { model: self.card.name.clone(), len, scored: 0, n_ctx });
        }
        let network = match &self.scorer {
            Scorer::Causal(network) => &**network,
            Scorer::Masked(masked) => return masked.logits(&self.card, tokens),
        };
        let positions: Vec<u32> = (0..len as u32).collect();
        let wanted: Vec<Wanted> = positions.iter().map(|&row| Wanted { row, token: 0 }).collect();
        let mut logits = Vec::new();
        let mut session = PathSession::new(&self.card, network, self.number, len, 1);
        session.logits(&Stretch { tokens, positions: &positions, wanted: &wanted }, &mut logits)?;
        Ok(logits)
    }

    /// Threads of a session that is given so many: beside a device, all there are.
    fn threads(&self, given: usize) -> usize {
        self.accelerator.as_ref().map_or(given, |_| rayon::current_num_threads())
    }

    /// The card alone.
    pub fn into_card(self) -> ModelCard {
        self.card
    }
}

impl LanguageModel for Model {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError> {
        self.tokenizer.encode(text).map_err(|reason| ScoreError::Encode {
            model: self.card.name.clone(),
            text: text.chars().take(60).collect(),
            reason,
        })
    }

    fn decode(&self, tokens: &[u32], skip_special: bool) -> Result<String, ScoreError> {
        let text = self.tokenizer.decode(tokens, skip_special);
        text.map_err(|reason| ScoreError::Decode { model: self.card.name.clone(), reason })
    }

    fn costs(&self) -> Costs {
        let (costs, dims) = match &self.scorer {
            Scorer::Causal(network) => (network.costs(), network.dimensions()),
            Scorer::Masked(masked) => (masked.costs(), masked.dimensions()),
        };
        self.accelerator.as_ref().map_or(costs, |on| on.costs(&dims, costs))
    }

    fn is_serial(&self) -> bool {
        self.accelerator.is_some()
    }

    fn session(&self, positions: usize, threads: usize) -> Box<dyn Session + '_> {
        let threads = self.threads(threads);
        let (card, positions) = (&self.card, positions.min(self.card.n_ctx));
        match &self.scorer {
            Scorer::Causal(network) => Box::new(PathSession::new(card, &**network, self.number, positions, threads)),
            Scorer::Masked(_) => Box::new(Refusal(card)),
        }
    }

    fn decoder(&self, paths: usize, positions: usize, threads: usize) -> Box<dyn Decoder + '_> {
        let threads = self.threads(threads);
        let (card, positions) = (&self.card, positions.min(self.card.n_ctx));
        match &self.scorer {
            Scorer::Causal(network) => Box::new(PathDecoder::new(card, &**network, paths, positions, threads)),
            Scorer::Masked(_) => Box::new(Refusal(card)),
        }
    }

    fn score(&self, batch: &[Span]) -> Result<Vec<Vec<TokenScore>>, ScoreError> {
        let score = |span: &Span| match &self.scorer {
            Scorer::Causal(_) => score_span(self.session(span.tokens.len().max(2) - 1, 1).as_mut(), &self.card, span),
            Scorer::Masked(masked) => masked.score(&self.card, span),
        };
        batch.iter().map(score).collect()
    }
}

/// What the files of a model give.
struct Parts {
    scorer: Scorer,
    dims: Dimensions,
    tokenizer: Tokenizer,
    family: &'static str,
    n_params: u64,
    dtype: String,
    weights_sha256: String,
    accelerator: Option<Accelerator>,
}

impl Parts {
    /// Builds and hashes side by side, so that the weight files are read from disk once.
    fn load(source: &Source, config: &Config, options: &LoadOptions) -> Result<Self, ZooError> {
        let family = families::find(config)?;
        let files = WeightFiles::open(source)?;
        std::thread::scope(|scope| {
            let hash = scope.spawn(|| files.sha256());
            let parts = Self::build(source, config, family, &files, options)?;
            let weights_sha256 = hash.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(Self { weights_sha256, ..parts })
        })
    }

    /// Everything but the hash of the weights.
    fn build(
        source: &Source,
        config: &Config,
        family: &dyn Family,
        files: &WeightFiles,
        options: &LoadOptions,
    ) -> Result<Self, ZooError> {
        let accelerator = options.device.open()?;
        let checkpoint = Checkpoint::parse(files, options.storage, accelerator.as_ref())?;
        let build = || family.build(config, &checkpoint);
        let network = build().map_err(|error| checkpoint.survey(error, build))?;
        let dims = network.dimensions();
        let tokenizer = Tokenizer::load(source, family.bpe(), dims.vocab_size)?;
        let scoring = options.masked.filter(|scoring| !scoring.is_causal()).unwrap_or(Scoring::MASKED[0]);
        let scorer = match network {
            Network::Causal(network) => Scorer::Causal(network),
            Network::BothSides(encoder) => {
                Scorer::Masked(Box::new(Masked::new(*encoder, source, &tokenizer, scoring)?))
            }
        };
        Ok(Self {
            scorer,
            dims,
            tokenizer,
            family: family.model_type(),
            n_params: checkpoint.n_params(),
            dtype: checkpoint.dtype(),
            weights_sha256: String::new(),
            accelerator,
        })
    }

    fn card(
        &self,
        name: String,
        source: &Source,
        config: &Config,
        options: &LoadOptions,
    ) -> Result<ModelCard, ZooError> {
        let dims = self.dims;
        let scoring = self.scorer.scoring();
        let of_text = |token: Option<u32>| token.filter(|_| scoring.is_causal()); // a masked model has its own around a text
        Ok(ModelCard {
            n_ctx: context(&name, options, dims.n_ctx, scoring)?,
            name,
            source: options.identity.as_ref().map_or_else(|| source.describe(), |identity| identity.source.clone()),
            family: self.family.to_owned(),
            n_params: self.n_params,
            n_layer: dims.n_layer as u64,
            n_embd: dims.n_embd as u64,
            n_head: dims.n_head as u64,
            vocab_size: dims.vocab_size,
            dtype: self.dtype.clone(),
            storage: options.storage.name().to_owned(),
            device: options.device.kind().to_owned(),
            scoring,
            prefix_token: of_text(prefix_token(source, config, &self.tokenizer, dims.vocab_size)?),
            prefix_always: families::find(config)?.prefix_always(),
            end_token: of_text(end_token(source, config, &self.tokenizer, dims.vocab_size)?),
            weights_sha256: self.weights_sha256.clone(),
            tokenizer_sha256: self.tokenizer.sha256.clone(),
            config_sha256: config.sha256.clone(),
        })
    }
}

impl Scorer {
    fn scoring(&self) -> Scoring {
        match self {
            Self::Causal(_) => Scoring::Causal,
            Self::Masked(masked) => masked.scoring(),
        }
    }
}

/// The context to use: the model's own, or a shorter one that was asked for, with room for a token and what it takes beside.
fn context(model: &str, options: &LoadOptions, n_ctx: usize, scoring: Scoring) -> Result<usize, ZooError> {
    let least = if scoring.is_causal() { 2 } else { 3 };
    match options.context {
        None => Ok(n_ctx),
        Some(asked) if (least..=n_ctx).contains(&asked) => Ok(asked),
        Some(asked) => Err(ZooError::Context { model: model.to_owned(), asked, least, n_ctx }),
    }
}

/// BOS, else EOS: the tokenizer's (`tokenizer_config.json`), as lm-eval takes it, else the network's (`config.json`).
fn prefix_token(
    source: &Source,
    config: &Config,
    tokenizer: &Tokenizer,
    vocab_size: usize,
) -> Result<Option<u32>, ZooError> {
    let named = TokenizerConfig::read(source)?;
    if let Some(id) = ["bos_token", "eos_token"].iter().find_map(|key| tokenizer.id(&named.token(key)?)) {
        return Ok(Some(id)); // small models often keep another model's ids in config.json: not looked at here
    }
    for key in ["bos_token_id", "eos_token_id"] {
        if let Some(id) = config.token(key, vocab_size)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// EOS: the tokenizer's, else the network's. An id outside the vocabulary is none: no text can end with it.
fn end_token(
    source: &Source,
    config: &Config,
    tokenizer: &Tokenizer,
    vocab_size: usize,
) -> Result<Option<u32>, ZooError> {
    let named = TokenizerConfig::read(source)?.token("eos_token");
    let id = named.and_then(|token| tokenizer.id(&token));
    Ok(id.or_else(|| config.token("eos_token_id", vocab_size).ok().flatten()))
}
