//! BLOOM: BigScience Workshop 2022, "BLOOM: A 176B-Parameter Open-Access Multilingual Language Model".
//!
//! Layer norm behind the embedding, before each sublayer and at the end; no positions but ALiBi's slopes (Press et al. 2022).

use super::Family;
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear, Scores};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, HeadLayout, Pass, Transformer};

pub struct Bloom;

impl Family for Bloom {
    fn model_type(&self) -> &'static str {
        "bloom"
    }

    fn about(&self) -> &'static str {
        "BLOOM: pre-layer-norm transformer, ALiBi instead of positions, byte-level BPE"
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

/// What the models were trained on. ALiBi has no end of its own, and most configurations do not say.
const TRAINED_CONTEXT: usize = 2048;

struct Hyper {
    dims: Dimensions,
    eps: f32,
    apply_residual_connection_post_layernorm: bool,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let or = |key, older| if config.get(key).is_some() { key } else { older };
        let n_embd = config.size(or("hidden_size", "n_embed"))?;
        let dims = Dimensions {
            n_layer: config.size(or("n_layer", "num_hidden_layers"))?,
            n_ctx: config.optional_size("seq_length")?.unwrap_or(TRAINED_CONTEXT),
            vocab_size: config.size("vocab_size")?,
            ..Dimensions::multi_head(config.heads(or("n_head", "num_attention_heads"), n_embd)?, n_embd)
        };
        Ok(Self {
            dims,
            eps: config.epsilon("layer_norm_epsilon", 1e-5)?,
            apply_residual_connection_post_layernorm: config.flag("apply_residual_connection_post_layernorm", false)?,
        })
    }
}

/// A slope a head: powers of 2^(-8/n) for n heads; where n is no power of two, those of the next smaller one and then every
/// second of the next larger one (Press et al. 2022, footnote 9 and their code).
fn slopes(n_head: usize) -> Vec<f32> {
    let powers = |n: usize, step: usize| {
        let base = libm::exp2(-8.0 / n as f64) as f32;
        (1..).step_by(step).map(move |i: u32| libm::pow(f64::from(base), f64::from(i)) as f32)
    };
    let whole = 1 << n_head.ilog2();
    powers(whole, 1).take(whole).chain(powers(2 * whole, 2)).take(n_head).collect()
}

struct Model {
    hyper: Hyper,
    word_embeddings: Embedding,
    word_embeddings_layernorm: LayerNorm,
    h: Vec<Block>,
    ln_f: LayerNorm,
    head: Head,
}

impl Model {
    fn load(config: &Config, hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Dimensions { n_layer, n_embd, vocab_size, .. } = hyper.dims;
        let w = checkpoint.root("transformer");
        let word_embeddings = Embedding::load(&w.at("word_embeddings"), vocab_size, n_embd)?;
        let word_embeddings_layernorm = LayerNorm::load(&w.at("word_embeddings_layernorm"), n_embd, hyper.eps)?;
        let h = (0..n_layer).map(|i| Block::load(&hyper, &w.at("h").at(i))).collect::<Result<_, _>>()?;
        let ln_f = LayerNorm::load(&w.at("ln_f"), n_embd, hyper.eps)?;
        let head = HeadLayout::TIED.load(config, checkpoint, &word_embeddings, hyper.dims)?;
        checkpoint.check_all_used(&w.at("h"), n_layer)?;
        Ok(Self { hyper, word_embeddings, word_embeddings_layernorm, h, ln_f, head })
    }
}

impl Transformer for Model {
    fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers) {
        self.word_embeddings.forward(pass.tokens, &mut b.x);
        self.word_embeddings_layernorm.in_place(&mut b.x, pass.team);
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
    input_layernorm: LayerNorm,
    query_key_value: Linear,
    attn: Attention,
    dense: Linear,
    post_attention_layernorm: LayerNorm,
    dense_h_to_4h: Linear,
    dense_4h_to_h: Linear,
}

impl Block {
    fn load(hyper: &Hyper, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, head_dim, n_inner, .. } = hyper.dims;
        let (attn, mlp) = (w.at("self_attention"), w.at("mlp"));
        Ok(Self {
            input_layernorm: LayerNorm::load(&w.at("input_layernorm"), n_embd, hyper.eps)?,
            query_key_value: Linear::fused(&attn.at("query_key_value"), n_embd, n_head, head_dim, true)?,
            attn: Attention { scores: Scores::Sloped(slopes(n_head)), ..Attention::new(n_head, hyper.dims.scale()) },
            dense: Linear::transposed(&attn.at("dense"), n_embd, n_embd)?,
            post_attention_layernorm: LayerNorm::load(&w.at("post_attention_layernorm"), n_embd, hyper.eps)?,
            dense_h_to_4h: Linear::transposed(&mlp.at("dense_h_to_4h"), n_embd, n_inner)?,
            dense_4h_to_h: Linear::transposed(&mlp.at("dense_4h_to_h"), n_inner, n_embd)?,
        })
    }

    fn forward(&self, hyper: &Hyper, pass: &Pass, queries: Option<&[u32]>, kv: &mut Layer, b: &mut Buffers) {
        let normed_residual = hyper.apply_residual_connection_post_layernorm;
        self.input_layernorm.forward(&b.x, &mut b.h, pass.team);
        self.query_key_value.forward(&b.h, &mut b.qkv, pass.team);
        if normed_residual {
            b.x.copy_from(&b.h);
        }
        b.narrow(queries, &hyper.dims);
        self.attn.attend(&b.qkv, &pass.lanes, queries, kv, &mut b.a, pass.team);
        self.dense.add(&b.a, &mut b.x, pass.team);
        self.post_attention_layernorm.forward(&b.x, &mut b.h, pass.team);
        if normed_residual {
            b.x.copy_from(&b.h);
        }
        // BLOOM's own GELU is the tanh approximation, whatever the configuration says.
        self.dense_h_to_4h.activate(&b.h, Activation::GeluTanh, &mut b.f, pass.team);
        self.dense_4h_to_h.add(&b.f, &mut b.x, pass.team);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_for_any_number_of_heads() {
        let check = |n_head: usize, exponents: &[f64]| {
            let got = slopes(n_head);
            assert_eq!(got.len(), n_head);
            for (got, exponent) in got.iter().zip(exponents) {
                let wanted = (-exponent).exp2();
                assert!((f64::from(*got) - wanted).abs() < 1e-6 * wanted, "{n_head} heads: {got}, not {wanted}");
            }
        };
        check(1, &[8.0]);
        check(2, &[4.0, 8.0]);
        check(3, &[4.0, 8.0, 2.0]);
        check(4, &[2.0, 4.0, 6.0, 8.0]);
        check(6, &[2.0, 4.0, 6.0, 8.0, 1.0, 3.0]);
        check(7, &[2.0, 4.0, 6.0, 8.0, 1.0, 3.0, 5.0]);
        check(16, &[0.5, 1.0, 1.5, 2.0]);
    }
}
