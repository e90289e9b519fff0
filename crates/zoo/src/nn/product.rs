//! Matrix products and sums of tensors.
//!
//! candle's own would do the same arithmetic, at a price: its product asks the operating system for the number of cores on
//! every call, and its sum runs on one process-wide pool that concurrent callers wait for in turn.

use super::{Result, slice, slice_mut};
use crate::native::{Matrix, multiply};
use candle_core::{CpuStorage, CustomOp2, InplaceOp2, Layout, Shape, Tensor, bail};

/// `[m, k]` · `[k, n]`, or `[b, m, k]` · `[b, k, n]`; any strides. A row has the same bits whatever the other rows are.
///
/// # Errors
/// The shapes do not fit together.
pub fn product(lhs: &Tensor, rhs: &Tensor) -> Result<Tensor> {
    lhs.apply_op2_no_bwd(rhs, &Product)
}

/// `x + y` of the same shape, written over `x`, which must not be used elsewhere.
///
/// # Errors
/// The shapes differ.
pub fn add(x: Tensor, y: &Tensor) -> Result<Tensor> {
    x.inplace_op2(y, &Add)?;
    Ok(x)
}

struct Product;

impl CustomOp2 for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn cpu_fwd(
        &self,
        lhs: &CpuStorage,
        lhs_layout: &Layout,
        rhs: &CpuStorage,
        rhs_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (lhs, rhs) = (Stack::new(lhs, lhs_layout)?, Stack::new(rhs, rhs_layout)?);
        let (m, n) = (lhs.shape.0, rhs.shape.1);
        if lhs.shape.1 != rhs.shape.0 || lhs.count != rhs.count {
            bail!("no product of {:?} and {:?}", lhs_layout.shape(), rhs_layout.shape());
        }
        let mut out = vec![0.0; lhs.count * m * n];
        for (i, out) in out.chunks_exact_mut(m * n).enumerate() {
            one_product(out, lhs.matrix(i)?, rhs.matrix(i)?);
        }
        let mut dims = lhs_layout.dims().to_vec();
        dims.splice(lhs_layout.dims().len() - 1.., [n]);
        Ok((CpuStorage::F32(out), dims.into()))
    }
}

/// The kernel takes a single row for a vector and sums it in another order, so a lone row is computed twice.
fn one_product(out: &mut [f32], lhs: Matrix, rhs: Matrix) {
    if lhs.rows() > 1 {
        return multiply(out, lhs, rhs);
    }
    let mut twice = vec![0.0; 2 * out.len()];
    multiply(&mut twice, lhs.repeat_first_row(), rhs);
    out.copy_from_slice(&twice[..out.len()]);
}

/// A tensor of two or three dimensions as a stack of matrices.
struct Stack<'a> {
    data: &'a [f32],
    count: usize,
    /// Elements from one matrix to the next.
    step: usize,
    shape: (usize, usize),
    strides: (usize, usize),
}

impl<'a> Stack<'a> {
    fn new(storage: &'a CpuStorage, layout: &Layout) -> Result<Self> {
        let data = &storage.as_slice::<f32>()?[layout.start_offset()..];
        let (count, step, shape, strides) = match (layout.dims(), layout.stride()) {
            (&[rows, cols], &[by_row, by_col]) => (1, 0, (rows, cols), (by_row, by_col)),
            (&[count, rows, cols], &[step, by_row, by_col]) => (count, step, (rows, cols), (by_row, by_col)),
            _ => bail!("a product takes two or three dimensions, not {:?}", layout.shape()),
        };
        Ok(Self { data, count, step, shape, strides })
    }

    fn matrix(&self, i: usize) -> Result<Matrix<'a>> {
        let data = self.data.get(i * self.step..).unwrap_or_default();
        let Some(matrix) = Matrix::new(data, self.shape, self.strides) else { bail!("an empty matrix in a product") };
        Ok(matrix)
    }
}

struct Add;

impl InplaceOp2 for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn cpu_fwd(&self, x: &mut CpuStorage, x_layout: &Layout, y: &CpuStorage, y_layout: &Layout) -> Result<()> {
        let (x, y) = (slice_mut(x, x_layout)?, slice(y, y_layout)?);
        if x.len() != y.len() {
            bail!("no sum of {:?} and {:?}", x_layout.shape(), y_layout.shape());
        }
        for (x, y) in x.iter_mut().zip(y) {
            *x += y;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn tensor(dims: &[usize], seed: usize) -> Tensor {
        let values: Vec<f32> =
            (0..dims.iter().product()).map(|i| ((i * 7919 + seed) % 1009) as f32 / 500.0 - 1.0).collect();
        Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
    }

    #[test]
    fn strided_stacks_equal_the_backend() {
        let (a, b) = (tensor(&[5, 3, 8], 1).transpose(0, 1).unwrap(), tensor(&[3, 6, 8], 2).t().unwrap());
        let (ours, theirs) = (product(&a, &b).unwrap(), a.contiguous().unwrap().matmul(&b).unwrap());
        assert_eq!(ours.dims(), [3, 5, 6]);
        let flat = |t: Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (ours, theirs) in flat(ours).iter().zip(flat(theirs)) {
            assert!((ours - theirs).abs() < 1e-5, "{ours} and {theirs}");
        }
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours() {
        let (x, w) = (tensor(&[70, 3072], 1), tensor(&[3072, 48], 2));
        let all = product(&x, &w).unwrap().to_vec2::<f32>().unwrap();
        for rows in [1, 2, 3, 7, 8, 33, 64] {
            let first = product(&x.narrow(0, 3, rows).unwrap(), &w).unwrap().to_vec2::<f32>().unwrap();
            assert_eq!(first, all[3..3 + rows], "{rows} rows");
        }
    }

    #[test]
    fn misfits_are_errors() {
        assert!(product(&tensor(&[2, 3], 1), &tensor(&[2, 3], 1)).is_err());
        assert!(product(&tensor(&[2, 2, 3], 1), &tensor(&[3, 3, 2], 1)).is_err());
        assert!(product(&tensor(&[3], 1), &tensor(&[3], 1)).is_err());
        assert!(add(tensor(&[2, 3], 1), &tensor(&[2, 2], 1)).is_err());
    }
}
