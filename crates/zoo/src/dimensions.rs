//! The sizes of a network, and what its work costs.

use crate::ZooError;
use crate::checkpoint::Weights;
use crate::config::Config;
use crate::layers::Linear;
use crate::nn::{KeyValues, Turned, work_bytes};
use yardstick_core::Costs;

/// The sizes of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Layers.
    pub n_layer: usize,
    /// Attention heads.
    pub n_head: usize,
    /// Heads of keys and values; divides `n_head`.
    pub n_kv_head: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Width.
    pub n_embd: usize,
    /// Width inside the feed-forward layers.
    pub n_inner: usize,
    /// Whether these have a gate: three matrices instead of two.
    pub gated: bool,
    /// Cosines and sines of rotary positions that a row needs, of all kinds together.
    pub rotary: usize,
    /// Longest input, tokens.
    pub n_ctx: usize,
    /// Rows of the token embedding.
    pub vocab_size: usize,
}

impl Dimensions {
    /// From the keys that GPT-1 and GPT-2 configurations use.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn gpt(config: &Config) -> Result<Self, ZooError> {
        let n_embd = config.size("n_embd")?;
        let context = if config.get("n_positions").is_some() { "n_positions" } else { "n_ctx" };
        let n_ctx = config.optional_size(context)?.ok_or_else(|| config.wrong("n_positions", "an integer"))?;
        Ok(Self {
            n_layer: config.size("n_layer")?,
            n_ctx,
            vocab_size: config.size("vocab_size")?,
            ..Self::multi_head(config.heads("n_head", n_embd)?, n_embd)
        })
    }

    /// Multi-head attention over the whole width and a feed-forward layer four times as wide, without a gate; no layers yet.
    pub const fn multi_head(n_head: usize, n_embd: usize) -> Self {
        Self {
            n_layer: 0,
            n_head,
            n_kv_head: n_head,
            head_dim: match n_embd.checked_div(n_head) {
                Some(width) => width,
                None => 0,
            },
            n_embd,
            n_inner: 4 * n_embd,
            gated: false,
            rotary: 0,
            n_ctx: 0,
            vocab_size: 0,
        }
    }

    /// From the keys that Llama and its relatives use; the feed-forward layers have no gate yet.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn grouped(config: &Config) -> Result<Self, ZooError> {
        let (n_embd, n_head) = (config.size("hidden_size")?, config.size("num_attention_heads")?);
        let n_kv_head = config.optional_size("num_key_value_heads")?.unwrap_or(n_head);
        if !n_head.is_multiple_of(n_kv_head) {
            let expected = format!("a divisor of num_attention_heads, {n_head}");
            return Err(config.wrong("num_key_value_heads", &expected));
        }
        let head_dim = match config.optional_size("head_dim")? {
            Some(head_dim) => head_dim,
            None => n_embd / config.heads("num_attention_heads", n_embd)?,
        };
        Ok(Self {
            n_layer: config.size("num_hidden_layers")?,
            n_head,
            n_kv_head,
            head_dim,
            n_embd,
            n_inner: config.size("intermediate_size")?,
            n_ctx: config.size("max_position_embeddings")?,
            vocab_size: config.size("vocab_size")?,
            ..Self::multi_head(n_head, n_embd)
        })
    }

    /// Queries, keys and values of `q_proj`, `k_proj` and `v_proj`.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn load_qkv(&self, w: &Weights, bias: bool) -> Result<Linear, ZooError> {
        let parts = [("q_proj", self.n_head), ("k_proj", self.n_kv_head), ("v_proj", self.n_kv_head)];
        Linear::side_by_side(&parts.map(|(name, heads)| (w.at(name), heads * self.head_dim)), self.n_embd, bias)
    }

    /// Numbers in a row of queries, keys and values.
    pub const fn qkv(&self) -> usize {
        (self.n_head + 2 * self.n_kv_head) * self.head_dim
    }

    /// Numbers in a row of attention's output.
    pub const fn attended(&self) -> usize {
        self.n_head * self.head_dim
    }

    /// The factor on q·k: 1/√`head_dim`.
    pub fn scale(&self) -> f32 {
        1.0 / (self.head_dim as f32).sqrt()
    }

    /// Where rotary positions turn queries and keys.
    pub const fn turned(&self) -> Turned {
        Turned { width: self.qkv(), heads: self.n_head + self.n_kv_head, head_dim: self.head_dim }
    }

    /// An empty path of one layer with room for `positions`.
    pub fn key_values(&self, positions: usize) -> KeyValues {
        KeyValues::new(self.n_kv_head, self.head_dim, positions)
    }

    /// What the work costs. The last layer's attention output and feed-forward are computed for scored rows alone: the
    /// feed-forward counts there, and the few pairs of scored rows in the last layer's attention are not counted. Local
    /// attention counts as if it were global.
    pub fn costs(&self) -> Costs {
        let [layers, d, inner, vocab] = [self.n_layer, self.n_embd, self.n_inner, self.vocab_size].map(|n| n as u64);
        let [qkv, attended, rotary] = [self.qkv(), self.attended(), self.rotary].map(|n| n as u64);
        let matrices = if self.gated { 3 } else { 2 };
        let rest = 2 * attended * d + 2 * matrices * d * inner;
        Costs {
            flop_per_row: layers * 2 * d * qkv + (layers - 1) * rest,
            flop_per_pair: 4 * attended * (layers - 1),
            flop_per_scored_row: rest + 2 * d * vocab,
            bytes_per_position: layers * KeyValues::bytes_per_position(self.n_kv_head, self.head_dim),
            bytes_per_path: layers * KeyValues::bytes_beside(self.n_kv_head * self.head_dim),
            bytes_per_row: 4 * (2 * d + qkv + 2 * attended + inner + rotary),
            bytes_per_scored_row: 4 * d,
            bytes_per_thread: work_bytes(d.max(inner).max(attended), vocab),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transformer::Buffers;

    fn gpt2() -> Dimensions {
        Dimensions { n_layer: 12, n_ctx: 1024, vocab_size: 50_257, ..Dimensions::multi_head(12, 768) }
    }

    /// Llama 3.2 1B.
    fn llama() -> Dimensions {
        Dimensions {
            n_layer: 16,
            n_head: 32,
            n_kv_head: 8,
            head_dim: 64,
            n_embd: 2048,
            n_inner: 8192,
            gated: true,
            rotary: 64,
            n_ctx: 131_072,
            vocab_size: 128_256,
        }
    }

    /// Two operations for each weight of the matrices that a row meets.
    fn check_flop(d: &Dimensions, qkv: u64, rest: u64, head: u64) {
        let (costs, layers) = (d.costs(), d.n_layer as u64);
        assert_eq!(costs.flop_per_row, 2 * (layers * qkv + (layers - 1) * rest));
        assert_eq!(costs.flop_per_scored_row, 2 * (rest + head));
    }

    #[test]
    fn operations() {
        check_flop(&gpt2(), 768 * 2304, 768 * 768 + 2 * 768 * 3072, 768 * 50_257);
        check_flop(&llama(), 2048 * (2048 + 512 + 512), 2048 * 2048 + 3 * 2048 * 8192, 2048 * 128_256);
        assert_eq!(gpt2().costs().flop_per_pair, 11 * 4 * 768);
        assert_eq!(llama().costs().flop_per_pair, 15 * 4 * 32 * 64);
    }

    #[test]
    fn memory() {
        // Keys and values of eight heads, not of 32.
        assert_eq!(llama().costs().bytes_per_position, 16 * 2 * 8 * 64 * 4);
        assert_eq!(gpt2().costs().bytes_per_position, 12 * 2 * 768 * 4);
        for d in [gpt2(), llama()] {
            let (rows, mut b) = (10, Buffers::new(None));
            b.resize(rows, &d);
            let numbers = [&b.x, &b.h, &b.qkv, &b.a, &b.f].iter().map(|buffer| buffer.host().len()).sum::<usize>();
            let of_team = rows * d.attended(); // heads are put in place when all threads are done
            assert_eq!(d.costs().bytes_per_row, 4 * ((numbers + of_team) / rows + d.rotary) as u64);
        }
    }
}
