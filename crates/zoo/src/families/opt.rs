//! OPT: Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models".
//!
//! GPT-3's architecture with ReLU and learned positions from the third row of their table on. The layer norms stand before
//! each sublayer and at the end, or (350m) behind each residual sum; there the token embedding is narrower than the stream.

use super::{Family, activation};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};
use yardstick_core::Costs;

pub struct Opt;

impl Family for Opt {
    fn model_type(&self) -> &'static str {
        "opt"
    }

    fn about(&self) -> &'static str {
        "OPT: GPT-3's architecture with ReLU, pre- or post-layer-norm, learned positions, byte-level BPE"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(Hyper::read(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        Ok(Model::load(config, Hyper::read(config)?, checkpoint)?.into())
    }
}

/// Rows of the position table before position 0.
const POSITION_OFFSET: usize = 2;
/// torch's default: the configuration has no key for it.
const EPS: f32 = 1e-5;

#[expect(clippy::struct_excessive_bools, reason = "the configuration has them so, one by one")]
struct Hyper {
    dims: Dimensions,
    activation: Activation,
    do_layer_norm_before: bool,
    final_layer_norm: bool,
    enable_bias: bool,
    layer_norm_elementwise_affine: bool,
    /// Width of the token embedding.
    word_embed_proj_dim: usize,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let n_embd = config.size("hidden_size")?;
        let dims = Dimensions {
            n_layer: config.size("num_hidden_layers")?,
            n_inner: config.size("ffn_dim")?,
            n_ctx: config.size("max_position_embeddings")?,
            vocab_size: config.size("vocab_size")?,
            ..Dimensions::multi_head(config.heads("num_attention_heads", n_embd)?, n_embd)
        };
        let do_layer_norm_before = config.flag("do_layer_norm_before", true)?;
        Ok(Self {
            dims,
            activation: activation(config, "activation_function", "relu")?,
            do_layer_norm_before,
            final_layer_norm: do_layer_norm_before && !config.flag("_remove_final_layer_norm", false)?,
            enable_bias: config.flag("enable_bias", true)?,
            layer_norm_elementwise_affine: config.flag("layer_norm_elementwise_affine", true)?,
            word_embed_proj_dim: config.optional_size("word_embed_proj_dim")?.unwrap_or(n_embd),
        })
    }

    fn layer_norm(&self, w: &Weights) -> Result<LayerNorm, ZooError> {
        let n = self.dims.n_embd;
        if self.layer_norm_elementwise_affine { LayerNorm::load(w, n, EPS) } else { LayerNorm::plain(w, n, EPS) }
    }

    /// The dimensions as the head sees them.
    fn embedded(&self) -> Dimensions {
        Dimensions { n_embd: self.word_embed_proj_dim, ..self.dims }
    }
}

/// From the token embedding's width to the stream's, and back.
struct Projections {
    project_in: Linear,
    project_out: Linear,
}

struct Model {
    hyper: Hyper,
    embed_tokens: Embedding,
    embed_positions: Embedding,
    projections: Option<Projections>,
    layers: Vec<Block>,
    final_layer_norm: Option<LayerNorm>,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let (Dimensions { n_layer, n_embd, n_ctx, vocab_size, .. }, width) = (hyper.dims, hyper.word_embed_proj_dim);
        let w = checkpoint.root("model").at("decoder");
        let embed_tokens = Embedding::load(&w.at("embed_tokens"), vocab_size, width)?;
        let embed_positions = Embedding::behind(&w.at("embed_positions"), POSITION_OFFSET, n_ctx, n_embd)?;
        let load_projections = || {
            let project_in = Linear::dense(&w.at("project_in"), width, n_embd, false)?;
            Ok::<_, ZooError>(Projections {
                project_in,
                project_out: Linear::dense(&w.at("project_out"), n_embd, width, false)?,
            })
        };
        let projections = (width != n_embd).then(load_projections).transpose()?;
        let layers = (0..n_layer).map(|i| Block::load(&hyper, &w.at("layers").at(i))).collect::<Result<_, _>>()?;
        let final_layer_norm =
            hyper.final_layer_norm.then(|| hyper.layer_norm(&w.at("final_layer_norm"))).transpose()?;
        let head = HeadLayout::TIED.load(config, checkpoint, &embed_tokens, hyper.embedded())?;
        checkpoint.check_all_used(&w.at("layers"), n_layer)?;
        Ok(Self { hyper, embed_tokens, embed_positions, projections, layers, final_layer_norm, head })
    }

    fn embed(&self, pass: &Pass, b: &mut Buffers) {
        match &self.projections {
            None => self.embed_tokens.forward(pass.tokens, &mut b.x),
            Some(projections) => {
                b.h.resize(pass.tokens.len() * self.hyper.word_embed_proj_dim);
                self.embed_tokens.forward(pass.tokens, &mut b.h);
                projections.project_in.forward(&b.h, &mut b.x, pass.team);
                b.h.resize(pass.tokens.len() * self.hyper.dims.n_embd);
            }
        }
        self.embed_positions.add(pass.positions, &mut b.x);
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    fn costs(&self) -> Costs {
        let [n_embd, width, vocab] =
            [self.hyper.dims.n_embd, self.hyper.word_embed_proj_dim, self.hyper.dims.vocab_size].map(|n| n as u64);
        let mut costs = self.hyper.dims.costs();
        if self.projections.is_some() {
            costs.flop_per_row += 2 * width * n_embd;
            costs.flop_per_scored_row = costs.flop_per_scored_row + 2 * width * (n_embd + vocab) - 2 * n_embd * vocab;
            costs.bytes_per_row += 4 * width.saturating_sub(n_embd);
        }
        costs
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.embed(pass, b);
        for (i, (block, kv)) in self.layers.iter().zip(layers).enumerate() {
            block.forward(&self.hyper, pass, pass.queries(i, self.layers.len()), kv, b);
        }
        match &self.final_layer_norm {
            Some(norm) => norm.forward(&b.x, &mut b.h, pass.team),
            None => b.h.copy_from(&b.x),
        }
        if let Some(projections) = &self.projections {
            b.x.copy_from(&b.h);
            b.h.resize(pass.scored.len() * self.hyper.word_embed_proj_dim);
            projections.project_out.forward(&b.x, &mut b.h, pass.team);
        }
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    qkv_proj: Linear,
    attn: Attention,
    out_proj: Linear,
    self_attn_layer_norm: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    final_layer_norm: LayerNorm,
}

impl Block {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, n_inner, .. } = hyper.dims;
        let (attn, bias) = (w.at("self_attn"), hyper.enable_bias);
        let qkv = ["q_proj", "k_proj", "v_proj"].map(|name| (attn.at(name), n_embd));
        Ok(Self {
            qkv_proj: Linear::side_by_side(&qkv, n_embd, bias)?,
            attn: Attention::new(n_head, hyper.dims.scale()),
            out_proj: Linear::dense(&attn.at("out_proj"), n_embd, n_embd, bias)?,
            self_attn_layer_norm: hyper.layer_norm(&w.at("self_attn_layer_norm"))?,
            fc1: Linear::dense(&w.at("fc1"), n_embd, n_inner, bias)?,
            fc2: Linear::dense(&w.at("fc2"), n_inner, n_embd, bias)?,
            final_layer_norm: hyper.layer_norm(&w.at("final_layer_norm"))?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        if hyper.do_layer_norm_before {
            self.self_attn_layer_norm.forward(&b.x, &mut b.h, pass.team);
            self.attend(&hyper.dims, pass, queries, kv, b);
            self.final_layer_norm.forward(&b.x, &mut b.h, pass.team);
            self.feed_forward(hyper.activation, pass, b);
        } else {
            b.h.copy_from(&b.x);
            self.attend(&hyper.dims, pass, queries, kv, b);
            self.self_attn_layer_norm.in_place(&mut b.x, pass.team);
            b.h.copy_from(&b.x);
            self.feed_forward(hyper.activation, pass, b);
            self.final_layer_norm.in_place(&mut b.x, pass.team);
        }
    }

    /// x + attention(h)
    fn attend(&self, d: &Dimensions, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        self.qkv_proj.forward(&b.h, &mut b.qkv, pass.team);
        b.narrow(queries, d);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.out_proj.add(&b.a, &mut b.x, pass.team);
    }

    /// x + mlp(h)
    fn feed_forward(&self, activation: Activation, pass: &Pass, b: &mut Buffers) {
        self.fc1.activate(&b.h, activation, &mut b.f, pass.team);
        self.fc2.add(&b.f, &mut b.x, pass.team);
    }
}
