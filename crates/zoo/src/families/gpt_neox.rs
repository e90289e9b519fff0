//! GPT-NeoX: Black et al. 2022, "GPT-NeoX-20B"; Biderman et al. 2023, "Pythia".
//!
//! Attention and feed-forward layer side by side, each behind a layer norm of its own (or one after the other, where the
//! configuration says so), rotary positions on a part of each head, a head of its own.

use super::{Family, activation, rope};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear, Rope};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};

pub struct GptNeoX;

impl Family for GptNeoX {
    fn model_type(&self) -> &'static str {
        "gpt_neox"
    }

    fn about(&self) -> &'static str {
        "GPT-NeoX, Pythia: attention beside the feed-forward layer, rotary positions, byte-level BPE"
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
    attention_bias: bool,
    use_parallel_residual: bool,
}

const ROPE: rope::Defaults =
    rope::Defaults { theta_key: "rotary_emb_base", theta: 10_000.0, share_key: "rotary_pct", share: 0.25 };

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let n_embd = config.size("hidden_size")?;
        let dims = Dimensions {
            n_layer: config.size("num_hidden_layers")?,
            n_inner: config.size("intermediate_size")?,
            n_ctx: config.size("max_position_embeddings")?,
            vocab_size: config.size("vocab_size")?,
            ..Dimensions::multi_head(config.heads("num_attention_heads", n_embd)?, n_embd)
        };
        let rope = rope::read(config, ROPE, dims.head_dim, dims.n_ctx)?;
        Ok(Self {
            dims: Dimensions { rotary: rope.dim(), ..dims },
            activation: activation(config, "hidden_act", "gelu")?,
            eps: config.epsilon("layer_norm_eps", 1e-5)?,
            rope,
            attention_bias: config.flag("attention_bias", true)?,
            use_parallel_residual: config.flag("use_parallel_residual", true)?,
        })
    }
}

struct Model {
    hyper: Hyper,
    embed_in: Embedding,
    layers: Vec<Block>,
    final_layer_norm: LayerNorm,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("gpt_neox");
        let embed_in = Embedding::load(&w.at("embed_in"), vocab_size, n_embd)?;
        let layers = (0..n_layer).map(|i| Block::load(&hyper, &w.at("layers").at(i))).collect::<Result<_, _>>()?;
        let final_layer_norm = LayerNorm::load(&w.at("final_layer_norm"), n_embd, hyper.eps)?;
        let layout = HeadLayout { name: "embed_out", ..HeadLayout::OWN };
        let head = layout.load(config, checkpoint, &embed_in, hyper.dims)?;
        checkpoint.check_all_used(&w.at("layers"), n_layer)?;
        Ok(Self { hyper, embed_in, layers, final_layer_norm, head })
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.embed_in.forward(pass.tokens, &mut b.x);
        self.hyper.rope.angles(pass.positions, &mut b.angles[0]);
        for (i, (block, kv)) in self.layers.iter().zip(layers).enumerate() {
            block.forward(&self.hyper, pass, pass.queries(i, self.layers.len()), kv, b);
        }
        self.final_layer_norm.forward(&b.x, &mut b.h, pass.team);
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

struct Block {
    input_layernorm: LayerNorm,
    query_key_value: Linear,
    attn: Attention,
    dense: Linear,
    post_attention_layernorm: LayerNorm,
    mlp: Mlp,
}

impl Block {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, head_dim, .. } = hyper.dims;
        let (attention, bias) = (w.at("attention"), hyper.attention_bias);
        Ok(Self {
            input_layernorm: LayerNorm::load(&w.at("input_layernorm"), n_embd, hyper.eps)?,
            query_key_value: Linear::fused(&attention.at("query_key_value"), n_embd, n_head, head_dim, bias)?,
            attn: Attention::new(n_head, hyper.dims.scale()),
            dense: Linear::dense(&attention.at("dense"), n_embd, n_embd, bias)?,
            post_attention_layernorm: LayerNorm::load(&w.at("post_attention_layernorm"), n_embd, hyper.eps)?,
            mlp: Mlp::load(hyper, &w.at("mlp"))?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        self.input_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.query_key_value.forward(&b.h, &mut b.qkv, pass.team);
        hyper.rope.turn(&mut b.qkv, hyper.dims.turned(), &b.angles[0], pass.team);
        b.narrow(queries, &hyper.dims);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        if hyper.use_parallel_residual {
            self.post_attention_layernorm.forward(&b.x, &mut b.h, pass.team);
            self.dense.add(&b.a, &mut b.x, pass.team);
        } else {
            self.dense.add(&b.a, &mut b.x, pass.team);
            self.post_attention_layernorm.forward(&b.x, &mut b.h, pass.team);
        }
        self.mlp.dense_h_to_4h.activate(&b.h, self.mlp.act, &mut b.f, pass.team);
        self.mlp.dense_4h_to_h.add(&b.f, &mut b.x, pass.team);
    }
}

struct Mlp {
    dense_h_to_4h: Linear,
    act: Activation,
    dense_4h_to_h: Linear,
}

impl Mlp {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_inner, .. } = hyper.dims;
        Ok(Self {
            dense_h_to_4h: Linear::transposed(&w.at("dense_h_to_4h"), n_embd, n_inner)?,
            act: hyper.activation,
            dense_4h_to_h: Linear::transposed(&w.at("dense_4h_to_h"), n_inner, n_embd)?,
        })
    }
}
