//! Rotary positions as configurations describe them: how fast each pair of a head's components turns.
//!
//! The reference computes frequencies in f32; so does this, step by step, with powers and roots rounded from f64. What a
//! position does must not depend on the text it stands in (see ARCHITECTURE.md, 1), so "dynamic" scaling is what it is up to
//! `max_position_embeddings`, the context: plain.

use crate::ZooError;
use crate::config::Config;
use crate::layers::{Pairing, Rope};
use std::f64::consts::TAU;

/// What a family says where the configuration does not, and under which keys older configurations say it.
#[derive(Clone, Copy)]
pub struct Defaults {
    /// Key of the base.
    pub theta_key: &'static str,
    /// The base.
    pub theta: f64,
    /// Key of the turned share of a head.
    pub share_key: &'static str,
    /// The turned share of a head.
    pub share: f64,
}

impl Defaults {
    /// Whole heads, base 10,000.
    pub const PLAIN: Self =
        Self { theta_key: "rope_theta", theta: 10_000.0, share_key: "partial_rotary_factor", share: 1.0 };
}

/// Rotary positions for heads of `head_dim`: the same for all layers.
///
/// # Errors
/// A key is wrong, or the kind of scaling unknown.
pub fn read(config: &Config, defaults: Defaults, head_dim: usize, n_ctx: usize) -> Result<Rope, ZooError> {
    let section = match config.section("rope_scaling")? {
        Some(section) => Some(section),
        None => config.section("rope_parameters")?,
    };
    let by_layer = |section: &Config| section.get("full_attention").or(section.get("sliding_attention")).is_some();
    if section.as_ref().is_some_and(by_layer) {
        return Err(config.wrong("rope_parameters", "the same for all layers in this family"));
    }
    of_section(config, section.as_ref(), defaults, head_dim, n_ctx)
}

/// The same by a section that the caller has found.
///
/// # Errors
/// A key is wrong, or the kind of scaling unknown.
pub fn of_section(
    config: &Config,
    section: Option<&Config>,
    defaults: Defaults,
    head_dim: usize,
    n_ctx: usize,
) -> Result<Rope, ZooError> {
    let number = |key: &str, old_key: &str, default: f64| {
        let here = section.map_or(Ok(None), |section| section.positive(key))?;
        let found = if here.is_some() { here } else { config.positive(old_key)? };
        Ok::<_, ZooError>(found.unwrap_or(default))
    };
    let theta = number("rope_theta", defaults.theta_key, defaults.theta)?;
    let share = number("partial_rotary_factor", defaults.share_key, defaults.share)?;
    #[expect(clippy::cast_sign_loss, reason = "neither is negative")]
    let dim = (head_dim as f64 * share) as usize;
    if dim < 2 || dim > head_dim || !dim.is_multiple_of(2) {
        let expected = format!("a share of a head's {head_dim} components that is an even number of them");
        return Err(config.wrong(defaults.share_key, &expected));
    }
    let (frequencies, scale) = match section {
        Some(section) => scaled(section, theta, dim, n_ctx)?,
        None => (frequencies(theta, dim), 1.0),
    };
    Ok(Rope::new(frequencies, scale, Pairing::Halves))
}

/// 1 / θ^(2i / dim), radians a position, for each of `dim` / 2 pairs.
pub fn frequencies(theta: f64, dim: usize) -> Vec<f32> {
    powers(theta, dim).map(|power| 1.0 / power).collect()
}

/// θ^(2i / dim) for each of `dim` / 2 pairs.
fn powers(theta: f64, dim: usize) -> impl Iterator<Item = f32> {
    let theta = f64::from(theta as f32);
    let exponent = move |i: usize| (2 * i) as f32 / dim as f32;
    (0..dim / 2).map(move |i| libm::pow(theta, f64::from(exponent(i))) as f32)
}

/// Frequencies and the factor on what is turned, after the section's kind of scaling.
fn scaled(section: &Config, theta: f64, dim: usize, n_ctx: usize) -> Result<(Vec<f32>, f32), ZooError> {
    let key = if section.get("rope_type").is_some() { "rope_type" } else { "type" };
    let plain = frequencies(theta, dim);
    match section.text(key, "default")? {
        "default" | "dynamic" => Ok((plain, 1.0)),
        "linear" => {
            let factor = required(section, "factor")? as f32;
            Ok((plain.into_iter().map(|frequency| frequency / factor).collect(), 1.0))
        }
        "llama3" => Ok((Llama3::read(section, n_ctx)?.scale(plain), 1.0)),
        "yarn" => {
            let yarn = Yarn::read(section, theta, dim, n_ctx)?;
            Ok((yarn.scale(theta, dim), yarn.attention_factor as f32))
        }
        _ => Err(section.wrong(key, "one of default, linear, dynamic, llama3, yarn, which are all that yardstick has")),
    }
}

fn required(section: &Config, key: &str) -> Result<f64, ZooError> {
    section.positive(key)?.ok_or_else(|| section.wrong(key, "a number above 0"))
}

/// Long wavelengths are stretched, short ones stay, those between are in between (Llama Team 2024, "The Llama 3 Herd of
/// Models"; the constants are Llama 3.1's).
struct Llama3 {
    factor: f32,
    low_freq_factor: f32,
    high_freq_factor: f32,
    original_context: f32,
}

impl Llama3 {
    fn read(section: &Config, n_ctx: usize) -> Result<Self, ZooError> {
        Ok(Self {
            factor: required(section, "factor")? as f32,
            low_freq_factor: required(section, "low_freq_factor")? as f32,
            high_freq_factor: required(section, "high_freq_factor")? as f32,
            original_context: original_context(section, n_ctx)? as f32,
        })
    }

    fn scale(&self, plain: Vec<f32>) -> Vec<f32> {
        let scale = |frequency: f32| {
            let wavelength = TAU as f32 / frequency;
            if wavelength > self.original_context / self.low_freq_factor {
                return frequency / self.factor;
            }
            if wavelength < self.original_context / self.high_freq_factor {
                return frequency;
            }
            let smooth = (self.original_context / wavelength - self.low_freq_factor)
                / (self.high_freq_factor - self.low_freq_factor);
            (1.0 - smooth) * frequency / self.factor + smooth * frequency
        };
        plain.into_iter().map(scale).collect()
    }
}

/// Peng et al. 2024, "YaRN": pairs that turn often keep their frequency, those that turn seldom are interpolated (3.2), and
/// the scores are sharpened (3.3).
struct Yarn {
    factor: f64,
    attention_factor: f64,
    /// Pairs up to the first keep their frequency, those from the second on are interpolated, those between are in between.
    ramp: (f64, f64),
}

impl Yarn {
    fn read(section: &Config, theta: f64, dim: usize, n_ctx: usize) -> Result<Self, ZooError> {
        let original = original_context(section, n_ctx)?;
        let factor = section.positive("factor")?.unwrap_or(n_ctx as f64 / original);
        let sharpness = |by: f64| if factor <= 1.0 { 1.0 } else { 0.1 * by * libm::log(factor) + 1.0 };
        let attention_factor = match (section.positive("mscale")?, section.positive("mscale_all_dim")?) {
            (Some(mscale), Some(all)) => sharpness(mscale) / sharpness(all),
            _ => sharpness(1.0),
        };
        // The pair that turns so often within the original context.
        let pair = |turns: f64| dim as f64 * libm::log(original / (turns * TAU)) / (2.0 * libm::log(theta));
        let low = pair(section.positive("beta_fast")?.unwrap_or(32.0));
        let high = pair(section.positive("beta_slow")?.unwrap_or(1.0));
        let whole = section.flag("truncate", true)?;
        let (low, high) = if whole { (libm::floor(low), libm::ceil(high)) } else { (low, high) };
        Ok(Self {
            factor,
            attention_factor: section.positive("attention_factor")?.unwrap_or(attention_factor),
            ramp: (low.max(0.0), high.min(dim as f64 - 1.0)),
        })
    }

    fn scale(&self, theta: f64, dim: usize) -> Vec<f32> {
        let (low, high) = self.ramp;
        let width = if low.to_bits() == high.to_bits() { 0.001 } else { high - low };
        let scale = |(i, power): (usize, f32)| {
            let ramp = ((i as f32 - low as f32) / width as f32).clamp(0.0, 1.0);
            let (kept, interpolated) = (1.0 - ramp, 1.0 / (self.factor as f32 * power));
            interpolated * (1.0 - kept) + 1.0 / power * kept
        };
        powers(theta, dim).enumerate().map(scale).collect()
    }
}

/// The context that the frequencies were made for.
fn original_context(section: &Config, n_ctx: usize) -> Result<f64, ZooError> {
    Ok(section.optional_size("original_max_position_embeddings")?.unwrap_or(n_ctx) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Rows;

    fn rope(json: &str) -> Result<Rope, ZooError> {
        let config = Config::parse("c.json".to_owned(), json.as_bytes())?;
        read(&config, Defaults::PLAIN, 8, 256)
    }

    /// Cosines at position 1, whose angles are the frequencies.
    fn check(json: &str, wanted: [f64; 4], scale: f64) {
        let (mut angles, rope) = (Rows::new(None), rope(json).unwrap());
        rope.angles(&[1], &mut angles);
        for (got, wanted) in angles.host().iter().zip(wanted) {
            assert!((f64::from(*got) - wanted.cos() * scale).abs() < 1e-6, "{json}: {angles:?}");
        }
        assert_eq!(angles.host().len(), 8);
    }

    #[test]
    fn frequencies_by_kind() {
        let plain = [1.0, 0.1, 0.01, 0.001];
        check("{}", plain, 1.0);
        check(r#"{"rope_scaling": null, "rope_theta": 16}"#, [1.0, 0.5, 0.25, 0.125], 1.0);
        check(r#"{"rope_parameters": {"rope_type": "default", "rope_theta": 16}}"#, [1.0, 0.5, 0.25, 0.125], 1.0);
        check(r#"{"rope_scaling": {"type": "dynamic", "factor": 4}}"#, plain, 1.0);
        check(r#"{"rope_scaling": {"type": "linear", "factor": 4}}"#, plain.map(|f| f / 4.0), 1.0);
        // Of 64 positions, wavelengths over 64 are stretched, those under 16 kept; 2π is short, 20π in between.
        let llama3 = r#"{"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
            "original_max_position_embeddings": 64}}"#;
        let smooth = (64.0 * 0.1 / TAU - 1.0) / 3.0;
        check(llama3, [1.0, (1.0 - smooth) * 0.1 / 8.0 + smooth * 0.1, 0.01 / 8.0, 0.001 / 8.0], 1.0);
        // 64 positions are 64 / 2π turns of the first pair, ln(64 / 2π) / ln 10 = 1.008 pairs from one turn; 32 turns are none.
        let yarn = r#"{"rope_scaling": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64}}"#;
        check(yarn, [1.0, f64::midpoint(0.1, 0.1 / 4.0), 0.01 / 4.0, 0.001 / 4.0], 0.1 * 4.0_f64.ln() + 1.0);
    }

    #[test]
    fn what_is_not_there_is_refused_by_name() {
        let check = |json: &str, wanted: &str| {
            let message = rope(json).err().unwrap().to_string();
            assert!(message.contains(wanted), "{message}");
        };
        check(r#"{"rope_scaling": {"type": "longrope"}}"#, "`rope_scaling.type` must be one of default, linear");
        check(r#"{"rope_parameters": {"rope_type": "su"}}"#, "yardstick has, found \"su\"");
        check(
            r#"{"rope_scaling": {"type": "linear"}}"#,
            "`rope_scaling.factor` must be a number above 0, found nothing",
        );
        check(r#"{"rope_scaling": {"type": "linear", "factor": 0}}"#, "`rope_scaling.factor` must be");
        check(r#"{"rope_theta": "1e4"}"#, "`rope_theta` must be a number above 0");
        check(r#"{"partial_rotary_factor": 0.1}"#, "`partial_rotary_factor` must be a share of a head's 8 components");
        check(r#"{"partial_rotary_factor": 0.4}"#, "an even number of them");
    }
}
