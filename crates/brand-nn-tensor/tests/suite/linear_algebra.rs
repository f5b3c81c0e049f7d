//! Factorisations put together again, on matrices of many shapes and of awkward kinds.

use brand_nn_tensor::{DType, MatrixNorm, Rng, Shape, Tensor, Triangle, check::assert_close};

fn random(shape: impl Into<Shape>, seed: u64) -> Tensor {
    Tensor::randn(shape, &mut Rng::new(seed)).to(DType::F64)
}

/// A matrix of the given singular values.
fn with_values(values: &[f64], seed: u64) -> Tensor {
    let n = values.len();
    let turn = |seed| random([n, n], seed).qr().unwrap().0;
    turn(seed).matmul(&Tensor::from(values).diag(0)).matmul(&turn(seed + 1))
}

fn eye_like(t: &Tensor) -> Tensor {
    Tensor::ones_like(&t.diagonal(0)).diag(0)
}

#[track_caller]
fn assert_orthonormal(columns: &Tensor) {
    let gram = columns.t().matmul(columns);
    assert_close(&gram, &eye_like(&gram), 1e-13);
}

/// Everything that is true of a matrix of any shape.
#[track_caller]
fn check_any(a: &Tensor) {
    let (q, r) = a.qr().unwrap();
    assert_close(&q.matmul(&r), a, 1e-13);
    assert_orthonormal(&q);
    assert_eq!(r, r.triu(0));
    let (u, s, v) = a.svd().unwrap();
    assert_close(&(&u * s.unsqueeze(-2)).matmul(&v.t()), a, 1e-13);
    assert_orthonormal(&u);
    assert_orthonormal(&v);
    assert_eq!(s.sort(-1, true).0, s);
    let p = a.pinv(1e-13).unwrap();
    assert_close(&a.matmul(&p).matmul(a), a, 1e-12);
    assert_close(&p.matmul(a).matmul(&p), &p, 1e-11);
    assert_close(&a.matmul(&p), &a.matmul(&p).t(), 1e-12);
    let norm = |norm| a.matrix_norm(norm).unwrap();
    assert_close(&norm(MatrixNorm::Frobenius), &s.square().sum_axis(-1).sqrt(), 1e-13);
    assert_close(&norm(MatrixNorm::Nuclear), &s.sum_axis(-1), 1e-13);
}

/// Everything that is true of a square matrix with an inverse.
#[track_caller]
fn check_square(a: &Tensor) {
    check_any(a);
    let b = random(Shape::from([a.dim(-1), 3]), 7);
    let x = a.solve(&b).unwrap();
    assert_close(&a.matmul(&x), &b.expand(x.shape()), 1e-11);
    assert_close(&a.lstsq(&b).unwrap(), &x, 1e-10);
    assert_close(&a.matmul(&a.inverse().unwrap()), &eye_like(a), 1e-11);
    let (sign, log) = a.slogdet().unwrap();
    assert_close(&(sign * log.exp()), &a.det().unwrap(), 1e-12);
    let triangle = a.tril(0);
    for (kind, matrix) in [
        (Triangle::lower(), triangle.clone()),
        (Triangle::lower().transposed(), triangle.t()),
        (Triangle::upper(), a.triu(0)),
        (Triangle::upper().transposed().unit(), (a.triu(1) + eye_like(a)).t()),
    ] {
        let x = a.solve_triangular(&b, kind).unwrap();
        assert_close(&matrix.matmul(&x), &b.expand(x.shape()), 1e-8);
    }
}

/// Everything that is true of a symmetric matrix.
#[track_caller]
fn check_symmetric(a: &Tensor) {
    let (values, vectors) = a.eigh().unwrap();
    assert_close(&(&vectors * values.unsqueeze(-2)).matmul(&vectors.t()), a, 1e-13);
    assert_orthonormal(&vectors);
    assert_eq!(values.sort(-1, false).0, values);
}

#[test]
fn factors_make_the_matrix_again() {
    for shape in [[1, 1], [3, 3], [5, 2], [2, 5], [17, 17], [40, 13], [1, 4]] {
        check_any(&random(shape, 1));
    }
    check_any(&random([2, 3, 6, 4], 2));
    for n in [1, 2, 5, 30] {
        check_square(&(random([n, n], 3) + eye_like(&random([n, n], 3)) * 3.0));
        let a = random([n, n], 4);
        check_symmetric(&(&a + a.t()));
        let definite = a.matmul(&a.t()) + eye_like(&a);
        let l = definite.cholesky().unwrap();
        assert_close(&l.matmul(&l.t()), &definite, 1e-14);
        let b = random([n, 2], 5);
        assert_close(&l.cholesky_solve(&b).unwrap(), &definite.solve(&b).unwrap(), 1e-10);
    }
}

#[test]
fn awkward_matrices_are_no_exception() {
    check_any(&Tensor::zeros_of([4, 3], DType::F64));
    check_any(&Tensor::full_of([4, 4], 2.0, DType::F64));
    check_any(&with_values(&[1.0, 1.0, 1.0, 1.0, 1e-3], 11));
    check_any(&with_values(&[3.0, 3.0, 2.0, 0.0, 0.0], 12));
    check_any(&(random([4, 4], 13) * 1e-140));
    check_any(&(random([4, 4], 14) * 1e140));
    check_symmetric(&Tensor::eye(5).to(DType::F64));
    check_symmetric(&Tensor::zeros_of([3, 3], DType::F64));
    check_symmetric(&Tensor::from([2.0, -1.0, 2.0, 0.0]).diag(0));
    let turn = with_values(&[1.0; 6], 15);
    let doubled = Tensor::from([1.0, 1.0, 1.0, 4.0, 4.0, -2.0]).diag(0);
    check_symmetric(&turn.matmul(&doubled).matmul(&turn.t()));
    check_symmetric(&Tensor::from([[1e-300, 1e-300], [1e-300, 1.0]]));
    for n in 0..2 {
        let empty = Tensor::zeros_of([n, 0, 0], DType::F64);
        assert_eq!(empty.det().unwrap(), Tensor::full_of([n], 1.0, DType::F64));
        assert_eq!(empty.inverse().unwrap(), empty);
        assert_eq!(empty.eigh().unwrap().0.shape(), [n, 0]);
        assert_eq!(empty.svd().unwrap().1.shape(), [n, 0]);
    }
    assert_eq!(Tensor::zeros([0, 2, 3]).pinv(0.0).unwrap().shape(), [0, 3, 2]);
    assert_eq!(Tensor::zeros([2, 0]).qr().unwrap().0.shape(), [2, 0]);
}

#[test]
fn small_singular_values_are_exact() {
    let s = with_values(&[1.0, 1e-5, 1e-10], 21).svd().unwrap().1;
    assert_close(&(s / Tensor::from([1.0, 1e-5, 1e-10])), &Tensor::ones(3), 1e-5);
}

#[test]
fn f32_is_computed_in_f64() {
    let a = random([6, 6], 31) + Tensor::eye(6).to(DType::F64) * 4.0;
    let narrow = a.to(DType::F32).inverse().unwrap();
    assert_eq!(narrow, a.to(DType::F32).to(DType::F64).inverse().unwrap().to(DType::F32));
}

#[track_caller]
fn check_refused(found: brand_nn_tensor::Result<Tensor>, text: &str) {
    let error = found.unwrap_err().to_string();
    assert!(error.contains(text), "{error}\nlacks: {text}");
}

#[test]
fn flaws_are_named_by_their_place() {
    let flat = Tensor::from([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]);
    let batch = Tensor::stack(&[Tensor::eye(3).to(DType::F64), flat.clone()], 0);
    let b = Tensor::from([[1.0], [2.0], [3.0]]);
    check_refused(batch.inverse(), "inverse: matrix 1 of the batch is singular, pivot 2 is 0");
    check_refused(flat.solve(&b), "solve: matrix 0 of the batch is singular, pivot 2");
    check_refused(flat.lstsq(&b), "lstsq: matrix 0 of the batch is singular, pivot");
    check_refused(flat.t().slice(1, ..2).lstsq(&b), "pivot 1 is 0");
    check_refused(batch.triu(1).solve_triangular(&b, Triangle::upper()), "pivot 2 is 0");
    check_refused(Tensor::from([[4.0, 2.0], [2.0, 1.0]]).cholesky(), "leading minor of order 2");
    check_refused(Tensor::from([[f64::NAN]]).cholesky(), "leading minor of order 1");
    check_refused(Tensor::zeros([2, 3]).det(), "square matrices in the last two axes");
    check_refused(Tensor::zeros([3]).inverse(), "a matrix, that is two axes or more");
    check_refused(flat.solve(&Tensor::from([[1.0], [2.0]])), "3 rows, as [3, 3] has");
    check_refused(flat.solve(&Tensor::zeros([3, 1])), "dtype f32, expected f64");
    check_refused(Tensor::from([[1, 2], [3, 4]]).det(), "expected f32 or f64");
    let infinite = Tensor::from([[f64::INFINITY]]);
    check_refused(infinite.eigh().map(|found| found.0), "eigh: matrix 0 of the batch is not done");
    check_refused(infinite.svd().map(|found| found.1), "svd: matrix 0 of the batch is not done");
    assert!(Tensor::from([[f64::NAN, 1.0], [1.0, 2.0]]).det().unwrap().item().is_nan());
}
