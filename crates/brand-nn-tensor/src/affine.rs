//! The affine map with what follows it, in one pass over memory.

use brand_nn_kernels::{Buffer, Factor, PackedB, Then, Unary, affine};

use crate::product::{as_one_matrix, matrix};
use crate::storage::{Float, float_dtype};
use crate::{DType, Shape, Tensor};

/// What [`Tensor::affine`] does beside the product; nothing by default.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::Affine;
///
/// assert!(Affine::default().bias.is_none());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Affine<'a> {
    /// `[out]`, added to each row.
    pub bias: Option<&'a Tensor>,
    /// The function of each sum.
    pub function: Option<Unary>,
    /// What is added at last, of the result's shape.
    pub residual: Option<&'a Tensor>,
}

/// A weight `[out, in]` beside a copy in the order in which products read it.
///
/// The copy is as large as the weight. Values can't part: a tensor that somebody else holds is
/// never changed in place.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{PackedWeight, Tensor};
///
/// let packed = PackedWeight::new(&Tensor::ones([2, 3]).to(brand_nn_tensor::DType::F32)).unwrap();
/// assert_eq!(packed.weight().shape()[..], [2, 3]);
/// assert!(PackedWeight::new(&Tensor::arange(3)).is_none()); // no matrix
/// ```
#[derive(Clone, Debug)]
pub struct PackedWeight {
    weight: Tensor,
    panels: PackedB<f32>,
}

/// Rows up to which products with a weight as it lies are faster.
const FEW: usize = 3;

impl PackedWeight {
    /// Packs a matrix of f32; `None` for anything else.
    #[must_use]
    pub fn new(weight: &Tensor) -> Option<Self> {
        let fits = weight.ndim() == 2 && weight.dtype() == DType::F32 && !weight.is_empty();
        fits.then(|| Self { weight: weight.clone(), panels: PackedB::new(matrix(&weight.t())) })
    }

    /// The weight as it was handed over.
    #[must_use]
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// f(x Wᵀ + b) + r, as [`Tensor::affine`].
    ///
    /// Sums may be rounded in another order than with the weight as it lies.
    ///
    /// # Panics
    /// As [`Tensor::affine`].
    #[track_caller]
    #[must_use]
    pub fn affine(&self, input: &Tensor, then: &Affine<'_>) -> Tensor {
        let sizes = sizes(input, &self.weight, then);
        match sizes.filter(|(rows, _)| input.dtype() == DType::F32 && rows.dim(0) > FEW) {
            Some((rows, shape)) => run(&rows, Factor::Packed(&self.panels), then, shape),
            None => input.affine(&self.weight, then),
        }
    }
}

impl Tensor {
    /// f(x Wᵀ + b) + r in one pass over memory: a product with what follows it.
    ///
    /// The bits are those of the steps one after the other.
    ///
    /// # Shapes
    /// `self` `[…, in]`, `weight` `[out, in]`, the bias `[out]`, the residual that of the result
    /// → `[…, out]`.
    ///
    /// # Panics
    /// If the sizes do not fit, or the dtypes aren't all `f32` or all `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_kernels::Unary;
    /// use brand_nn_tensor::{Affine, Tensor};
    ///
    /// let (x, weight) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[3.0, 0.0], [0.0, -1.0]]));
    /// let bias = Tensor::from([0.5, 0.0]);
    /// let then = Affine { bias: Some(&bias), function: Some(Unary::Relu), residual: Some(&x) };
    /// assert_eq!(x.affine(&weight, &then), Tensor::from([[4.5, 2.0]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn affine(&self, weight: &Self, then: &Affine<'_>) -> Self {
        match sizes(self, weight, then) {
            Some((rows, shape)) => float_dtype!(
                self.dtype(),
                T => run::<T>(&rows, Factor::Plain(matrix(&weight.t())), then, shape),
                else step_by_step(self, weight, then)
            ),
            None => step_by_step(self, weight, then),
        }
    }
}

/// The input as one matrix and the shape of the result, if one product serves.
fn sizes(input: &Tensor, weight: &Tensor, then: &Affine<'_>) -> Option<(Tensor, Shape)> {
    let [out, inner] = weight.shape()[..] else { return None };
    let (last, rest) = input.shape().split_last()?;
    let shape: Shape = rest.iter().copied().chain([out]).collect();
    let alike = |x: &Tensor, shape: &[usize]| x.dtype() == input.dtype() && x.shape()[..] == *shape;
    let fits = *last == inner
        && input.ndim() > 1
        && !(input.is_empty() || weight.is_empty())
        && weight.dtype() == input.dtype()
        && then.bias.is_none_or(|bias| alike(bias, &[out]))
        && then.residual.is_none_or(|residual| alike(residual, &shape));
    fits.then(|| as_one_matrix(input, weight)).flatten().map(|rows| (rows, shape))
}

fn run<T: Float>(rows: &Tensor, by: Factor<'_, T>, then: &Affine<'_>, shape: Shape) -> Tensor {
    let bias = then.bias.map(Tensor::data::<T>);
    let residual = then.residual.map(Tensor::data::<T>);
    let mut out = Buffer::stale(shape.size());
    let (bias, residual) = (bias.as_deref(), residual.as_deref());
    affine(matrix(rows), by, &Then { bias, function: then.function, residual }, &mut out);
    Tensor::from_raw::<T>(out, shape)
}

#[track_caller]
fn step_by_step(input: &Tensor, weight: &Tensor, then: &Affine<'_>) -> Tensor {
    let product = input.matmul(&weight.t());
    let sum = match then.bias {
        Some(bias) => product + bias,
        None => product,
    };
    let value = match then.function {
        Some(function) => sum.into_unary(function),
        None => sum,
    };
    match then.residual {
        Some(residual) => value + residual,
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[track_caller]
    fn check(input: &Tensor, weight: &Tensor, bias: bool, residual: bool) {
        let rng = &mut Rng::new(3);
        let out = weight.dim(0);
        let bias = bias.then(|| Tensor::randn([out], rng).to(input.dtype()));
        let product = input.matmul(&weight.t());
        let residual =
            residual.then(|| Tensor::randn(product.shape().clone(), rng).to(input.dtype()));
        for function in [None, Some(Unary::Gelu)] {
            let then = Affine { bias: bias.as_ref(), function, residual: residual.as_ref() };
            let expected = step_by_step(input, weight, &then);
            assert_eq!(input.affine(weight, &then), expected);
            let Some(packed) = PackedWeight::new(weight) else { continue };
            let off = (packed.affine(input, &then) - expected).abs();
            assert!(off.is_empty() || off.max().item() < 1e-4);
        }
    }

    #[test]
    fn at_once_is_step_by_step() {
        let rng = &mut Rng::new(1);
        let random = |shape: &[usize], rng: &mut Rng| Tensor::randn(Shape::from(shape), rng);
        let weight = random(&[40, 12], rng);
        let whole = random(&[6, 5, 24], rng);
        for input in [
            random(&[12], rng),
            random(&[7, 12], rng),
            random(&[2, 3, 5, 12], rng),
            whole.slice(-1, 3..15),
            random(&[5, 12, 6], rng)
                .transpose(0, 2)
                .contiguous()
                .transpose(1, 2)
                .reshape([6, 5, 12]),
            Tensor::zeros([0, 12]).to(DType::F32),
        ] {
            for [bias, residual] in [[false, false], [true, false], [true, true]] {
                check(&input, &weight, bias, residual);
                check(&input.to(DType::F64), &weight.to(DType::F64), bias, residual);
            }
        }
    }
}
