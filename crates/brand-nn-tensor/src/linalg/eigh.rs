//! Eigenvalues and eigenvectors of symmetric matrices: to three diagonals, then implicit QL steps.
//!
//! Householder's reduction and the QL algorithm of Bowdler, Martin, Reinsch and Wilkinson,
//! Handbook for Automatic Computation II, 1971.

use super::{Batch, Flaw, Matrix, add_scaled, dot, qr};
use crate::{Result, Tensor};

/// QL steps that one eigenvalue may take; three are usual.
const STEPS: usize = 60;

impl Tensor {
    /// The eigenvalues λ and eigenvectors V of symmetric matrices A = V diag(λ) Vᵀ.
    ///
    /// Values are in ascending order, vectors are the columns of V, each with its largest element
    /// positive. Only the lower triangle of A is read.
    ///
    /// # Shapes
    /// `[.., n, n]` → `[.., n]` and `[.., n, n]`.
    ///
    /// # Errors
    /// If the matrices aren't square, or one has elements that aren't finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Tensor, check};
    ///
    /// let (values, vectors) = Tensor::from([[2.0, 1.0], [1.0, 2.0]]).eigh()?;
    /// check::assert_close(&values, &Tensor::from([1.0, 3.0]), 1e-14);
    /// check::assert_close(&vectors.t().matmul(&vectors), &Tensor::eye(2), 1e-14);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn eigh(&self) -> Result<(Self, Self)> {
        let a = Batch::square("eigh", self)?;
        let n = a.rows;
        let [values, vectors] = a.map([&[n], &[n, n]], &mut |i| {
            let (values, vectors) = eigen(a.matrix(i))?;
            Ok([values, vectors.transposed().values])
        })?;
        Ok((values, vectors))
    }
}

/// Eigenvalues in ascending order, and the eigenvectors as rows.
fn eigen(a: Matrix) -> Result<(Vec<f64>, Matrix), Flaw> {
    if a.values.iter().any(|x| !x.is_finite()) {
        return Err(Flaw::NotConverged { steps: 0 });
    }
    let (mut diagonal, mut beside, mut vectors) = tridiagonal(a);
    let mut shift = 0.0;
    let mut size = 0.0f64;
    for first in 0..diagonal.len() {
        size = size.max(diagonal[first].abs() + beside[first].abs());
        let small = |x: f64| x.abs() <= f64::EPSILON * size;
        let last = (first..diagonal.len()).find(|&m| small(beside[m])).unwrap_or(first);
        let mut steps = 0;
        while last > first && !(steps > 0 && small(beside[first])) {
            if steps == STEPS {
                return Err(Flaw::NotConverged { steps });
            }
            shift += ql_step(first..last, &mut diagonal, &mut beside, &mut vectors);
            steps += 1;
        }
        diagonal[first] += shift;
        beside[first] = 0.0;
    }
    Ok(in_order(&diagonal, &vectors))
}

/// The diagonal, the elements beside it (and a 0), and the rows of the turn that makes them.
fn tridiagonal(mut a: Matrix) -> (Vec<f64>, Vec<f64>, Matrix) {
    let n = a.rows;
    for i in 0..n {
        (0..i).for_each(|j| a[(j, i)] = a[(i, j)]);
    }
    let mut normals = Vec::new();
    for k in 0..n.saturating_sub(2) {
        let normal = qr::normal(&a.row(k)[k + 1..]);
        reflect_both(&mut a, k + 1, &normal);
        qr::reflect(&normal, &mut a.row_mut(k)[k + 1..]);
        normals.push(normal);
    }
    let mut turn = Matrix::eye(n, n);
    for i in 0..n {
        for (k, normal) in normals.iter().enumerate() {
            qr::reflect(normal, &mut turn.row_mut(i)[k + 1..]);
        }
    }
    let diagonal = (0..n).map(|i| a[(i, i)]).collect();
    let beside = (0..n).map(|i| if i + 1 < n { a[(i, i + 1)] } else { 0.0 }).collect();
    (diagonal, beside, turn.transposed())
}

/// H A H on the rows and columns from `first` on: A − v wᵀ − w vᵀ, w = A v − v (v · A v) / 2.
fn reflect_both(a: &mut Matrix, first: usize, normal: &[f64]) {
    let image: Vec<f64> = (first..a.rows).map(|i| dot(&a.row(i)[first..], normal)).collect();
    let half = dot(&image, normal) / 2.0;
    let w: Vec<f64> = image.iter().zip(normal).map(|(x, v)| x - half * v).collect();
    for i in first..a.rows {
        let row = &mut a.row_mut(i)[first..];
        add_scaled(row, -normal[i - first], &w);
        add_scaled(row, -w[i - first], normal);
    }
}

/// One implicit QL step on a block; returns by how much it has shifted all eigenvalues.
fn ql_step(
    block: std::ops::Range<usize>,
    d: &mut [f64],
    e: &mut [f64],
    vectors: &mut Matrix,
) -> f64 {
    let (l, m) = (block.start, block.end);
    let ratio = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let root = ratio + ratio.hypot(1.0).copysign(ratio);
    let shift = d[l] - e[l] / root;
    d[l] = e[l] / root;
    d[l + 1] = e[l] * root;
    let (next, beside_next) = (d[l + 1], e[l + 1]);
    d[l + 2..].iter_mut().for_each(|x| *x -= shift);
    let (mut p, [mut c, mut c2, mut c3], [mut s, mut s2]) = (d[m], [1.0; 3], [0.0; 2]);
    for i in block.rev() {
        (c3, c2, s2) = (c2, c, s);
        let (g, h, r) = (c * e[i], c * p, p.hypot(e[i]));
        e[i + 1] = s * r;
        (s, c) = (e[i] / r, p / r);
        p = c * d[i] - s * g;
        d[i + 1] = h + s * (c * g + s * d[i]);
        let (low, high) = vectors.row_and(i, i + 1);
        turn(high, low, c, s);
    }
    p = -s * s2 * c3 * beside_next * e[l] / next;
    e[l] = s * p;
    d[l] = c * p;
    shift
}

/// Turns two vectors in their plane: `(c x + s y, c y − s x)`.
pub(super) fn turn(x: &mut [f64], y: &mut [f64], c: f64, s: f64) {
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * *x + s * *y, c * *y - s * *x);
    }
}

fn in_order(values: &[f64], vectors: &Matrix) -> (Vec<f64>, Matrix) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut sorted = Matrix::zeros(vectors.rows, vectors.columns);
    for (to, &from) in order.iter().enumerate() {
        sorted.row_mut(to).copy_from_slice(vectors.row(from));
        if is_turned(sorted.row(to)) {
            sorted.row_mut(to).iter_mut().for_each(|x| *x = -*x);
        }
    }
    (order.iter().map(|&i| values[i]).collect(), sorted)
}

/// True if the element furthest from zero is negative.
pub(super) fn is_turned(x: &[f64]) -> bool {
    let furthest = x.iter().fold(0.0f64, |most, x| if x.abs() > most.abs() { *x } else { most });
    furthest < 0.0
}
