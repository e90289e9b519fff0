//! GPT-3 style: GPT-2 with alternating dense and locally banded attention (Brown et al. 2020, 2.1), in the checkpoint
//! layout of GPT-Neo (Black et al. 2021). Queries, keys and values have no bias, and q·k is not scaled.

use super::{Family, activation};
use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, Layer, LayerNorm, Linear, Window};
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::{Buffers, Pass, Transformer, load_head};
use serde_json::Value;

pub struct GptNeo;

impl Family for GptNeo {
    fn model_type(&self) -> &'static str {
        "gpt_neo"
    }

    fn about(&self) -> &'static str {
        "GPT-3 style: GPT-2 with alternating dense and locally banded attention, byte-level BPE"
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
    /// One a layer.
    windows: Vec<Window>,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let n_embd = config.size("hidden_size")?;
        let dims = Dimensions {
            n_layer: config.size("num_layers")?,
            n_inner: config.optional_size("intermediate_size")?.unwrap_or(4 * n_embd),
            n_ctx: config.size("max_position_embeddings")?,
            vocab_size: config.size("vocab_size")?,
            ..Dimensions::multi_head(config.heads("num_heads", n_embd)?, n_embd)
        };
        Ok(Self {
            dims,
            activation: activation(config, "activation_function", "gelu_new")?,
            eps: config.epsilon("layer_norm_epsilon", 1e-5)?,
            windows: windows(config, dims.n_layer)?,
        })
    }
}

/// The reach of each layer, from `attention_layers` (`["global", "local", …]`) or, where that is absent, from
/// `attention_types` (`[[["global", "local"], 12]]`: the names, repeated).
fn windows(config: &Config, n_layer: usize) -> Result<Vec<Window>, ZooError> {
    let window_size = config.optional_size("window_size")?.unwrap_or(256);
    let (key, names) = match config.get("attention_layers").and_then(Value::as_array) {
        Some(names) => ("attention_layers", Some(names.iter().take(n_layer + 1).collect())),
        None => ("attention_types", config.get("attention_types").and_then(|types| expand(types, n_layer))),
    };
    let expected = || config.wrong(key, &format!("\"global\" or \"local\" for each of {n_layer} layers"));
    let names: Vec<&Value> = names.filter(|names: &Vec<_>| names.len() == n_layer).ok_or_else(expected)?;
    let window = |name: &Value| match name.as_str() {
        Some("global") => Ok(Window::Global),
        Some("local") => Ok(Window::Local(window_size)),
        _ => Err(expected()),
    };
    names.into_iter().map(window).collect()
}

/// `[[[name, …], times], …]` written out, at most one name more than there are layers.
fn expand(types: &Value, n_layer: usize) -> Option<Vec<&Value>> {
    let mut names = Vec::new();
    for group in types.as_array()? {
        let [group, times] = group.as_array()?.as_slice() else { return None };
        let (group, times) = (group.as_array()?, usize::try_from(times.as_u64()?).ok()?);
        let room = n_layer + 1 - names.len();
        names.extend((0..times.min(room)).flat_map(|_| group).take(room));
    }
    Some(names)
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
        let h = hyper.windows.iter().enumerate();
        let h = h.map(|(i, window)| Block::load(hyper, *window, &w.at("h").at(i))).collect::<Result<_, _>>()?;
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
    fn load(hyper: &Hyper, window: Window, w: &Weights) -> Result<Self, ZooError> {
        let Dimensions { n_embd, n_head, .. } = hyper.dims;
        let attn = w.at("attn").at("attention");
        let qkv = [attn.at("q_proj"), attn.at("k_proj"), attn.at("v_proj")];
        Ok(Self {
            ln_1: LayerNorm::load(&w.at("ln_1"), n_embd, hyper.eps)?,
            c_attn: Linear::joined(&qkv, n_embd, n_embd)?,
            attn: Attention { window, ..Attention::new(n_head, 1.0) },
            c_proj: Linear::transposed(&attn.at("out_proj"), n_embd, n_embd)?,
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
            c_fc: Linear::transposed(&w.at("c_fc"), n_embd, n_inner)?,
            act: hyper.activation,
            c_proj: Linear::transposed(&w.at("c_proj"), n_inner, n_embd)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Window::{Global, Local};

    fn check(json: &str, n_layer: usize, expected: Option<&[Window]>) {
        let config = Config::parse("c.json".to_owned(), json.as_bytes()).unwrap();
        assert_eq!(windows(&config, n_layer).ok().as_deref(), expected, "{json}");
    }

    #[test]
    fn layers_are_global_or_local() {
        let two = [Global, Local(8), Global, Local(8)];
        check(r#"{"attention_types": [[["global", "local"], 2]], "window_size": 8}"#, 4, Some(&two));
        check(r#"{"attention_layers": ["local", "global"]}"#, 2, Some(&[Local(256), Global]));
        check(r#"{"attention_types": [[["global"], 1], [["local"], 2]]}"#, 3, Some(&[Global, Local(256), Local(256)]));
    }

    #[test]
    fn bad_patterns_are_refused() {
        for json in [
            "{}",
            r#"{"attention_layers": ["global"]}"#,
            r#"{"attention_layers": ["global", "local", "local"]}"#,
            r#"{"attention_layers": ["global", "sparse"]}"#,
            r#"{"attention_types": [[["global"], 18446744073709551615]]}"#,
            r#"{"attention_types": [[[], 18446744073709551615]]}"#,
            r#"{"attention_types": [["global", 2]]}"#,
            r#"{"attention_types": [[["global"], -2]]}"#,
            r#"{"attention_types": 3}"#,
        ] {
            check(json, 2, None);
        }
    }
}
