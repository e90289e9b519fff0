//! What the compiler cannot check: mapping a file, and the matrix kernel. The one place of the project with `unsafe`,
//! behind functions that are safe to call.

#![allow(unsafe_code)] // both calls are unsafe by nature; each says below why it is sound here

use gemm::Parallelism;
use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::path::Path;

/// Maps a file read-only.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the map is read-only and private to this process, and it is dropped as soon as the weights are copied out,
    // so nothing here writes through it. What remains is another process truncating or rewriting the file meanwhile, which
    // no reader of a mapped file can rule out: the documentation asks not to change a checkpoint while it is being loaded.
    // Whatever bytes are read, they are only ever interpreted as numbers after bounds checks.
    unsafe { Mmap::map(&file) }
}

/// A matrix inside a slice: element (i, j) is `data[i * row_stride + j * col_stride]`.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: isize,
    col_stride: isize,
}

impl<'a> Matrix<'a> {
    /// A view of `shape` (rows, columns) with `strides` (from row to row, from column to column); a stride of 0 repeats.
    /// `None` when an element would lie outside `data`.
    pub fn new(data: &'a [f32], shape: (usize, usize), strides: (usize, usize)) -> Option<Self> {
        let last = |n: usize, stride: usize| n.checked_sub(1)?.checked_mul(stride);
        let (rows, cols) = shape;
        let end = last(rows, strides.0)?.checked_add(last(cols, strides.1)?)?;
        let (row_stride, col_stride) = (isize::try_from(strides.0).ok()?, isize::try_from(strides.1).ok()?);
        (end < data.len()).then_some(Self { data, rows, cols, row_stride, col_stride })
    }

    /// Rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The first row, twice.
    pub const fn repeat_first_row(self) -> Self {
        Self { rows: 2, row_stride: 0, ..self }
    }
}

/// `out = lhs · rhs`, row by row, on the calling thread.
///
/// # Panics
/// When the shapes do not fit together.
pub fn multiply(out: &mut [f32], lhs: Matrix, rhs: Matrix) {
    let (m, k, n) = (lhs.rows, lhs.cols, rhs.cols);
    assert_eq!(rhs.rows, k, "inner dimensions");
    assert_eq!(Some(out.len()), m.checked_mul(n), "size of the product");
    let stride = isize::try_from(n).unwrap_or(isize::MAX); // a slice is no longer than isize::MAX
    // SAFETY: `Matrix::new` has checked that every element of lhs [m, k] and rhs [k, n] lies in its slice, and the
    // assertions that [m, n] with rows n apart is exactly `out`, which is borrowed exclusively and so overlaps neither.
    // With `read_dst` false `out` is only written. All types are f32, all pointers come from live slices.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            stride,
            false,
            lhs.data.as_ptr(),
            lhs.col_stride,
            lhs.row_stride,
            rhs.data.as_ptr(),
            rhs.col_stride,
            rhs.row_stride,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn products_equal_their_definition(m in 1_usize..9, k in 1_usize..40, n in 1_usize..9, transposed: [bool; 2]) {
            let values = |len: usize, seed: usize| -> Vec<f32> {
                (0..len).map(|i| ((i * 31 + seed) % 23) as f32 / 8.0 - 1.0).collect()
            };
            let (a, b) = (values(m * k, 3), values(k * n, 11));
            let strides = |rows: usize, cols: usize, turn: bool| if turn { (1, rows) } else { (cols, 1) };
            let (sa, sb) = (strides(m, k, transposed[0]), strides(k, n, transposed[1]));
            let mut out = vec![f32::NAN; m * n];
            multiply(&mut out, Matrix::new(&a, (m, k), sa).unwrap(), Matrix::new(&b, (k, n), sb).unwrap());
            for (i, row) in out.chunks(n).enumerate() {
                for (j, x) in row.iter().enumerate() {
                    let term = |l: usize| f64::from(a[i * sa.0 + l * sa.1]) * f64::from(b[l * sb.0 + j * sb.1]);
                    let wanted: f64 = (0..k).map(term).sum();
                    prop_assert!((f64::from(*x) - wanted).abs() < 1e-4, "({i}, {j}): {x}, not {wanted}");
                }
            }
        }
    }

    #[test]
    fn views_stay_inside_their_slice() {
        let data = [0.0; 12];
        let check = |shape, strides, fits: bool| {
            assert_eq!(Matrix::new(&data, shape, strides).is_some(), fits, "{shape:?} {strides:?}");
        };
        check((3, 4), (4, 1), true);
        check((4, 3), (1, 4), true);
        check((9, 4), (0, 1), true);
        check((3, 4), (5, 1), false);
        check((4, 4), (4, 1), false);
        check((0, 4), (4, 1), false);
        check((3, usize::MAX), (4, usize::MAX), false);
        check((2, 1), (usize::MAX, 1), false);
    }

    #[test]
    #[should_panic(expected = "size of the product")]
    fn a_product_of_the_wrong_size_is_refused() {
        let data = [1.0; 4];
        let square = Matrix::new(&data, (2, 2), (2, 1)).unwrap();
        multiply(&mut [0.0; 3], square, square);
    }
}
