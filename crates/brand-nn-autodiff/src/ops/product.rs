//! Products of matrices.

use crate::Var;

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
    pub fn matmul(&self, other: &Self) -> Self {
        match (self.ndim(), other.ndim()) {
            (1, 1) => (self * other).sum(),
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
    let (x, y) = (a.save(0), b.save(1));
    let value = a.tensor().matmul(b.tensor());
    Var::record("matmul", [a, b], value, move |walk, gradient| {
        Ok([
            walk.when(0, || gradient.matmul(&walk.open(&y).t()).sum_to(x.value.shape())),
            walk.when(1, || {
                if y.value.ndim() == 2 {
                    rows(&walk.open(&x)).t().matmul(&rows(&gradient))
                } else {
                    walk.open(&x).t().matmul(&gradient).sum_to(y.value.shape())
                }
            }),
        ])
    })
}

#[track_caller]
fn affine(input: &Var, weight: &Var, bias: &Var) -> Var {
    let (x, w) = (input.save(0), weight.save(1));
    let value = input.tensor().matmul(&weight.tensor().t()) + bias.tensor();
    Var::record("linear", [input, weight, bias], value, move |walk, gradient| {
        let flat = rows(&gradient);
        Ok([
            walk.when(0, || gradient.matmul(&walk.open(&w))),
            walk.when(1, || flat.t().matmul(&rows(&walk.open(&x)))),
            walk.when(2, || flat.sum_axis(0)),
        ])
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
