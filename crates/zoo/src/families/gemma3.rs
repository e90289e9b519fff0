//! Gemma 3, text: Gemma Team 2025, "Gemma 3 Technical Report": Gemma 2's network with norms on queries and keys instead of
//! caps, five layers with a window to one without, and rotary positions of their own in those with one.

use super::gemma2::{Caps, Hyper, build};
use super::{Family, rope, windows::windows};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::Rope;
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct Gemma3;

impl Family for Gemma3 {
    fn model_type(&self) -> &'static str {
        "gemma3_text"
    }

    fn about(&self) -> &'static str {
        "Gemma 3, text: Gemma 2 with norms on queries and keys, layers with a window and positions of their own"
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

const GLOBAL: rope::Defaults = rope::Defaults { theta: 1_000_000.0, ..rope::Defaults::PLAIN };
const LOCAL: rope::Defaults = rope::Defaults { theta_key: "rope_local_base_freq", ..rope::Defaults::PLAIN };

fn hyper(config: &Config) -> Result<Hyper, ZooError> {
    let dims = Dimensions::grouped(config)?;
    let pattern = config.optional_size("sliding_window_pattern")?.unwrap_or(6);
    let windows = windows(config, dims.n_layer, |i| !(i + 1).is_multiple_of(pattern))?;
    if config.get("attn_logit_softcapping").is_some() {
        return Err(config.wrong("attn_logit_softcapping", "null: Gemma 3 has norms on queries and keys instead"));
    }
    let caps = Caps { scores: None, logits: config.positive("final_logit_softcapping")?.map(|cap| cap as f32) };
    let mut hyper = Hyper::read(config, dims, ropes(config, &dims)?, windows, caps)?;
    hyper.qk_norm = true;
    Ok(hyper)
}

/// Of layers that see everything, and of those with a window. Older configurations scale the former by `rope_scaling`.
fn ropes(config: &Config, d: &Dimensions) -> Result<(Rope, Option<Rope>), ZooError> {
    let by_layer = config.section("rope_parameters")?;
    if let Some(sections) = &by_layer
        && sections.get("full_attention").is_none()
        && sections.get("sliding_attention").is_none()
    {
        return Err(config.wrong("rope_parameters", "a section full_attention or sliding_attention, or both"));
    }
    let of = |name: &str| by_layer.as_ref().map_or(Ok(None), |sections| sections.section(name));
    let global = match config.section("rope_scaling")? {
        Some(section) => Some(section),
        None => of("full_attention")?,
    };
    let global = rope::of_section(config, global.as_ref(), GLOBAL, d.head_dim, d.n_ctx)?;
    let local = rope::of_section(config, of("sliding_attention")?.as_ref(), LOCAL, d.head_dim, d.n_ctx)?;
    Ok((global, Some(local)))
}
