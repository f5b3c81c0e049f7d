//! Equations, inverses, determinants and norms of matrices.

use crate::{Result, Var, saved::Saved};
use brand_nn_tensor::{Error as TensorError, MatrixNorm, Tensor, Triangle};

/// Equations.
impl Var {
    /// The solution X of A X = B for square matrices A.
    ///
    /// # Shapes
    /// `self` `[.., n, n]`, `b` `[.., n, k]` or a vector `[n]` → as `b`; the batches broadcast.
    ///
    /// # Errors
    /// If the matrices aren't square, shapes or dtypes don't fit, or one is singular.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Var::leaf(Tensor::from([[2.0, 0.0], [0.0, 4.0]]));
    /// let b = Var::leaf(Tensor::from([2.0, 4.0]));
    /// let gradients = a.solve(&b)?.sum().backward()?;
    /// assert_eq!(gradients.get(&b).unwrap(), Tensor::from([0.5, 0.25]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn solve(&self, b: &Self) -> Result<Self> {
        if b.ndim() == 1 {
            return Ok(self.solve(&b.unsqueeze(1))?.squeeze(-1));
        }
        let value = self.tensor().solve(b.tensor())?;
        let (a, x, target) = (self.save(0), Saved::output(&value), b.shape().clone());
        Ok(Self::record("solve", [self, b], value, move |walk, gradient| {
            let pulled = walk.open(&a).t().solve(&gradient)?;
            let outer = || -pulled.matmul(&walk.open(&x).t());
            Ok([
                walk.when(0, || outer().sum_to(a.shape())),
                walk.when(1, || pulled.sum_to(&target)),
            ])
        }))
    }

    /// The solution X of T X = B for triangular matrices T.
    ///
    /// Only the triangle that `triangle` names is read and gets a gradient.
    ///
    /// # Shapes
    /// `self` `[.., n, n]`, `b` `[.., n, k]` → as `b`; the batches broadcast.
    ///
    /// # Errors
    /// If the matrices aren't square, shapes or dtypes don't fit, or a diagonal has a 0.
    pub fn solve_triangular(&self, b: &Self, triangle: Triangle) -> Result<Self> {
        let value = self.tensor().solve_triangular(b.tensor(), triangle)?;
        let (t, x, target) = (self.save(0), Saved::output(&value), b.shape().clone());
        Ok(Self::record("solve_triangular", [self, b], value, move |walk, gradient| {
            let pulled = walk.open(&t).solve_triangular(&gradient, triangle.transposed())?;
            let outer = || {
                let outer = -pulled.matmul(&walk.open(&x).t());
                let outer = if triangle.is_transposed { outer.t() } else { outer };
                let inside = isize::from(triangle.is_unit);
                if triangle.is_upper { outer.triu(inside) } else { outer.tril(-inside) }
            };
            Ok([
                walk.when(0, || outer().sum_to(t.shape())),
                walk.when(1, || pulled.sum_to(&target)),
            ])
        }))
    }

    /// The solution X of L Lᵀ X = B, where this is the factor L of [`Var::cholesky`].
    ///
    /// # Shapes
    /// `self` `[.., n, n]`, `b` `[.., n, k]` → as `b`; the batches broadcast.
    ///
    /// # Errors
    /// As [`Var::solve_triangular`].
    pub fn cholesky_solve(&self, b: &Self) -> Result<Self> {
        let half = self.solve_triangular(b, Triangle::lower())?;
        self.solve_triangular(&half, Triangle::lower().transposed())
    }

    /// The X that makes A X nearest to B; of several the shortest.
    ///
    /// # Shapes
    /// `self` `[.., m, n]`, `b` `[.., m, k]` → `[.., n, k]`; the batches broadcast.
    ///
    /// # Errors
    /// If the columns (of a flat matrix: the rows) depend on each other; [`Var::pinv`] takes such
    /// matrices too.
    ///
    /// # Panics
    /// If the numbers of rows differ.
    pub fn lstsq(&self, b: &Self) -> Result<Self> {
        let is_tall = self.tensor().dim(-2) >= self.tensor().dim(-1);
        let (q, r) = if is_tall { self.qr()? } else { self.t().qr()? };
        r.tensor().require_rank("lstsq")?;
        if is_tall {
            r.solve_triangular(&q.t().matmul(b), Triangle::upper())
        } else {
            Ok(q.matmul(&r.solve_triangular(b, Triangle::upper().transposed())?))
        }
    }
}

/// Inverses and determinants.
impl Var {
    /// The inverse of square matrices.
    ///
    /// # Errors
    /// If the matrices aren't square, or one is singular.
    #[doc(alias = "inv")]
    pub fn inverse(&self) -> Result<Self> {
        let value = self.tensor().inverse()?;
        let y = Saved::output(&value);
        Ok(Self::record("inverse", [self], value, move |walk, gradient| {
            let y = walk.open(&y).t();
            Ok([walk.when(0, || -y.matmul(&gradient).matmul(&y))])
        }))
    }

    /// The pseudo-inverse of Moore and Penrose.
    ///
    /// Singular values below `tolerance` times the largest count as 0. The gradient is that of
    /// matrices of the same rank (Golub and Pereyra, 1973).
    ///
    /// # Shapes
    /// `[.., m, n]` → `[.., n, m]`.
    ///
    /// # Errors
    /// If there are less than two axes, or an element isn't finite.
    pub fn pinv(&self, tolerance: f64) -> Result<Self> {
        let value = self.tensor().pinv(tolerance)?;
        let (a, p) = (self.save(0), Saved::output(&value));
        Ok(Self::record("pinv", [self], value, move |walk, gradient| {
            let (a, p) = (walk.open(&a), walk.open(&p));
            let (g, gt, pt) = (&gradient, gradient.t(), p.t());
            let slope = || {
                let rows = gt.matmul(&p).matmul(&pt); //  gᵀ P Pᵀ
                let columns = pt.matmul(&p).matmul(&gt); // Pᵀ P gᵀ
                let left = &rows - a.matmul(&p.matmul(&rows));
                let right = &columns - columns.matmul(&p).matmul(&a);
                left + right - pt.matmul(g).matmul(&pt)
            };
            Ok([walk.when(0, slope)])
        }))
    }

    /// The determinant of square matrices.
    ///
    /// Singular matrices have a first gradient, their cofactors, but no second one.
    ///
    /// # Shapes
    /// `[.., n, n]` → `[..]`.
    ///
    /// # Errors
    /// If the matrices aren't square.
    pub fn det(&self) -> Result<Self> {
        let value = self.tensor().det()?;
        let (a, d) = (self.save(0), Saved::output(&value));
        Ok(Self::record("det", [self], value, move |walk, gradient| {
            let cofactors = match walk.open(&a).inverse() {
                Ok(inverse) => as_matrix(&walk.open(&d)) * inverse.t(),
                Err(crate::Error::Tensor(TensorError::Singular { .. })) if !walk.higher() => {
                    a.value().cofactors()?.into()
                }
                Err(error) => return Err(error),
            };
            Ok([walk.when(0, || as_matrix(&gradient) * cofactors)])
        }))
    }

    /// The sign of the determinant and the logarithm of its size, which can't overflow.
    ///
    /// Singular matrices have the sign 0 and the logarithm −∞, whose gradient is an error.
    ///
    /// # Shapes
    /// `[.., n, n]` → two of `[..]`.
    ///
    /// # Errors
    /// If the matrices aren't square.
    pub fn slogdet(&self) -> Result<(Tensor, Self)> {
        let (sign, log) = self.tensor().slogdet()?;
        let a = self.save(0);
        let log = Self::record("slogdet", [self], log, move |walk, gradient| {
            let inverse = walk.open(&a).inverse()?.t();
            Ok([walk.when(0, || as_matrix(&gradient) * inverse)])
        });
        Ok((sign, log))
    }

    /// The logarithm of the determinant: NaN where that is negative, −∞ where it is 0.
    ///
    /// # Errors
    /// If the matrices aren't square.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Var::leaf(Tensor::from([[2.0, 0.0], [0.0, 4.0]]));
    /// let gradients = a.logdet()?.backward()?;
    /// assert_eq!(gradients.get(&a).unwrap(), Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn logdet(&self) -> Result<Self> {
        let (sign, log) = self.slogdet()?;
        Ok(log.masked_fill(&sign.less_than(0.0), f64::NAN))
    }
}

/// Sizes, powers and exponentials.
impl Var {
    /// The size of each matrix; the slope of Frobenius' norm at 0 is 0.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[..]`.
    ///
    /// # Errors
    /// If there are less than two axes, or singular values are asked of elements that aren't
    /// finite.
    pub fn matrix_norm(&self, norm: MatrixNorm) -> Result<Self> {
        match norm {
            MatrixNorm::Frobenius => frobenius(self),
            MatrixNorm::Nuclear => Ok(self.svd()?.1.sum_axis(-1)),
            MatrixNorm::Spectral => {
                let values = self.svd()?.1;
                let first = values.tensor().dim(-1).min(1);
                Ok(values.slice(-1, 0..first).sum_axis(-1))
            }
        }
    }

    /// Square matrices multiplied `power` times with themselves; negative powers invert first.
    ///
    /// # Errors
    /// If the matrices aren't square, or the power is negative and one is singular.
    pub fn matrix_power(&self, power: i32) -> Result<Self> {
        let mut square = if power < 0 { self.inverse()? } else { self.clone() };
        self.tensor().require_square("matrix_power")?;
        let mut left = power.unsigned_abs();
        let mut product: Option<Self> = None;
        while left > 0 {
            if left % 2 == 1 {
                product = Some(product.map_or(square.clone(), |product| product.matmul(&square)));
            }
            left /= 2;
            if left > 0 {
                square = square.matmul(&square);
            }
        }
        Ok(product.unwrap_or_else(|| eye_like(self)))
    }

    /// The exponential of square matrices, I + A + A²/2! + A³/3! + …
    ///
    /// By Padé's quotient of degree 13 of A / 2ˢ, squared s times: Higham, The Scaling and Squaring
    /// Method for the Matrix Exponential Revisited, 2005.
    ///
    /// # Errors
    /// If the matrices aren't square, or have elements that aren't finite.
    pub fn matrix_exp(&self) -> Result<Self> {
        self.tensor().require_square("matrix_exp")?;
        let size = match self.tensor().size() {
            0 => return Ok(self.clone()),
            _ => self.tensor().abs().sum_axis(-2).max().item(),
        };
        let halvings =
            if size.is_finite() { (size / 5.37).log2().ceil().max(0.0) as i32 } else { 0 };
        let (even, odd) = pade(&(self * 0.5_f64.powi(halvings)));
        let mut exponential = (&even - &odd).solve(&(even + odd))?;
        for _ in 0..halvings {
            exponential = exponential.matmul(&exponential);
        }
        Ok(exponential)
    }
}

/// The coefficients of Padé's quotient of degree 13, from the constant on.
const PADE: [f64; 14] = [
    64_764_752_532_480_000.0,
    32_382_376_266_240_000.0,
    7_771_770_303_897_600.0,
    1_187_353_796_428_800.0,
    129_060_195_264_000.0,
    10_559_470_521_600.0,
    670_442_572_800.0,
    33_522_128_640.0,
    1_323_241_920.0,
    40_840_800.0,
    960_960.0,
    16_380.0,
    182.0,
    1.0,
];

/// The even and the odd part of the quotient's numerator, divided by its constant.
fn pade(a: &Var) -> (Var, Var) {
    let two = a.matmul(a);
    let four = two.matmul(&two);
    let six = four.matmul(&two);
    let at = |i: usize| PADE[i] / PADE[0];
    let part = |i: usize| {
        let high = &six * at(i + 12) + &four * at(i + 10) + &two * at(i + 8);
        six.matmul(&high)
            + &six * at(i + 6)
            + &four * at(i + 4)
            + &two * at(i + 2)
            + eye_like(a) * at(i)
    };
    (part(0), a.matmul(&part(1)))
}

fn frobenius(x: &Var) -> Result<Var> {
    let value = x.tensor().matrix_norm(MatrixNorm::Frobenius)?;
    let (x, y, input) = (x.save(0), Saved::output(&value), x);
    Ok(Var::record("matrix_norm", [input], value, move |walk, gradient| {
        let at_zero = y.value().equal_to(0.0);
        let safe = walk.open(&y).masked_fill(&at_zero, 1.0);
        let share = gradient.masked(&at_zero.not()) / safe;
        Ok([walk.when(0, || walk.open(&x) * as_matrix(&share))])
    }))
}

/// `[..]` → `[.., 1, 1]`.
fn as_matrix(x: &Var) -> Var {
    x.unsqueeze(-1).unsqueeze(-1)
}

/// The identity in the shape of a batch of square matrices.
fn eye_like(x: &Var) -> Var {
    Tensor::ones_like(&x.tensor().diagonal(0)).diag(0).into()
}
