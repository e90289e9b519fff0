//! Phi: Gunasekar et al. 2023, "Textbooks Are All You Need" (phi-1); Li et al. 2023, "… II: phi-1.5 technical report"; phi-2.
//!
//! Attention and feed-forward layer side by side behind one layer norm, rotary positions on a part of each head, biases
//! everywhere, a head of its own with one.

use super::{Family, activation, rope};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear, Rope};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};

pub struct Phi;

impl Family for Phi {
    fn model_type(&self) -> &'static str {
        "phi"
    }

    fn about(&self) -> &'static str {
        "phi-1, phi-1.5, phi-2: attention beside the feed-forward layer, rotary positions, byte-level BPE"
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
        if config.flag("qk_layernorm", false)? {
            return Err(config.wrong("qk_layernorm", "false: yardstick has no layer norm on queries and keys of phi"));
        }
        let dims = Dimensions::grouped(config)?;
        let rope =
            rope::read(config, rope::Defaults { share: 0.5, ..rope::Defaults::PLAIN }, dims.head_dim, dims.n_ctx)?;
        Ok(Self {
            dims: Dimensions { rotary: rope.dim(), ..dims },
            activation: activation(config, "hidden_act", "gelu_new")?,
            eps: config.epsilon("layer_norm_eps", 1e-5)?,
            rope,
        })
    }
}

struct Model {
    hyper: Hyper,
    embed_tokens: Embedding,
    layers: Vec<Block>,
    final_layernorm: LayerNorm,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("model");
        let embed_tokens = Embedding::load(&w.at("embed_tokens"), vocab_size, n_embd)?;
        let layers = (0..n_layer).map(|i| Block::load(&hyper, &w.at("layers").at(i))).collect::<Result<_, _>>()?;
        let final_layernorm = LayerNorm::load(&w.at("final_layernorm"), n_embd, hyper.eps)?;
        let layout = HeadLayout { bias: true, ..HeadLayout::OWN };
        let head = layout.load(config, checkpoint, &embed_tokens, hyper.dims)?;
        checkpoint.check_all_used(&w.at("layers"), n_layer)?;
        Ok(Self { hyper, embed_tokens, layers, final_layernorm, head })
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.embed_tokens.forward(pass.tokens, &mut b.x);
        self.hyper.rope.angles(pass.positions, &mut b.angles[0]);
        for (i, (block, kv)) in self.layers.iter().zip(layers).enumerate() {
            block.forward(&self.hyper, pass, pass.queries(i, self.layers.len()), kv, b);
        }
        self.final_layernorm.forward(&b.x, &mut b.h, pass.team);
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    input_layernorm: LayerNorm,
    qkv_proj: Linear,
    attn: Attention,
    dense: Linear,
    fc1: Linear,
    fc2: Linear,
}

impl Block {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, n_inner, .. } = hyper.dims;
        let (attn, mlp) = (w.at("self_attn"), w.at("mlp"));
        Ok(Self {
            input_layernorm: LayerNorm::load(&w.at("input_layernorm"), n_embd, hyper.eps)?,
            qkv_proj: hyper.dims.load_qkv(&attn, true)?,
            attn: Attention::new(n_head, hyper.dims.scale()),
            dense: Linear::transposed(&attn.at("dense"), hyper.dims.attended(), n_embd)?,
            fc1: Linear::transposed(&mlp.at("fc1"), n_embd, n_inner)?,
            fc2: Linear::transposed(&mlp.at("fc2"), n_inner, n_embd)?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        self.input_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.qkv_proj.forward(&b.h, &mut b.qkv, pass.team);
        hyper.rope.turn(&mut b.qkv, hyper.dims.turned(), &b.angles[0], pass.team);
        b.narrow(queries, &hyper.dims);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.dense.add(&b.a, &mut b.x, pass.team);
        self.fc1.activate(&b.h, hyper.activation, &mut b.f, pass.team);
        self.fc2.add(&b.f, &mut b.x, pass.team);
    }
}
