//! Gemma 2: Gemma Team 2024, "Gemma 2: Improving Open Language Models at a Practical Size".
//!
//! Norms before and behind each sublayer, a sliding window in every other layer, scores and logits pressed below a cap.
//! Gemma 3 is this network with other settings.

use super::gemma::{gelu, normalizer, refuse_both_sides};
use super::llama::{GatedMlp, QkNorm};
use super::{Family, rope, windows::windows};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, Linear, RmsNorm, Rope, Scores, Window};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};

pub struct Gemma2;

impl Family for Gemma2 {
    fn model_type(&self) -> &'static str {
        "gemma2"
    }

    fn about(&self) -> &'static str {
        "Gemma 2: norms on both sides of a sublayer, capped scores and logits, a window in every other layer"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn prefix_always(&self) -> bool {
        true
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(hyper(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        build(config, hyper(config)?, checkpoint)
    }
}

fn hyper(config: &Config) -> Result<Hyper, ZooError> {
    let dims = Dimensions::grouped(config)?;
    let rope = rope::read(config, rope::Defaults::PLAIN, dims.head_dim, dims.n_ctx)?;
    let windows = windows(config, dims.n_layer, |i| i.is_multiple_of(2))?;
    let cap = |key: &str, default: f32| {
        let number = config.positive(key)?.map_or(default, |cap| cap as f32);
        Ok::<_, ZooError>((!config.is_null(key)).then_some(number))
    };
    let caps = Caps { scores: cap("attn_logit_softcapping", 50.0)?, logits: cap("final_logit_softcapping", 30.0)? };
    Hyper::read(config, dims, (rope, None), windows, caps)
}

/// Where scores and logits are pressed below.
pub struct Caps {
    pub scores: Option<f32>,
    pub logits: Option<f32>,
}

/// The settings of the network: those of Gemma 2, and what Gemma 3 changes.
pub struct Hyper {
    pub dims: Dimensions,
    activation: Activation,
    eps: f32,
    /// Rotary positions, and those of layers with a window where they have their own.
    ropes: (Rope, Option<Rope>),
    windows: Vec<Window>,
    caps: Caps,
    /// The factor on q·k.
    scale: f32,
    attention_bias: bool,
    /// Norms on each head's query and key (Gemma 3).
    pub qk_norm: bool,
}

impl Hyper {
    /// What both have in common, with what is their own.
    pub fn read(
        config: &Config,
        dims: Dimensions,
        ropes: (Rope, Option<Rope>),
        windows: Vec<Window>,
        caps: Caps,
    ) -> Result<Self, ZooError> {
        refuse_both_sides(config)?;
        let rotary = ropes.0.dim() + ropes.1.as_ref().map_or(0, Rope::dim);
        let scalar = config.positive("query_pre_attn_scalar")?.unwrap_or(256.0);
        Ok(Self {
            dims: Dimensions { gated: true, rotary, ..dims },
            activation: gelu(config)?,
            eps: config.epsilon("rms_norm_eps", 1e-6)?,
            ropes,
            windows,
            caps,
            scale: (1.0 / scalar.sqrt()) as f32,
            attention_bias: config.flag("attention_bias", false)?,
            qk_norm: false,
        })
    }

    /// Which rotary positions a layer has, and which of the angles.
    fn rope(&self, window: Window) -> (&Rope, usize) {
        match (window, &self.ropes) {
            (Window::Local(_), (_, Some(local))) => (local, 1),
            (_, (global, _)) => (global, 0),
        }
    }
}

/// The network with these settings.
pub fn build(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
    Ok(Model::load(config, hyper, checkpoint)?.into())
}

struct Model {
    hyper: Hyper,
    embed_tokens: Embedding,
    layers: Vec<Block>,
    norm: RmsNorm,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("model");
        let embed_tokens = Embedding::load(&w.at("embed_tokens"), vocab_size, n_embd)?;
        let layers = hyper.windows.iter().enumerate();
        let layers = layers.map(|(i, window)| Block::load(&hyper, *window, &w.at("layers").at(i)));
        let layers = layers.collect::<Result<_, _>>()?;
        let norm = RmsNorm::around_one(&w.at("norm"), n_embd, hyper.eps)?;
        let head = HeadLayout::TIED.load(config, checkpoint, &embed_tokens, hyper.dims)?;
        let head = head.capped(hyper.caps.logits);
        checkpoint.check_all_used(&w.at("layers"), n_layer)?;
        Ok(Self { hyper, embed_tokens, layers, norm, head })
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.embed_tokens.forward(pass.tokens, &mut b.x);
        let normalizer = normalizer(self.hyper.dims.n_embd);
        b.x.scale(normalizer);
        self.hyper.ropes.0.angles(pass.positions, &mut b.angles[0]);
        if let Some(local) = &self.hyper.ropes.1 {
            local.angles(pass.positions, &mut b.angles[1]);
        }
        for (i, (block, kv)) in self.layers.iter().zip(layers).enumerate() {
            block.forward(&self.hyper, pass, pass.queries(i, self.layers.len()), kv, b);
        }
        self.norm.forward(&b.x, &mut b.h, pass.team);
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    input_layernorm: RmsNorm,
    qkv_proj: Linear,
    qk_norm: Option<QkNorm>,
    attn: Attention,
    o_proj: Linear,
    post_attention_layernorm: RmsNorm,
    pre_feedforward_layernorm: RmsNorm,
    mlp: GatedMlp,
    post_feedforward_layernorm: RmsNorm,
}

impl Block {
    fn load(hyper: &Hyper, window: Window, w: &Weights) -> Result<Self, ZooError> {
        let (d, attn) = (&hyper.dims, w.at("self_attn"));
        let norm = |w: &Weights, name: &str, n| RmsNorm::around_one(&w.at(name), n, hyper.eps);
        let load_qk_norm = || {
            Ok::<_, ZooError>(QkNorm {
                q_norm: norm(&attn, "q_norm", d.head_dim)?,
                k_norm: norm(&attn, "k_norm", d.head_dim)?,
            })
        };
        let scores = hyper.caps.scores.map_or(Scores::Plain, Scores::Capped);
        Ok(Self {
            input_layernorm: norm(w, "input_layernorm", d.n_embd)?,
            qkv_proj: d.load_qkv(&attn, hyper.attention_bias)?,
            qk_norm: hyper.qk_norm.then(load_qk_norm).transpose()?,
            attn: Attention { n_head: d.n_head, scale: hyper.scale, window, scores },
            o_proj: Linear::dense(&attn.at("o_proj"), d.attended(), d.n_embd, hyper.attention_bias)?,
            post_attention_layernorm: norm(w, "post_attention_layernorm", d.n_embd)?,
            pre_feedforward_layernorm: norm(w, "pre_feedforward_layernorm", d.n_embd)?,
            mlp: GatedMlp::load(&w.at("mlp"), d, hyper.activation, false)?,
            post_feedforward_layernorm: norm(w, "post_feedforward_layernorm", d.n_embd)?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        self.input_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.qkv_proj.forward(&b.h, &mut b.qkv, pass.team);
        if let Some(norm) = &self.qk_norm {
            norm.in_place(&mut b.qkv, &hyper.dims, pass);
        }
        let (rope, kind) = hyper.rope(self.attn.window);
        rope.turn(&mut b.qkv, hyper.dims.turned(), &b.angles[kind], pass.team);
        b.narrow(queries, &hyper.dims);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.o_proj.forward(&b.a, &mut b.h, pass.team);
        self.post_attention_layernorm.in_place(&mut b.h, pass.team);
        b.add();
        self.pre_feedforward_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.mlp.inner(pass, b);
        self.mlp.down_proj.forward(&b.f, &mut b.h, pass.team);
        self.post_feedforward_layernorm.in_place(&mut b.h, pass.team);
        b.add();
    }
}
