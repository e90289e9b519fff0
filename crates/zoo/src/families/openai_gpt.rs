//! GPT-1: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training".
//!
//! Layer norm after each residual sum and none at the end, learned positions, head tied unless the
//! configuration unties it.

use super::Family;
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, Pass, Transformer, load_head};

pub struct OpenAiGpt;

impl Family for OpenAiGpt {
    fn model_type(&self) -> &'static str {
        "openai-gpt"
    }

    fn about(&self) -> &'static str {
        "GPT-1: post-layer-norm transformer, learned positions, lower-cased BPE"
    }

    fn bpe(&self) -> Bpe {
        Bpe::LowerCased
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
    afn: Activation,
    eps: f32,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let dims = Dimensions::gpt(config)?;
        let afn = match config.text("afn", "gelu")? {
            "gelu" => Activation::GeluTanh, // GPT-1's "gelu" is the tanh approximation
            "relu" => Activation::Relu,
            "silu" | "swish" => Activation::Silu,
            _ => return Err(config.wrong("afn", "one of gelu, relu, silu, swish")),
        };
        Ok(Self { dims, afn, eps: config.epsilon("layer_norm_epsilon", 1e-5)? })
    }
}

struct Model {
    dims: Dimensions,
    wte: Embedding,
    wpe: Embedding,
    h: Vec<Block>,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: &Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, n_ctx, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("transformer");
        let wte = Embedding::load(&w.at("tokens_embed"), vocab_size, n_embd)?;
        let wpe = Embedding::load(&w.at("positions_embed"), n_ctx, n_embd)?;
        let h = (0..n_layer).map(|i| Block::load(hyper, &w.at("h").at(i))).collect::<Result<_, _>>()?;
        checkpoint.check_all_used(&w.at("h"), n_layer)?;
        let head = load_head(config, checkpoint, &wte, hyper.dims)?;
        Ok(Self { dims: hyper.dims, wte, wpe, h, head })
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
        b.h.copy_from(&b.x);
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    c_attn: Linear,
    attn: Attention,
    c_proj: Linear,
    ln_1: LayerNorm,
    mlp: Mlp,
    ln_2: LayerNorm,
}

impl Block {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, .. } = hyper.dims;
        let scale = 1.0 / ((n_embd / n_head) as f32).sqrt();
        Ok(Self {
            c_attn: Linear::conv1d(&w.at("attn").at("c_attn"), n_embd, 3 * n_embd)?,
            attn: Attention::new(n_head, scale),
            c_proj: Linear::conv1d(&w.at("attn").at("c_proj"), n_embd, n_embd)?,
            ln_1: LayerNorm::load(&w.at("ln_1"), n_embd, hyper.eps)?,
            mlp: Mlp::load(hyper, &w.at("mlp"))?,
            ln_2: LayerNorm::load(&w.at("ln_2"), n_embd, hyper.eps)?,
        })
    }

    fn forward(&self, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers, d: &Dimensions) {
        self.c_attn.forward(&b.x, &mut b.qkv, pass.team);
        b.narrow_stream(queries, d);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.c_proj.add(&b.a, &mut b.x, pass.team);
        self.ln_1.in_place(&mut b.x, pass.team);
        self.mlp.c_fc.activate(&b.x, self.mlp.act, &mut b.f, pass.team);
        self.mlp.c_proj.add(&b.f, &mut b.x, pass.team);
        self.ln_2.in_place(&mut b.x, pass.team);
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
            act: hyper.afn,
            c_proj: Linear::conv1d(&w.at("c_proj"), n_inner, n_embd)?,
        })
    }
}
