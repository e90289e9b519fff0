//! GPT-2: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
//!
//! Layer norm before each sublayer and once more at the end, learned positions, head tied unless the configuration unties it.

use super::{Family, activation};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, Pass, Transformer, load_head};

pub struct Gpt2;

impl Family for Gpt2 {
    fn model_type(&self) -> &'static str {
        "gpt2"
    }

    fn about(&self) -> &'static str {
        "GPT-2: pre-layer-norm transformer, learned positions, byte-level BPE"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(Hyper::read(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        Ok(Model::load(config, &Hyper::read(config)?, checkpoint)?.into())
    }
}

struct Hyper {
    dims: Dimensions,
    activation: Activation,
    eps: f32,
    scale_attn_weights: bool,
    scale_attn_by_inverse_layer_idx: bool,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let dims = Dimensions::gpt(config)?;
        Ok(Self {
            dims: Dimensions { n_inner: config.optional_size("n_inner")?.unwrap_or(dims.n_inner), ..dims },
            activation: activation(config, "activation_function", "gelu_new")?,
            eps: config.epsilon("layer_norm_epsilon", 1e-5)?,
            scale_attn_weights: config.flag("scale_attn_weights", true)?,
            scale_attn_by_inverse_layer_idx: config.flag("scale_attn_by_inverse_layer_idx", false)?,
        })
    }

    /// The factor on q·k in layer `i`.
    fn scale(&self, i: usize) -> f32 {
        let by_width =
            if self.scale_attn_weights { 1.0 / ((self.dims.n_embd / self.dims.n_head) as f32).sqrt() } else { 1.0 };
        if self.scale_attn_by_inverse_layer_idx { by_width / (i + 1) as f32 } else { by_width }
    }
}

struct Model {
    dims: Dimensions,
    wte: Embedding,
    wpe: Embedding,
    h: Vec<Block>,
    ln_f: LayerNorm,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: &Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, n_ctx, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("transformer");
        let wte = Embedding::load(&w.at("wte"), vocab_size, n_embd)?;
        let wpe = Embedding::load(&w.at("wpe"), n_ctx, n_embd)?;
        let h = (0..n_layer).map(|i| Block::load(hyper, i, &w.at("h").at(i))).collect::<Result<_, _>>()?;
        let ln_f = LayerNorm::load(&w.at("ln_f"), n_embd, hyper.eps)?;
        checkpoint.check_all_used(&w.at("h"), n_layer)?;
        let head = load_head(config, checkpoint, &wte, hyper.dims)?;
        Ok(Self { dims: hyper.dims, wte, wpe, h, ln_f, head })
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.dims
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.wte.forward(pass.tokens, &mut b.x);
        self.wpe.add(pass.positions, &mut b.x);
        for (i, (block, kv)) in self.h.iter().zip(layers).enumerate() {
            block.forward(pass, pass.queries(i, self.h.len()), kv, b, &self.dims);
        }
        self.ln_f.forward(&b.x, &mut b.h, pass.team);
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    ln_1: LayerNorm,
    c_attn: Linear,
    attn: Attention,
    c_proj: Linear,
    ln_2: LayerNorm,
    mlp: Mlp,
}

impl Block {
    fn load(hyper: &Hyper, i: usize, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, .. } = hyper.dims;
        Ok(Self {
            ln_1: LayerNorm::load(&w.at("ln_1"), n_embd, hyper.eps)?,
            c_attn: Linear::conv1d(&w.at("attn").at("c_attn"), n_embd, 3 * n_embd)?,
            attn: Attention::new(n_head, hyper.scale(i)),
            c_proj: Linear::conv1d(&w.at("attn").at("c_proj"), n_embd, n_embd)?,
            ln_2: LayerNorm::load(&w.at("ln_2"), n_embd, hyper.eps)?,
            mlp: Mlp::load(hyper, &w.at("mlp"))?,
        })
    }

    fn forward(&self, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers, d: &Dimensions) {
        self.ln_1.forward(&b.x, &mut b.h, pass.team);
        self.c_attn.forward(&b.h, &mut b.qkv, pass.team);
        b.narrow(queries, d);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.c_proj.add(&b.a, &mut b.x, pass.team);
        self.ln_2.forward(&b.x, &mut b.h, pass.team);
        self.mlp.c_fc.activate(&b.h, self.mlp.act, &mut b.f, pass.team);
        self.mlp.c_proj.add(&b.f, &mut b.x, pass.team);
    }
}

struct Mlp {
    c_fc: Linear,
    act: Activation,
    c_proj: Linear,
}

impl Mlp {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_inner, .. } = hyper.dims;
        Ok(Self {
            c_fc: Linear::conv1d(&w.at("c_fc"), n_embd, n_inner)?,
            act: hyper.activation,
            c_proj: Linear::conv1d(&w.at("c_proj"), n_inner, n_embd)?,
        })
    }
}

#[cfg(test)]
mod nano_sort;
