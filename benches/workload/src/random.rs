//! Reproducible draws: `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).

/// A generator whose whole state is one word, seeded by name.
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator whose seed is the FNV-1a hash of `name`, so that each tensor and document draws from its own stream.
    pub fn named(name: &str) -> Self {
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number in `0..n`, by the high word of a product; the bias is below n / 2^64.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below((high - low + 1) as u64) as usize
    }

    /// One of `items`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// A draw with mean 0 and standard deviation 1 that is nearly normal: the sum of four 16-bit uniforms (Irwin and Hall).
    /// Whole numbers up to the last step, so that no machine's `ln` or `cos` matters; it never leaves ±3.47.
    pub fn normal(&mut self) -> f32 {
        /// √(4 · (2³² − 1) / 12), the standard deviation of the sum.
        const DEVIATION: f32 = 37_837.227;
        let word = self.next();
        let sum: u32 = (0..4).map(|i| (word >> (16 * i)) as u16).map(u32::from).sum();
        (sum as f32 - 2.0 * 65_535.0) / DEVIATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_moments_of_a_normal() {
        let mut random = SplitMix64::named("moments");
        let draws: Vec<f64> = (0..100_000).map(|_| f64::from(random.normal())).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let deviation = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64).sqrt();
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((deviation - 1.0).abs() < 0.01, "{deviation}");
        assert!(draws.iter().all(|x| x.abs() < 3.47));
    }

    #[test]
    fn whole_numbers_stay_in_range_and_reach_both_ends() {
        let mut random = SplitMix64::named("range");
        let drawn: std::collections::BTreeSet<usize> = (0..1000).map(|_| random.between(3, 7)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    }
}
