//! Llama: Touvron et al. 2023, "LLaMA" and "Llama 2"; Llama Team 2024, "The Llama 3 Herd of Models".
//!
//! Root mean square norms before each sublayer and at the end, rotary positions, heads that share keys and values, a gated
//! feed-forward layer. Mistral, Qwen and the first Gemma are this network with other settings.

use super::{Family, activation, rope};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, Linear, RmsNorm, Rope, Rows, Window};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};

pub struct Llama;

impl Family for Llama {
    fn model_type(&self) -> &'static str {
        "llama"
    }

    fn about(&self) -> &'static str {
        "Llama 1 to 3: RMS norm, rotary positions, grouped-query attention, gated feed-forward layer"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(Hyper::read(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        build(config, hyper(config)?, checkpoint)
    }
}

fn hyper(config: &Config) -> Result<Hyper, ZooError> {
    let bias = config.flag("attention_bias", false)?;
    Ok(Hyper { qkv_bias: bias, o_bias: bias, mlp_bias: config.flag("mlp_bias", false)?, ..Hyper::read(config)? })
}

/// The settings of the network: those of Llama, and what its relatives change.
#[expect(clippy::struct_excessive_bools, reason = "configurations have them so, one by one")]
pub struct Hyper {
    pub dims: Dimensions,
    pub activation: Activation,
    pub eps: f32,
    pub rope: Rope,
    pub qkv_bias: bool,
    pub o_bias: bool,
    pub mlp_bias: bool,
    /// Norms on each head's query and key (Qwen 3).
    pub qk_norm: bool,
    /// The reach of each layer.
    pub windows: Vec<Window>,
    /// Whether norms are stored as weight − 1 (Gemma).
    pub norms_around_one: bool,
    /// Factor on the token embedding (Gemma).
    pub normalizer: Option<f32>,
    pub head: HeadLayout,
}

impl Hyper {
    /// Llama's without biases.
    pub fn read(config: &Config) -> Result<Self, ZooError> {
        let dims = Dimensions { gated: true, ..Dimensions::grouped(config)? };
        let rope = rope::read(config, rope::Defaults::PLAIN, dims.head_dim, dims.n_ctx)?;
        Ok(Self {
            dims: Dimensions { rotary: rope.dim(), ..dims },
            activation: activation(config, "hidden_act", "silu")?,
            eps: config.epsilon("rms_norm_eps", 1e-6)?,
            rope,
            qkv_bias: false,
            o_bias: false,
            mlp_bias: false,
            qk_norm: false,
            windows: vec![Window::Global; dims.n_layer],
            norms_around_one: false,
            normalizer: None,
            head: HeadLayout::OWN,
        })
    }

    fn norm(&self, w: &Weights, n: usize) -> Result<RmsNorm, ZooError> {
        if self.norms_around_one { RmsNorm::around_one(w, n, self.eps) } else { RmsNorm::load(w, n, self.eps) }
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
        let norm = hyper.norm(&w.at("norm"), n_embd)?;
        let head = hyper.head.load(config, checkpoint, &embed_tokens, hyper.dims)?;
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
        if let Some(normalizer) = self.hyper.normalizer {
            b.x.scale(normalizer);
        }
        self.hyper.rope.angles(pass.positions, &mut b.angles[0]);
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
    mlp: GatedMlp,
}

impl Block {
    fn load(hyper: &Hyper, window: Window, w: &Weights) -> Result<Self, ZooError> {
        let d = &hyper.dims;
        let attn = w.at("self_attn");
        let load_qk_norm = || {
            let q_norm = hyper.norm(&attn.at("q_norm"), d.head_dim)?;
            Ok::<_, ZooError>(QkNorm { q_norm, k_norm: hyper.norm(&attn.at("k_norm"), d.head_dim)? })
        };
        Ok(Self {
            input_layernorm: hyper.norm(&w.at("input_layernorm"), d.n_embd)?,
            qkv_proj: d.load_qkv(&attn, hyper.qkv_bias)?,
            qk_norm: hyper.qk_norm.then(load_qk_norm).transpose()?,
            attn: Attention { window, ..Attention::new(d.n_head, d.scale()) },
            o_proj: Linear::dense(&attn.at("o_proj"), d.attended(), d.n_embd, hyper.o_bias)?,
            post_attention_layernorm: hyper.norm(&w.at("post_attention_layernorm"), d.n_embd)?,
            mlp: GatedMlp::load(&w.at("mlp"), d, hyper.activation, hyper.mlp_bias)?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        self.input_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.qkv_proj.forward(&b.h, &mut b.qkv, pass.team);
        if let Some(norm) = &self.qk_norm {
            norm.in_place(&mut b.qkv, &hyper.dims, pass);
        }
        hyper.rope.turn(&mut b.qkv, hyper.dims.turned(), &b.angles[0], pass.team);
        b.narrow(queries, &hyper.dims);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.o_proj.add(&b.a, &mut b.x, pass.team);
        self.post_attention_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.mlp.inner(pass, b);
        self.mlp.down_proj.add(&b.f, &mut b.x, pass.team);
    }
}

/// Norms on each head's query and key.
pub struct QkNorm {
    pub q_norm: RmsNorm,
    pub k_norm: RmsNorm,
}

impl QkNorm {
    /// On rows of queries, keys and values.
    pub fn in_place(&self, qkv: &mut Rows, d: &Dimensions, pass: &Pass) {
        self.q_norm.heads(qkv, d.qkv(), 0..d.n_head, pass.team);
        self.k_norm.heads(qkv, d.qkv(), d.n_head..d.n_head + d.n_kv_head, pass.team);
    }
}

/// down(activation(gate(x)) · up(x)) (Shazeer 2020, "GLU Variants Improve Transformer").
pub struct GatedMlp {
    gate_proj: Linear,
    up_proj: Linear,
    pub down_proj: Linear,
    activation: Activation,
}

impl GatedMlp {
    pub fn load(w: &Weights, d: &Dimensions, activation: Activation, bias: bool) -> Result<Self, ZooError> {
        Ok(Self {
            gate_proj: Linear::dense(&w.at("gate_proj"), d.n_embd, d.n_inner, bias)?,
            up_proj: Linear::dense(&w.at("up_proj"), d.n_embd, d.n_inner, bias)?,
            down_proj: Linear::dense(&w.at("down_proj"), d.n_inner, d.n_embd, bias)?,
            activation,
        })
    }

    /// What `down_proj` gets, from `b.h` into `b.f`.
    pub fn inner(&self, pass: &Pass, b: &mut Buffers) {
        self.gate_proj.activate(&b.h, self.activation, &mut b.f, pass.team);
        self.up_proj.multiply(&b.h, &mut b.f, pass.team);
    }
}
