//! The architectures of the GPT papers by name, without weights: what they would cost.

use crate::dimensions::Dimensions;
use crate::nn::Storage;

/// Which checkpoint layout a preset has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `openai-gpt`: normalised after each sublayer.
    Gpt1,
    /// `gpt2`: normalised before each sublayer and once more at the end.
    Gpt2,
}

/// An architecture of a paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// What it is called here.
    pub name: &'static str,
    /// Where it is from.
    pub source: &'static str,
    /// Parameters as the paper prints them.
    pub printed: &'static str,
    /// Its sizes.
    pub dimensions: Dimensions,
    /// How a checkpoint of it is laid out. GPT-3's locally banded layers count and compute as dense ones: their band is not published.
    pub layout: Layout,
    /// What is taken otherwise than the paper prints it, and why; empty where nothing is.
    pub note: &'static str,
}

const GPT1: &str = "Radford et al. 2018, section 4.1";
const GPT2: &str = "Radford et al. 2019, table 2";
const GPT3: &str = "Brown et al. 2020, table 2.1";

const COUNTED: &str = "The paper's count is too small; OpenAI's repository corrected it after release.";
const XL: &str = "Printed with 24 heads of 128, which makes 3072 and not the printed width of 2048. Taken are 16 heads of 128: width, layers and \
                  the printed 1.3B parameters agree with that.";
const THIRTEEN: &str = "Printed with a width of 5140, which 40 heads do not divide. Taken is 5120, the printed 40 heads of the printed 128.";

/// GPT-1, the four GPT-2 and the eight GPT-3, by paper and size.
pub static PRESETS: &[Preset] = &[
    Preset { layout: Layout::Gpt1, ..preset("gpt1", GPT1, "117M", [12, 12, 768, 512, 40_478], "") },
    preset("gpt2-small", GPT2, "117M", [12, 12, 768, 1024, 50_257], COUNTED),
    preset("gpt2-medium", GPT2, "345M", [24, 16, 1024, 1024, 50_257], COUNTED),
    preset("gpt2-large", GPT2, "762M", [36, 20, 1280, 1024, 50_257], COUNTED),
    preset("gpt2-xl", GPT2, "1542M", [48, 25, 1600, 1024, 50_257], COUNTED),
    preset("gpt3-small", GPT3, "125M", [12, 12, 768, 2048, 50_257], ""),
    preset("gpt3-medium", GPT3, "350M", [24, 16, 1024, 2048, 50_257], ""),
    preset("gpt3-large", GPT3, "760M", [24, 16, 1536, 2048, 50_257], ""),
    preset("gpt3-xl", GPT3, "1.3B", [24, 16, 2048, 2048, 50_257], XL),
    preset("gpt3-2.7b", GPT3, "2.7B", [32, 32, 2560, 2048, 50_257], ""),
    preset("gpt3-6.7b", GPT3, "6.7B", [32, 32, 4096, 2048, 50_257], ""),
    preset("gpt3-13b", GPT3, "13.0B", [40, 40, 5120, 2048, 50_257], THIRTEEN),
    preset("gpt3-175b", GPT3, "175.0B", [96, 96, 12_288, 2048, 50_257], ""),
];

/// `[n_layer, n_head, n_embd, n_ctx, vocab_size]`; a head is `n_embd` / `n_head` wide, the feed-forward four times the width.
const fn preset(
    name: &'static str,
    source: &'static str,
    printed: &'static str,
    [n_layer, n_head, n_embd, n_ctx, vocab_size]: [usize; 5],
    note: &'static str,
) -> Preset {
    let dimensions = Dimensions { n_layer, n_ctx, vocab_size, ..Dimensions::multi_head(n_head, n_embd) };
    Preset { name, source, printed, dimensions, layout: Layout::Gpt2, note }
}

impl Preset {
    /// The preset called `name`.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Parameters, the tied head counted once.
    pub fn n_params(&self) -> u64 {
        let d = self.dimensions;
        let last_norm = if self.layout == Layout::Gpt2 { 2 * d.n_embd as u64 } else { 0 };
        d.matrices() + d.vectors() + d.embeddings() + last_norm
    }
}

impl Dimensions {
    /// Weights of the layers' matrices.
    fn matrices(&self) -> u64 {
        let [layers, d, inner] = [self.n_layer, self.n_embd, self.n_inner].map(|n| n as u64);
        layers * (4 * d * d + 2 * d * inner)
    }

    /// Biases of those and the layers' two norms.
    fn vectors(&self) -> u64 {
        let [layers, d, inner] = [self.n_layer, self.n_embd, self.n_inner].map(|n| n as u64);
        layers * (5 * d + inner + 4 * d)
    }

    /// Token and position embeddings.
    fn embeddings(&self) -> u64 {
        (self.vocab_size + self.n_ctx) as u64 * self.n_embd as u64
    }

    /// Floating-point operations a token of a text as long as the context, every token scored:
    /// 2·(the layers' weights) + 2·`n_layer`·`n_ctx`·`n_embd` for attention (on average half the context is seen) + 2·`vocab_size`·`n_embd`
    /// (Kaplan et al. 2020, "Scaling Laws for Neural Language Models", table 1).
    pub fn flop_per_token(&self) -> u64 {
        let [layers, d, n_ctx, vocab] = [self.n_layer, self.n_embd, self.n_ctx, self.vocab_size].map(|n| n as u64);
        2 * self.matrices() + 2 * layers * n_ctx * d + 2 * vocab * d
    }

    /// Bytes that the weights take in memory when layers and head are held so. The head is a copy of the embedding in the order of the
    /// kernel; embeddings, biases and norms are f32.
    pub fn held_bytes(&self, storage: Storage) -> u64 {
        let packed = self.matrices() + (self.vocab_size * self.n_embd) as u64;
        packed * storage.bits() / 8 + 4 * (self.embeddings() + self.vectors())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts of the published checkpoints, and of what the papers print.
    #[test]
    fn parameters_are_those_of_the_papers() {
        for (name, wanted) in [
            ("gpt1", 116_534_784),
            ("gpt2-small", 124_439_808),
            ("gpt2-medium", 354_823_168),
            ("gpt2-large", 774_030_080),
            ("gpt2-xl", 1_557_611_200),
        ] {
            assert_eq!(Preset::of_name(name).unwrap().n_params(), wanted, "{name}");
        }
        for preset in PRESETS.iter().filter(|preset| preset.source == GPT3) {
            let (number, unit) = preset.printed.split_at(preset.printed.len() - 1);
            let printed: f64 = number.parse::<f64>().unwrap() * if unit == "B" { 1e9 } else { 1e6 };
            let ratio = preset.n_params() as f64 / printed;
            assert!((0.98..1.02).contains(&ratio), "{}: {ratio}", preset.name);
        }
    }

    #[test]
    fn heads_divide_widths_and_names_are_unique() {
        for (i, preset) in PRESETS.iter().enumerate() {
            let d = preset.dimensions;
            assert_eq!(d.n_embd % d.n_head, 0, "{}", preset.name);
            assert!(PRESETS[..i].iter().all(|other| other.name != preset.name));
            assert!(!crate::BUNDLED_NAMES.contains(&preset.name), "{}", preset.name);
        }
        assert_eq!(Preset::of_name("gpt3-xl").map(|p| p.dimensions.n_embd / p.dimensions.n_head), Some(128));
    }

    /// 3.14·10¹¹ operations a token: 2·174·10⁹ weights, some attention and vocabulary.
    #[test]
    fn operations_are_about_two_a_weight() {
        for preset in PRESETS.iter().filter(|preset| preset.dimensions.n_embd > 1000) {
            let ratio = preset.dimensions.flop_per_token() as f64 / preset.n_params() as f64;
            assert!((2.0..2.35).contains(&ratio), "{}: {ratio}", preset.name);
        }
    }

    #[test]
    fn memory_is_less_when_weights_are_rounded() {
        let d = Preset::of_name("gpt2-small").unwrap().dimensions;
        let bytes = Storage::ALL.map(|storage| d.held_bytes(storage));
        assert!(bytes.is_sorted_by(|a, b| a > b), "{bytes:?}");
        // Parameters in f32 and the head's copy of the embedding.
        assert_eq!(bytes[0], 4 * (124_439_808 - 2 * 768 + 50_257 * 768));
    }
}
