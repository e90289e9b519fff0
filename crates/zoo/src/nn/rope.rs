//! Rotary position embedding (Su et al. 2021, "RoFormer", 3.4.2).

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::Team;
use super::simd::{Isa, Simd, WithSimd};

/// Rows that are worth another thread.
const ROWS_PER_PIECE: usize = 64;

/// Which components of a head are turned together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Component i with component i + n/2 of the n that are turned: GPT-NeoX, Llama.
    Halves,
    /// Component 2i with component 2i + 1: RoFormer, GPT-J.
    Neighbours,
}

/// Turns pairs of components of queries and keys by angles that grow with the position, so that q·k depends on the distance.
pub struct Rope {
    /// Radians a position, one a pair.
    frequencies: Vec<f32>,
    /// Factor on what is turned (YaRN's attention factor); 1 leaves lengths as they are.
    scale: f32,
    pairing: Pairing,
}

/// Where queries and keys are in a row: `heads` heads of `head_dim` components at the beginning of `width` numbers.
#[derive(Clone, Copy)]
pub struct Turned {
    /// Numbers in a row.
    pub width: usize,
    /// Heads of queries and keys.
    pub heads: usize,
    /// Components of a head.
    pub head_dim: usize,
}

impl Rope {
    /// From radians a position, one a pair.
    pub const fn new(frequencies: Vec<f32>, scale: f32, pairing: Pairing) -> Self {
        Self { frequencies, scale, pairing }
    }

    /// Components of a head that are turned; the rest stays.
    pub const fn dim(&self) -> usize {
        2 * self.frequencies.len()
    }

    /// Makes `angles` those of `positions`: `[rows, dim]`, the cosines of a row and then its sines.
    ///
    /// The angle is rounded to f32, as the reference implementations round it; its cosine and sine are the nearest f32.
    pub fn angles(&self, positions: &[u32], angles: &mut Vec<f32>) {
        angles.clear();
        for &position in positions {
            for f in [libm::cos, libm::sin] {
                angles.extend(self.frequencies.iter().map(|&frequency| {
                    let angle = frequency * position as f32;
                    f(f64::from(angle)) as f32 * self.scale
                }));
            }
        }
    }

    /// Turns the heads of every row of `x` `[rows, width]` by its `angles` `[rows, dim]`.
    ///
    /// # Panics
    /// When the sizes do not fit each other.
    pub fn turn(&self, x: &mut [f32], of: Turned, angles: &[f32], team: Team) {
        let rows = x.len() / of.width;
        assert_eq!(angles.len(), rows * self.dim(), "an angle for each row and pair");
        assert!(self.dim() <= of.head_dim && of.heads * of.head_dim <= of.width, "heads within a row");
        let piece = rows.div_ceil(team.threads()).max(ROWS_PER_PIECE);
        let pieces = x.chunks_mut(piece * of.width).zip(angles.chunks(piece * self.dim()));
        team.each(pieces, |(x, angles)| Isa::best().run(Turn { rope: self, x, of, angles }));
    }
}

struct Turn<'a> {
    rope: &'a Rope,
    x: &'a mut [f32],
    of: Turned,
    angles: &'a [f32],
}

impl WithSimd for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (dim, Turned { width, heads, head_dim }) = (self.rope.dim(), self.of);
        for (row, angles) in self.x.chunks_exact_mut(width).zip(self.angles.chunks_exact(dim)) {
            let (cos, sin) = angles.split_at(dim / 2);
            for head in row[..heads * head_dim].chunks_exact_mut(head_dim) {
                match self.rope.pairing {
                    Pairing::Halves => halves(&mut head[..dim], cos, sin),
                    Pairing::Neighbours => neighbours(&mut head[..dim], cos, sin),
                }
            }
        }
    }
}

#[inline(always)]
fn halves(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (low, high) = head.split_at_mut(cos.len());
    for ((a, b), (&c, &s)) in low.iter_mut().zip(high).zip(cos.iter().zip(sin)) {
        (*a, *b) = turned(*a, *b, c, s);
    }
}

#[inline(always)]
fn neighbours(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    for (pair, (&c, &s)) in head.as_chunks_mut::<2>().0.iter_mut().zip(cos.iter().zip(sin)) {
        let (a, b) = turned(pair[0], pair[1], c, s);
        *pair = [a, b];
    }
}

/// A pair turned by an angle with cosine `c` and sine `s`.
#[inline(always)]
fn turned(a: f32, b: f32, c: f32, s: f32) -> (f32, f32) {
    (a.mul_add(c, -(b * s)), b.mul_add(c, a * s))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Turned = Turned { width: 3 * 10 + 4, heads: 3, head_dim: 10 };

    fn rope(pairing: Pairing, scale: f32) -> Rope {
        Rope::new(vec![1.0, 0.3, 0.01], scale, pairing)
    }

    fn numbers(len: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919) % 1000) as f32 / 250.0 - 2.0).collect()
    }

    fn turn(rope: &Rope, isa: Isa, positions: &[u32]) -> Vec<f32> {
        let (mut x, mut angles) = (numbers(positions.len() * OF.width), Vec::new());
        rope.angles(positions, &mut angles);
        isa.run(Turn { rope, x: &mut x, of: OF, angles: &angles });
        x
    }

    /// Where components of a head's `i`-th pair are.
    fn pair(pairing: Pairing, i: usize) -> (usize, usize) {
        match pairing {
            Pairing::Halves => (i, i + 3),
            Pairing::Neighbours => (2 * i, 2 * i + 1),
        }
    }

    #[test]
    fn equals_the_definition_on_every_instruction_set() {
        for (pairing, scale) in [(Pairing::Halves, 1.0), (Pairing::Neighbours, 1.0), (Pairing::Halves, 1.5)] {
            let (rope, positions) = (rope(pairing, scale), [0, 1, 5, 1000]);
            let before = numbers(positions.len() * OF.width);
            let after = turn(&rope, Isa::best(), &positions);
            for (row, &position) in positions.iter().enumerate() {
                let mut wanted: Vec<f64> = before[row * OF.width..][..OF.width].iter().map(|&x| f64::from(x)).collect();
                for head in 0..OF.heads {
                    for (i, frequency) in rope.frequencies.iter().enumerate() {
                        let (a, b) = pair(pairing, i);
                        let (a, b) = (head * OF.head_dim + a, head * OF.head_dim + b);
                        let (sin, cos) = f64::from(frequency * position as f32).sin_cos();
                        let (x, y) = (wanted[a] * f64::from(scale), wanted[b] * f64::from(scale));
                        (wanted[a], wanted[b]) = (x * cos - y * sin, y * cos + x * sin);
                    }
                }
                for (i, (got, wanted)) in after[row * OF.width..][..OF.width].iter().zip(wanted).enumerate() {
                    assert!(
                        (f64::from(*got) - wanted).abs() < 1e-6,
                        "{pairing:?}, {position}, {i}: {got}, not {wanted}"
                    );
                }
            }
            for isa in Isa::all() {
                let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&turn(&rope, isa, &positions)), bits(&after), "{isa:?}");
            }
        }
    }

    #[test]
    fn a_row_does_not_depend_on_its_company() {
        let rope = rope(Pairing::Halves, 1.0);
        let positions: Vec<u32> = (0..200).map(|i| i * 37 % 101).collect();
        let mut angles = Vec::new();
        rope.angles(&positions, &mut angles);
        let all = turn(&rope, Isa::best(), &positions);
        for threads in [1, 2, 7] {
            let mut x = numbers(positions.len() * OF.width);
            rope.turn(&mut x, OF, &angles, Team::new(threads));
            assert!(x == all, "{threads} threads");
        }
        rope.turn(&mut [], OF, &[], Team::new(2));
    }
}
