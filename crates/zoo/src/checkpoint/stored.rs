//! A tensor as a weight file has it, and its values in f32.

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};
use half::{bf16, f16};
use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

/// How much longer than its compressed form data can be: a deflated block of one repeated byte.
pub const DEFLATE_RATIO: usize = 1032;

/// One tensor of a weight file. Its bytes stay in the file until a family asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The type of its elements.
    pub kind: Kind,
    /// As the families know it.
    pub shape: Vec<usize>,
    /// Where its bytes are.
    pub place: Place,
    /// How its elements lie there.
    pub layout: Layout,
}

/// The type of the elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32 bits.
    F32,
    /// IEEE's 16 bits.
    F16,
    /// The upper half of an f32.
    Bf16,
    /// Blocks of small integers with shared scales, as GGML defines them.
    Blocks(GgmlDType),
    /// Something that is no weight, by its name in the file: masks are allowed to be there.
    Other(String),
}

/// Where the bytes of a tensor are in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// As they are.
    Plain(Range<usize>),
    /// Deflated, behind `skip` other bytes of the same stream.
    Deflated { range: Range<usize>, skip: usize },
}

/// How the elements lie in their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row by row.
    Rows,
    /// The element of an index is `Σ index·stride` elements in.
    Strided(Vec<usize>),
    /// `[outer, a, b, inner]` where the families expect `[outer, b, a, inner]`.
    Swapped { outer: usize, a: usize, b: usize, inner: usize },
    /// Row by row and larger by one.
    LessOne,
}

impl Kind {
    /// The card's name of a type that can be computed with; `None` for one that cannot.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::F32 => Some("f32".to_owned()),
            Self::F16 => Some("f16".to_owned()),
            Self::Bf16 => Some("bf16".to_owned()),
            Self::Blocks(blocks) => Some(block_name(*blocks)),
            Self::Other(_) => None,
        }
    }

    /// Bytes of `n` elements; `None` where that overflows or is no whole number of blocks.
    pub fn bytes(&self, n: usize) -> Option<usize> {
        match self {
            Self::F32 => n.checked_mul(4),
            Self::F16 | Self::Bf16 => n.checked_mul(2),
            Self::Blocks(blocks) if n.is_multiple_of(blocks.block_size()) => {
                (n / blocks.block_size()).checked_mul(blocks.type_size())
            }
            Self::Blocks(_) | Self::Other(_) => None,
        }
    }
}

/// `q4_k` for `Q4K`, `q8_0` for `Q8_0`.
fn block_name(blocks: GgmlDType) -> String {
    let name = format!("{blocks:?}").to_lowercase();
    match name.strip_suffix('k') {
        Some(bits) => format!("{bits}_k"),
        None => name,
    }
}

/// The number of elements of a shape; `None` where that overflows.
pub fn elements(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |n, &size| n.checked_mul(size))
}

impl Stored {
    /// The values in f32, contiguous. `file` is the whole file.
    ///
    /// # Errors
    /// A compressed tensor whose stream is damaged; in words.
    pub fn read(&self, file: &[u8]) -> Result<Tensor, String> {
        let shape = self.shape.as_slice();
        let bytes = self.bytes(file)?;
        let n = elements(&self.shape).ok_or("its shape overflows")?;
        let values = match (&self.layout, &self.kind) {
            (Layout::Rows, Kind::Blocks(blocks)) => {
                return dequantize(*blocks, &bytes, n)?.reshape(shape).map_err(words);
            }
            (Layout::Rows, kind) => decode(kind, &bytes, n)?,
            (Layout::LessOne, kind) => decode(kind, &bytes, n)?.into_iter().map(|x| x - 1.0).collect(),
            (Layout::Strided(strides), kind) => gather(kind, &bytes, shape, strides)?,
            (&Layout::Swapped { outer, a, b, inner }, kind) => swap(&decode(kind, &bytes, n)?, outer, a, b, inner),
        };
        Tensor::from_vec(values, shape, &Device::Cpu).map_err(words)
    }

    fn bytes<'a>(&self, file: &'a [u8]) -> Result<Cow<'a, [u8]>, String> {
        match &self.place {
            Place::Plain(range) => file.get(range.clone()).map(Cow::Borrowed).ok_or_else(|| CUT.to_owned()),
            Place::Deflated { range, skip } => {
                let n = elements(&self.shape).and_then(|n| self.kind.bytes(n)).ok_or("its shape overflows")?;
                let range = file.get(range.clone()).ok_or(CUT)?;
                inflate(range, *skip, n).map(Cow::Owned)
            }
        }
    }
}

const CUT: &str = "it is cut short";

/// `n` bytes of a deflated stream from `skip` on.
fn inflate(deflated: &[u8], skip: usize, n: usize) -> Result<Vec<u8>, String> {
    let mut stream = flate2::read::DeflateDecoder::new(deflated);
    let skipped = std::io::copy(&mut stream.by_ref().take(skip as u64), &mut std::io::sink());
    if skipped.map_err(|error| error.to_string())? != skip as u64 {
        return Err(CUT.to_owned());
    }
    let mut bytes = Vec::new();
    stream.take(n as u64).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() == n { Ok(bytes) } else { Err(CUT.to_owned()) }
}

/// The first `n` elements.
fn decode(kind: &Kind, bytes: &[u8], n: usize) -> Result<Vec<f32>, String> {
    let bytes = kind.bytes(n).and_then(|len| bytes.get(..len)).ok_or(CUT)?;
    Ok(match kind {
        Kind::F32 => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Kind::F16 => bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
        Kind::Bf16 => bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
        Kind::Blocks(blocks) => dequantize(*blocks, bytes, n)?.to_vec1().map_err(words)?,
        Kind::Other(name) => return Err(format!("{name} is no type of weights")),
    })
}

/// `n` elements of blocks, through candle, which follows GGML to the bit.
fn dequantize(blocks: GgmlDType, bytes: &[u8], n: usize) -> Result<Tensor, String> {
    let bytes = Kind::Blocks(blocks).bytes(n).and_then(|len| bytes.get(..len)).ok_or(CUT)?;
    if bytes.as_ptr().align_offset(align_of::<f32>()) != 0 {
        return Err("it is not aligned to four bytes".to_owned()); // candle would panic
    }
    let storage = QStorage::from_data(Cow::Borrowed(bytes), &Device::Cpu, blocks).map_err(words)?;
    QTensor::new(storage, n).and_then(|tensor| tensor.dequantize(&Device::Cpu)).map_err(words)
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn words(error: candle_core::Error) -> String {
    error.to_string()
}

/// The elements of a view, row by row.
fn gather(kind: &Kind, bytes: &[u8], shape: &[usize], strides: &[usize]) -> Result<Vec<f32>, String> {
    let n = elements(shape).ok_or("its shape overflows")?;
    let mut values = Vec::with_capacity(n);
    let mut index = vec![0; shape.len()];
    for _ in 0..n {
        let at: usize = index.iter().zip(strides).map(|(i, stride)| i * stride).sum();
        values.push(element(kind, bytes, at).ok_or(CUT)?);
        advance(&mut index, shape);
    }
    Ok(values)
}

/// One element; `None` outside the bytes.
fn element(kind: &Kind, bytes: &[u8], at: usize) -> Option<f32> {
    let wide = || bytes.get(at * 4..)?.first_chunk();
    let half = || bytes.get(at * 2..)?.first_chunk();
    match kind {
        Kind::F32 => wide().map(|b| f32::from_le_bytes(*b)),
        Kind::F16 => half().map(|b| f16::from_le_bytes(*b).to_f32()),
        Kind::Bf16 => half().map(|b| bf16::from_le_bytes(*b).to_f32()),
        Kind::Blocks(_) | Kind::Other(_) => None,
    }
}

/// The next index of `shape`, row by row.
fn advance(index: &mut [usize], shape: &[usize]) {
    for (i, size) in index.iter_mut().zip(shape).rev() {
        *i += 1;
        if *i < *size {
            return;
        }
        *i = 0;
    }
}

/// `[outer, a, b, inner]` as `[outer, b, a, inner]`.
fn swap(values: &[f32], outer: usize, a: usize, b: usize, inner: usize) -> Vec<f32> {
    let mut swapped = Vec::with_capacity(values.len());
    if values.is_empty() {
        return swapped; // one of the sizes is zero, and another may be beyond counting
    }
    for o in 0..outer {
        for j in 0..b {
            for i in 0..a {
                swapped.extend_from_slice(&values[((o * a + i) * b + j) * inner..][..inner]);
            }
        }
    }
    swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(kind: Kind, shape: &[usize], layout: Layout) -> Stored {
        Stored { kind, shape: shape.to_vec(), place: Place::Plain(0..usize::MAX), layout }
    }

    fn check(stored: &Stored, file: &[u8], expected: &[f32]) {
        let stored = Stored { place: Place::Plain(0..file.len()), ..stored.clone() };
        let tensor = stored.read(file).unwrap();
        assert_eq!(tensor.dims(), stored.shape);
        assert_eq!(tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap(), expected, "{stored:?}");
    }

    #[test]
    fn layouts() {
        let file: Vec<u8> = (1..=12_u8).flat_map(|x| f32::from(x).to_le_bytes()).collect();
        check(&stored(Kind::F32, &[2, 2], Layout::Rows), &file, &[1.0, 2.0, 3.0, 4.0]);
        check(&stored(Kind::F32, &[3], Layout::LessOne), &file, &[0.0, 1.0, 2.0]);
        check(&stored(Kind::F32, &[2, 3], Layout::Strided(vec![1, 2])), &file, &[1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
        let turned = Layout::Swapped { outer: 1, a: 2, b: 3, inner: 1 };
        check(&stored(Kind::F32, &[3, 2], turned), &file, &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let rotated = Layout::Swapped { outer: 1, a: 3, b: 2, inner: 2 };
        let expected = [1.0, 2.0, 5.0, 6.0, 9.0, 10.0, 3.0, 4.0, 7.0, 8.0, 11.0, 12.0];
        check(&stored(Kind::F32, &[6, 2], rotated), &file, &expected);
        check(&stored(Kind::F32, &[], Layout::Rows), &file, &[1.0]);
        let nothing = Layout::Swapped { outer: 1, a: 0, b: usize::MAX, inner: 1 };
        check(&stored(Kind::F32, &[usize::MAX, 0], nothing), &file, &[]);
    }

    #[test]
    fn halves() {
        check(&stored(Kind::F16, &[3], Layout::Rows), &[0, 0x3c, 0, 0xc0, 1, 0], &[1.0, -2.0, 2.0_f32.powi(-24)]);
        check(&stored(Kind::Bf16, &[2], Layout::Strided(vec![1])), &[0x80, 0x3f, 0, 0xc0], &[1.0, -2.0]);
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        for (kind, layout) in [
            (Kind::F32, Layout::Rows),
            (Kind::F32, Layout::Strided(vec![2])),
            (Kind::Blocks(GgmlDType::Q8_0), Layout::Rows),
            (Kind::Other("U8".to_owned()), Layout::Rows),
        ] {
            let stored = Stored { place: Place::Plain(0..28), ..stored(kind, &[32], layout) };
            assert!(stored.read(&[0; 28]).is_err(), "{stored:?}");
        }
        assert!(stored(Kind::F32, &[1], Layout::Rows).read(&[0; 4]).is_err());
    }

    #[test]
    fn deflated_bytes_are_taken_from_where_they_begin() {
        use std::io::Write;
        let mut deflater = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflater.write_all(b"head").unwrap();
        deflater.write_all(&[0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]).unwrap();
        let file = deflater.finish().unwrap();
        let place = |skip| Place::Deflated { range: 0..file.len(), skip };
        let two = Stored { place: place(4), ..stored(Kind::F32, &[2], Layout::Rows) };
        assert_eq!(two.read(&file).unwrap().to_vec1::<f32>().unwrap(), [1.0, 2.0]);
        assert_eq!(Stored { place: place(5), ..two.clone() }.read(&file).unwrap_err(), CUT);
        assert_eq!(Stored { place: place(50), ..two }.read(&file).unwrap_err(), CUT);
    }

    #[test]
    fn names_of_blocks() {
        let names = [GgmlDType::Q8_0, GgmlDType::Q4_0, GgmlDType::Q4K, GgmlDType::Q6K].map(block_name);
        assert_eq!(names, ["q8_0", "q4_0", "q4_k", "q6_k"]);
    }
}
