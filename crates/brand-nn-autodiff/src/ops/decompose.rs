//! Factors of matrices: Cholesky, QR, eigenvalues and singular values.

use crate::{Error, Result, Var, saved::Saved};
use brand_nn_tensor::{DType, Shape, Tensor, Triangle};

impl Var {
    /// The lower triangles L with L Lᵀ = A, for symmetric positive definite matrices A.
    ///
    /// The gradient of A is symmetric.
    ///
    /// # Errors
    /// If the matrices aren't square, or one isn't positive definite.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Var::leaf(Tensor::from([[4.0, 0.0], [0.0, 16.0]]));
    /// let gradients = a.cholesky()?.sum().backward()?; // 1/(2 √a) on the diagonal
    /// assert_eq!(gradients.get(&a).unwrap().diagonal(0), Tensor::from([0.25, 0.125]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn cholesky(&self) -> Result<Self> {
        let value = self.tensor().cholesky()?;
        let l = Saved::output(&value);
        Ok(Self::record("cholesky", [self], value, move |walk, gradient| {
            let (l, upper) = (walk.open(&l), Triangle::lower().transposed());
            let inner = l.t().matmul(&gradient);
            let half = inner.tril(0) - inner.diagonal(0).diag(0) * 0.5;
            // L⁻ᵀ Φ L⁻¹, from both sides.
            let left = l.solve_triangular(&half, upper)?;
            let both = l.solve_triangular(&left.t(), upper)?;
            Ok([walk.when(0, || symmetric(&both))])
        }))
    }

    /// The factors Q and R of matrices A = Q R: orthonormal columns and an upper triangle.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[.., m, k]` and `[.., k, n]`, k = min(m, n).
    ///
    /// # Errors
    /// If there are less than two axes; on the way back if the columns depend on each other.
    pub fn qr(&self) -> Result<(Self, Self)> {
        let (q, r) = self.tensor().qr()?;
        let k = q.dim(-1);
        if k < r.dim(-1) {
            // The first columns make Q; the others only need to be seen from there.
            let (q, first) = self.slice(-1, 0..k).qr()?;
            let rest = q.t().matmul(&self.slice(-1, k..r.dim(-1)));
            return Ok((q, Self::concat(&[first, rest], -1)));
        }
        let [q, r] = record_parts("qr", self, [q, r], |[q, r], [gq, gr]| {
            r.tensor().require_rank("qr")?;
            let inner = r.matmul(&gr.t()) - gq.t().matmul(q);
            let mirrored = inner.tril(0) + inner.tril(-1).t();
            let outer = gq + q.matmul(&mirrored);
            Ok(r.solve_triangular(&outer.t(), Triangle::upper())?.t())
        });
        Ok((q, r))
    }

    /// The eigenvalues λ and eigenvectors V of symmetric matrices A = V diag(λ) Vᵀ.
    ///
    /// Values are in ascending order, vectors are the columns of V, each with its largest element
    /// positive. The gradient of A is symmetric. Vectors of equal values have none: where they are
    /// used the way back is an error; the values alone always have one.
    ///
    /// # Shapes
    /// `[.., n, n]` → `[.., n]` and `[.., n, n]`.
    ///
    /// # Errors
    /// If the matrices aren't square, or an element isn't finite.
    pub fn eigh(&self) -> Result<(Self, Self)> {
        let (values, vectors) = self.tensor().eigh()?;
        let [values, vectors] =
            record_parts("eigh", self, [values, vectors], |[l, v], [gl, gv]| {
                let gaps = l.unsqueeze(-2) - l.unsqueeze(-1);
                let same = near_zero(gaps.tensor(), l.tensor());
                require_simple("eigh", &same, gv.tensor())?;
                let inner = v.t().matmul(gv) * reciprocal_where(&gaps, &same) + gl.diag(0);
                Ok(symmetric(&v.matmul(&inner).matmul(&v.t())))
            });
        Ok((values, vectors))
    }

    /// The factors of matrices A = U diag(s) Vᵀ: orthonormal columns and falling values s ≥ 0.
    ///
    /// V comes as it is, not transposed. Vectors of equal values, and of zeros of matrices that
    /// aren't square, have no gradient: where they are used the way back is an error; the values
    /// alone always have one.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[.., m, k]`, `[.., k]` and `[.., n, k]`, k = min(m, n).
    ///
    /// # Errors
    /// If there are less than two axes, or an element isn't finite.
    pub fn svd(&self) -> Result<(Self, Self, Self)> {
        let (u, s, v) = self.tensor().svd()?;
        let [u, s, v] = record_parts("svd", self, [u, s, v], svd_slope);
        Ok((u, s, v))
    }
}

/// Townsend, Differentiating the Singular Value Decomposition, 2016.
fn svd_slope([u, s, v]: [&Var; 3], [gu, gs, gv]: [&Var; 3]) -> Result<Var> {
    let (row, column) = (s.unsqueeze(-2), s.unsqueeze(-1));
    let is_square = u.tensor().dim(-2) == v.tensor().dim(-2);
    let mut same = near_zero(&(row.tensor() - column.tensor()), s.tensor());
    if !is_square {
        // A zero has the directions outside of the columns for company.
        same = same.or(&near_zero(row.tensor(), s.tensor()));
    }
    require_simple("svd", &same, gu.tensor())?;
    require_simple("svd", &same, gv.tensor())?;
    let gaps = reciprocal_where(&(row.square() - column.square()), &same);
    let turned = |x: &Var, gx: &Var| {
        let inner = x.t().matmul(gx);
        (&inner - inner.t()) * &gaps
    };
    let inner = turned(u, gu) * &row + &column * turned(v, gv) + gs.diag(0);
    let mut slope = u.matmul(&inner).matmul(&v.t());
    if !is_square {
        let inverse = reciprocal_where(&row, &near_zero(row.tensor(), s.tensor()));
        let outside = |x: &Var, gx: &Var| (gx - x.matmul(&x.t().matmul(gx))) * &inverse;
        slope = slope + outside(u, gu).matmul(&v.t()) + u.matmul(&outside(v, gv).t());
    }
    Ok(slope)
}

/// One op with several results: they are recorded side by side in one value and cut apart again.
fn record_parts<const N: usize>(
    op: &'static str,
    input: &Var,
    parts: [Tensor; N],
    rule: fn([&Var; N], [&Var; N]) -> Result<Var>,
) -> [Var; N] {
    if !input.is_tracked() {
        return parts.map(Var::from);
    }
    let lead = Shape::from(&input.shape()[..input.ndim() - 2]);
    let shapes = parts.each_ref().map(|part| part.shape().clone());
    let flat = parts.map(|part| part.reshape(flat_shape(&lead, part.shape())));
    let value = Tensor::concat(&flat, -1);
    let saved = Saved::output(&value);
    let (inner, outer) = (shapes.clone(), lead.clone());
    let packed = Var::record(op, [input], value, move |walk, gradient| {
        let (values, slopes) =
            (unpacked(&walk.open(&saved), &inner, &outer), unpacked(&gradient, &inner, &outer));
        Ok([Some(rule(values.each_ref(), slopes.each_ref())?.into())])
    });
    unpacked(&packed, &shapes, &lead)
}

fn unpacked<const N: usize>(packed: &Var, shapes: &[Shape; N], lead: &Shape) -> [Var; N] {
    let mut end = 0;
    shapes.each_ref().map(|shape| {
        let len = flat_shape(lead, shape)[lead.len()];
        end += len;
        packed.slice(-1, end - len..end).reshape(shape)
    })
}

/// The axes after those of the batch as one.
fn flat_shape(lead: &Shape, shape: &Shape) -> Shape {
    lead.iter().copied().chain([shape[lead.len()..].iter().product()]).collect()
}

fn symmetric(x: &Var) -> Var {
    (x + x.t()) * 0.5
}

/// Where differences of `values` are nothing but rounding.
fn near_zero(differences: &Tensor, values: &Tensor) -> Tensor {
    if values.size() == 0 {
        return differences.equal_to(0.0);
    }
    let epsilon = if values.dtype() == DType::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let scale = values.abs().max_axes(&[-1], true).unsqueeze(-1);
    differences.abs().less_equal(&(scale * (epsilon * 8.0 * values.dim(-1) as f64)))
}

/// 1 / x, and 0 where the mask is true.
fn reciprocal_where(x: &Var, mask: &Tensor) -> Var {
    let mask = &mask.expand(Shape::broadcast(mask.shape(), x.shape()).unwrap_or_default());
    x.masked_fill(mask, 1.0).reciprocal().masked(&mask.not())
}

/// An error if vectors with a gradient belong to a value that another one equals.
fn require_simple(op: &'static str, same: &Tensor, gradient: &Tensor) -> Result<()> {
    let count = |mask: &Tensor| mask.to(DType::I64).sum_axis(-2);
    let is_used = count(&gradient.not_equal_to(0.0)).greater_than(0.0);
    if is_used.and(&count(same).greater_than(1.0)).any() {
        return Err(Error::Degenerate { op });
    }
    Ok(())
}
