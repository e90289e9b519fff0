//! GPT-J: Wang & Komatsuzaki 2021, "GPT-J-6B".
//!
//! Attention and feed-forward layer side by side behind one layer norm, rotary positions on neighbouring components of a part
//! of each head, a head of its own with a bias. Attention has no biases.

use super::{Family, activation, rope};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear, Pairing, Rope};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};

pub struct GptJ;

impl Family for GptJ {
    fn model_type(&self) -> &'static str {
        "gptj"
    }

    fn about(&self) -> &'static str {
        "GPT-J: attention beside the feed-forward layer, rotary positions, byte-level BPE"
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

struct Hyper {
    dims: Dimensions,
    activation: Activation,
    eps: f32,
    rope: Rope,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let dims = Dimensions::gpt(config)?;
        let rotary = config.optional_size("rotary_dim")?.unwrap_or(64);
        if rotary > dims.head_dim || !rotary.is_multiple_of(2) {
            return Err(config.wrong("rotary_dim", &format!("an even number up to a head's width, {}", dims.head_dim)));
        }
        let n_inner = config.optional_size("n_inner")?.unwrap_or(dims.n_inner);
        Ok(Self {
            dims: Dimensions { n_inner, rotary, ..dims },
            activation: activation(config, "activation_function", "gelu_new")?,
            eps: config.epsilon("layer_norm_epsilon", 1e-5)?,
            rope: Rope::new(rope::frequencies(10_000.0, rotary), 1.0, Pairing::Neighbours),
        })
    }
}

struct Model {
    hyper: Hyper,
    wte: Embedding,
    h: Vec<Block>,
    ln_f: LayerNorm,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("transformer");
        let wte = Embedding::load(&w.at("wte"), vocab_size, n_embd)?;
        let h = (0..n_layer).map(|i| Block::load(&hyper, &w.at("h").at(i))).collect::<Result<_, _>>()?;
        let ln_f = LayerNorm::load(&w.at("ln_f"), n_embd, hyper.eps)?;
        let layout = HeadLayout { bias: true, ..HeadLayout::OWN };
        let head = layout.load(config, checkpoint, &wte, hyper.dims)?;
        checkpoint.check_all_used(&w.at("h"), n_layer)?;
        Ok(Self { hyper, wte, h, ln_f, head })
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.wte.forward(pass.tokens, &mut b.x);
        self.hyper.rope.angles(pass.positions, &mut b.angles[0]);
        for (i, (block, kv)) in self.h.iter().zip(layers).enumerate() {
            block.forward(&self.hyper, pass, pass.queries(i, self.h.len()), kv, b);
        }
        self.ln_f.forward(&b.x, &mut b.h, pass.team);
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    ln_1: LayerNorm,
    qkv_proj: Linear,
    attn: Attention,
    out_proj: Linear,
    mlp: Mlp,
}

impl Block {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, .. } = hyper.dims;
        let attn = w.at("attn");
        let qkv = ["q_proj", "k_proj", "v_proj"].map(|name| attn.at(name));
        Ok(Self {
            ln_1: LayerNorm::load(&w.at("ln_1"), n_embd, hyper.eps)?,
            qkv_proj: Linear::joined(&qkv, n_embd, n_embd)?,
            attn: Attention::new(n_head, hyper.dims.scale()),
            out_proj: Linear::dense(&attn.at("out_proj"), n_embd, n_embd, false)?,
            mlp: Mlp::load(hyper, &w.at("mlp"))?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        self.ln_1.forward(&b.x, &mut b.h, pass.team);
        self.qkv_proj.forward(&b.h, &mut b.qkv, pass.team);
        hyper.rope.turn(&mut b.qkv, hyper.dims.turned(), &b.angles[0], pass.team);
        b.narrow(queries, &hyper.dims);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.out_proj.add(&b.a, &mut b.x, pass.team);
        self.mlp.fc_in.activate(&b.h, self.mlp.act, &mut b.f, pass.team);
        self.mlp.fc_out.add(&b.f, &mut b.x, pass.team);
    }
}

struct Mlp {
    fc_in: Linear,
    act: Activation,
    fc_out: Linear,
}

impl Mlp {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_inner, .. } = hyper.dims;
        Ok(Self {
            fc_in: Linear::transposed(&w.at("fc_in"), n_embd, n_inner)?,
            act: hyper.activation,
            fc_out: Linear::transposed(&w.at("fc_out"), n_inner, n_embd)?,
        })
    }
}
