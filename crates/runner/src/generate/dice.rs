//! The random numbers of one text.

use sha2::{Digest, Sha256};

/// A stream of numbers that is a function of its seed, prompt and sample alone: the n-th is from sha256(key ‖ n), the key
/// sha256(seed ‖ sha256(prompt) ‖ sample), all numbers little-endian.
#[derive(Clone, Debug)]
pub struct Dice([u8; 32]);

impl Dice {
    /// The numbers of a text.
    pub fn new(seed: u64, prompt: &[u32], sample: u32) -> Self {
        let prompt = prompt.iter().fold(Sha256::new(), |sha, token| sha.chain_update(token.to_le_bytes())).finalize();
        let key = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(prompt);
        Self(key.chain_update(sample.to_le_bytes()).finalize().into())
    }

    /// The `n`-th number: from 0 to 1, 1 excluded, in steps of 2⁻⁵³.
    pub fn uniform(&self, n: usize) -> f64 {
        let hash: [u8; 32] =
            Sha256::new().chain_update(self.0).chain_update((n as u64).to_le_bytes()).finalize().into();
        let bits = hash.iter().take(8).rev().fold(0, |bits: u64, &byte| bits << 8 | u64::from(byte));
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_uniform_and_a_texts_own() {
        const COUNT: usize = 10_000;
        let mut seen = std::collections::BTreeSet::new();
        for (seed, prompt, sample) in [(0, [1, 2], 0), (1, [1, 2], 0), (0, [1, 3], 0), (0, [1, 2], 1)] {
            let dice = Dice::new(seed, &prompt, sample);
            let numbers: Vec<f64> = (0..COUNT).map(|n| dice.uniform(n)).collect();
            assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
            let mean = numbers.iter().sum::<f64>() / COUNT as f64;
            assert!((mean - 0.5).abs() < 0.015, "five standard errors: {mean}");
            seen.extend(numbers.iter().map(|x| x.to_bits()));
            assert_eq!(dice.uniform(7).to_bits(), numbers[7].to_bits());
        }
        assert_eq!(seen.len(), 4 * COUNT);
    }
}
