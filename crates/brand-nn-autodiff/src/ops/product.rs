//! Products of matrices.

use crate::Var;
use brand_nn_tensor::Affine;

impl Var {
    /// The matrix product, with NumPy's rules for vectors and batches.
    ///
    /// # Shapes
    /// `[…, m, k] · […, k, n] → […, m, n]`; a vector is a row on the left, a column on the right.
    ///
    /// # Panics
    /// If the inner lengths differ or the batches do not broadcast.
    #[must_use]
    #[track_caller]
    #[doc(alias = "bmm")]
    pub fn matmul(&self, other: &Self) -> Self {
        match (self.ndim(), other.ndim()) {
            (1, 1) => self.dot(other),
            (1, _) => self.unsqueeze(0).matmul(other).squeeze(-2),
            (_, 1) => self.matmul(&other.unsqueeze(1)).squeeze(-1),
            _ => product(self, other),
        }
    }

    /// The affine map x · Wᵀ + b, with the weight as published checkpoints have it.
    ///
    /// # Shapes
    /// `self` `[…, in]`, `weight` `[out, in]`, `bias` `[out]` → `[…, out]`.
    ///
    /// # Panics
    /// If the sizes do not fit.
    #[must_use]
    #[track_caller]
    pub fn linear(&self, weight: &Self, bias: Option<&Self>) -> Self {
        match bias {
            Some(bias) => affine(self, weight, bias),
            None => self.matmul(&weight.t()),
        }
    }

    /// The sum of the products of two vectors' elements.
    ///
    /// # Panics
    /// If the operands aren't two vectors of one length.
    #[must_use]
    #[track_caller]
    pub fn dot(&self, other: &Self) -> Self {
        let (x, y) = (self.save(0), other.save(1));
        let value = self.tensor().dot(other.tensor());
        Self::record("dot", [self, other], value, move |walk, gradient| {
            Ok([
                walk.when(0, || &gradient * walk.open(&y)),
                walk.when(1, || &gradient * walk.open(&x)),
            ])
        })
    }

    /// β times this plus α times a matrix product: β C + α A B.
    ///
    /// # Shapes
    /// `a` `[.., m, k]`, `b` `[.., k, n]`; `self` broadcasts with `[.., m, n]`.
    #[must_use]
    #[track_caller]
    #[doc(alias = "baddbmm")]
    pub fn addmm(&self, a: &Self, b: &Self, alpha: f64, beta: f64) -> Self {
        self * beta + a.matmul(b) * alpha
    }

    /// Every element of one value times the whole of another, as blocks: Kronecker's product.
    ///
    /// # Shapes
    /// `[a, b]`, `[c, d]` → `[a c, b d]`; missing axes in front count as 1.
    #[must_use]
    #[track_caller]
    pub fn kron(&self, other: &Self) -> Self {
        let [a, b, whole] = self.shape().interleaved(other.shape());
        (self.reshape(a) * other.reshape(b)).reshape(whole)
    }

    /// The vectors at right angles to pairs of vectors of length 3 along an axis.
    ///
    /// # Panics
    /// If the shapes differ or the axis isn't 3 long.
    #[must_use]
    #[track_caller]
    pub fn cross(&self, other: &Self, axis: isize) -> Self {
        let (x, y) = (self.save(0), other.save(1));
        let value = self.tensor().cross(other.tensor(), axis);
        Self::record("cross", [self, other], value, move |walk, gradient| {
            Ok([
                walk.when(0, || walk.open(&y).cross(&gradient, axis)),
                walk.when(1, || gradient.cross(&walk.open(&x), axis)),
            ])
        })
    }

    /// The outer product of two vectors.
    ///
    /// # Shapes
    /// `[m]` and `[n]` → `[m, n]`.
    #[must_use]
    #[track_caller]
    pub fn outer(&self, other: &Self) -> Self {
        self.unsqueeze(1) * other.unsqueeze(0)
    }
}

#[track_caller]
fn product(a: &Var, b: &Var) -> Var {
    let (x, y) = (a.save_for(0, b), b.save_for(1, a));
    let (left, right) = (a.shape().clone(), b.shape().clone());
    let value = a.tensor().matmul(b.tensor());
    Var::record("matmul", [a, b], value, move |walk, gradient| {
        let first = |y| gradient.matmul(&walk.open(y).t()).sum_to(&left).into();
        let second = |x| match right.len() {
            2 => rows(&walk.open(x)).t().matmul(&rows(&gradient)).into(),
            _ => walk.open(x).t().matmul(&gradient).sum_to(&right).into(),
        };
        Ok([y.as_ref().map(first), x.as_ref().map(second)])
    })
}

#[track_caller]
fn affine(input: &Var, weight: &Var, bias: &Var) -> Var {
    let (x, w) = (input.save_for(0, weight), weight.save_for(1, input));
    let then = Affine { bias: Some(bias.tensor()), ..Affine::default() };
    let value = input.tensor().affine(weight.tensor(), &then);
    Var::record("linear", [input, weight, bias], value, move |walk, gradient| {
        let flat = rows(&gradient);
        // The weight's comes first: that product needs room beside its operands, which the gradient
        // of the input would take up.
        let slope = x.as_ref().map(|x| flat.t().matmul(&rows(&walk.open(x))).into());
        let down = w.as_ref().map(|w| gradient.matmul(&walk.open(w)).into());
        Ok([down, slope, walk.when(2, || flat.sum_axis(0))])
    })
}

/// All leading axes as one: `[…, n] → [rows, n]`.
fn rows(x: &Var) -> Var {
    match x.ndim() {
        1 => x.unsqueeze(0),
        2 => x.clone(),
        _ => {
            let width = x.tensor().dim(-1);
            let rows = x.tensor().size().checked_div(width);
            let rows = rows.unwrap_or_else(|| x.shape().iter().rev().skip(1).product());
            x.reshape([rows, width])
        }
    }
}
