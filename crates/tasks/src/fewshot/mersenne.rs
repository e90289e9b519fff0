//! `CPython`'s random numbers, since lm-eval's draws come from `random.Random(seed)`.
//!
//! Generator and seeding: Matsumoto & Nishimura (1998), "Mersenne Twister: a 623-dimensionally equidistributed uniform
//! pseudo-random number generator" (MT19937, `init_by_array`). Bounded integers and sampling: the documented behaviour of
//! Python's `random` module, which has been the same since 3.2.

use std::collections::BTreeSet;

const N: usize = 624;
const M: usize = 397;
const UPPER: u32 = 0x8000_0000;
const TWIST: u32 = 0x9908_b0df;

/// `random.Random`, as far as sampling needs it.
pub(super) struct Mersenne {
    state: [u32; N],
    next: usize,
}

impl Mersenne {
    /// `random.Random(seed)`.
    pub fn new(seed: u64) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        let n_words = if key[1] == 0 { 1 } else { 2 };
        let mut generator = Self { state: linear(19_650_218), next: N };
        generator.mix(&key[..n_words]);
        generator
    }

    /// `init_by_array`.
    fn mix(&mut self, key: &[u32]) {
        let mut i = 1;
        for k in 0..N {
            let word = key[k % key.len()].wrapping_add((k % key.len()) as u32);
            self.state[i] = (self.state[i] ^ self.scrambled(i, 1_664_525)).wrapping_add(word);
            i = self.after(i);
        }
        for _ in 1..N {
            self.state[i] = (self.state[i] ^ self.scrambled(i, 1_566_083_941)).wrapping_sub(i as u32);
            i = self.after(i);
        }
        self.state[0] = UPPER;
    }

    fn scrambled(&self, i: usize, factor: u32) -> u32 {
        (self.state[i - 1] ^ (self.state[i - 1] >> 30)).wrapping_mul(factor)
    }

    /// The index after `i` in 1..N; its predecessor's value goes along to the beginning.
    fn after(&mut self, i: usize) -> usize {
        if i + 1 < N {
            return i + 1;
        }
        self.state[0] = self.state[N - 1];
        1
    }

    fn word(&mut self) -> u32 {
        if self.next == N {
            self.turn();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn turn(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & UPPER) | (self.state[(i + 1) % N] & !UPPER);
            let twist = if y & 1 == 0 { 0 } else { TWIST };
            self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ twist;
        }
        self.next = 0;
    }

    /// `_randbelow(n)`: as many bits as `n` has, again until the number is smaller. `n` is from 1 to 2^32 − 1.
    fn below(&mut self, n: usize) -> usize {
        let unused = (n as u32).leading_zeros();
        loop {
            let r = (self.word() >> unused) as usize;
            if r < n {
                return r;
            }
        }
    }

    /// `sample(range(n), k)`; `None` where Python raises `ValueError`, since `k` exceeds `n`.
    pub fn sample(&mut self, n: usize, k: usize) -> Option<Vec<usize>> {
        if k > n {
            return None;
        }
        // Python copies the population where that takes less memory than a set of what was chosen.
        let set_size = if k > 5 { 21 + power_of_four(3 * k) } else { 21 };
        Some(if n <= set_size { self.by_removal(n, k) } else { self.by_rejection(n, k) })
    }

    fn by_removal(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut pool: Vec<usize> = (0..n).collect();
        (0..k).map(|_| pool.swap_remove(self.below(pool.len()))).collect()
    }

    fn by_rejection(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut chosen = BTreeSet::new();
        let take = |_| loop {
            let index = self.below(n);
            if chosen.insert(index) {
                return index;
            }
        };
        (0..k).map(take).collect()
    }
}

/// The smallest power of four that is not below `least`.
fn power_of_four(least: usize) -> usize {
    let power = least.next_power_of_two();
    if power.trailing_zeros().is_multiple_of(2) { power } else { 2 * power }
}

/// `init_genrand`.
fn linear(seed: u32) -> [u32; N] {
    let mut state = [seed; N];
    for i in 1..N {
        state[i] = (state[i - 1] ^ (state[i - 1] >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3.11 prints for
    /// `r = random.Random(SEED); a = [r.getrandbits(32) for _ in range(4)]; print(a, [r.getrandbits(32) for _ in range(1000)][-1])`.
    #[test]
    fn words() {
        let check = |seed, first: [u32; 4], later| {
            let mut random = Mersenne::new(seed);
            assert_eq!([(); 4].map(|()| random.word()), first, "{seed}");
            assert_eq!((0..1000).map(|_| random.word()).last(), Some(later), "{seed}");
        };
        check(0, [3_626_764_237, 1_654_615_998, 3_255_389_356, 3_823_568_514], 764_107_585);
        check(1, [577_090_037, 2_444_712_010, 3_639_700_191, 3_445_702_192], 3_258_205_999);
        check(1234, [4_150_886_329, 3_342_196_574, 1_892_932_127, 501_869_158], 1_800_285_099);
        check(4_294_967_295, [2_728_839_433, 2_661_025_012, 872_737_089, 924_893_097], 3_973_226_809);
        check(4_294_967_296, [485_306_839, 1_508_871_100, 1_794_561_286, 4_014_597_330], 2_326_303_146);
        check(9_223_372_036_854_788_153, [1_308_997_459, 1_668_775_168, 912_389_232, 665_509_477], 3_718_115_057);
    }

    /// What Python 3.11 prints for `r = random.Random(SEED); print([r.sample(range(N), K) for _ in range(TIMES)])`: on both
    /// sides of each border between copying the population and remembering what was chosen.
    #[test]
    fn samples() {
        let check = |seed, n, k, want: &[&[usize]]| {
            let mut random = Mersenne::new(seed);
            for want in want {
                assert_eq!(random.sample(n, k).as_deref(), Some(*want), "{seed} {n} {k}");
            }
        };
        check(1234, 20, 3, &[&[14, 3, 0], &[2, 18, 1], &[2, 3, 11]]);
        check(1234, 21, 5, &[&[14, 3, 0, 2, 1], &[2, 3, 11, 7, 0]]);
        check(1234, 22, 5, &[&[14, 3, 0, 2, 18], &[1, 21, 2, 3, 11]]);
        check(1234, 570, 3, &[&[451, 119, 7], &[92, 35, 85], &[100, 363, 242], &[17, 31, 16]]);
        check(1234, 10_042, 4, &[&[7220, 1914, 122, 1485], &[9539, 572, 1375, 1612], &[5810, 3879, 285, 504]]);
        check(7, 85, 6, &[&[41, 19, 50, 6, 9, 68], &[12, 46, 74, 7, 64, 27]]);
        check(7, 86, 6, &[&[41, 19, 50, 83, 6, 9], &[68, 12, 46, 74, 7, 64]]);
        let of_277 = [165, 77, 202, 24, 37, 48, 187, 29, 259, 109, 19, 44, 222, 214, 35, 123, 46, 217, 30, 63, 114, 31];
        check(7, 277, 22, &[&of_277]);
        let of_278 =
            [165, 77, 202, 24, 37, 274, 48, 187, 29, 259, 109, 19, 44, 222, 214, 35, 123, 46, 217, 30, 63, 114];
        check(7, 278, 22, &[&of_278]);
        check(42, 5, 5, &[&[0, 4, 2, 1, 3], &[1, 4, 2, 0, 3], &[4, 3, 0, 2, 1]]);
        check(42, 1, 1, &[&[0], &[0]]);
        check(42, 65_536, 4, &[&[14_592, 3278, 36_048, 32_098]]);
        check(42, 4_294_967_295, 3, &[&[2_746_317_213, 478_163_327, 107_420_369]]);
        check(42, 0, 0, &[&[]]);
        assert_eq!(Mersenne::new(0).sample(3, 4), None);
    }
}
