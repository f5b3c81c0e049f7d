//! Einstein's sums, distances, equations and factors of matrices.

use crate::table::{Refusal, Row, Twin, refusals, rows, twins};
use brand_nn_autodiff::{Error, Result, Var};
use brand_nn_tensor::{MatrixNorm, Shape, Tensor, Triangle};

pub(crate) fn rows() -> Vec<Row> {
    [sums(), equations(), determinants(), factors()].into_iter().flatten().collect()
}

fn sums() -> Vec<Row> {
    rows! {
        "einsum": [Any [2, 3], Any [3, 4]] => |x| Ok(Var::einsum("ij,jk->ik", &[&x[0], &x[1]]));
        "einsum": [Any [2, 2, 3], Any [2, 3, 2]] => |x| Ok(Var::einsum("bij,bjk->kb", &[&x[0], &x[1]]));
        "einsum": [Any [3, 3]] => |x| Ok(Var::einsum("ii->i", &[&x[0]]));
        "einsum": [Any [2, 3, 2], Any [3]] => |x| Ok(Var::einsum("iji,j", &[&x[0], &x[1]]));
        "einsum": [Any [2, 3]] => |x| Ok(Var::einsum("ij->j", &[&x[0]]));
        "einsum": [Any [2, 3]] => |x| Ok(Var::einsum("ij->", &[&x[0]]));
        "einsum": [Any [2], Any [2, 3], Any [3]] => |x| Ok(Var::einsum("i,ij,j->", &[&x[0], &x[1], &x[2]]));
        "einsum": [Any [2, 3], Any [2]] => |x| Ok(Var::einsum("ij,k->j", &[&x[0], &x[1]]));
        "einsum": [Any [2, 1, 2, 3], Any [2, 3, 2]] => |x| {
            Ok(Var::einsum("...ij,...jk->...ik", &[&x[0], &x[1]]))
        };
        "einsum": [Any [2, 1], Any [3, 2]] => |x| Ok(Var::einsum("ij,jk->ik", &[&x[0], &x[1]]));
        "einsum": [Any [1, 3], Any [2, 3]] => |x| Ok(Var::einsum("ab,ab->b", &[&x[0], &x[1]]));
        "einsum": [Any [3, 2]] => |x| Ok(Var::einsum("ij,ij->ij", &[&x[0], &x[0]]));
        "einsum": [Any [0, 2], Any [2, 3]] => |x| Ok(Var::einsum("ij,jk->k", &[&x[0], &x[1]]));
        "tensordot": [Any [2, 3, 2], Any [2, 3, 2]] => |x| Ok(x[0].tensordot(&x[1], &[1, 2], &[1, 0]));
        "tensordot": [Any [2], Any [3]] => |x| Ok(x[0].tensordot(&x[1], &[], &[]));
        "dot": [Any [3], Any [3]] => |x| Ok(x[0].dot(&x[1]));
        "dot": [Any [0], Any [0]] => |x| Ok(x[0].dot(&x[1]));
        "addmm": [Any [3], Any [2, 2], Any [2, 3]] => |x| Ok(x[0].addmm(&x[1], &x[2], 0.5, 2.0));
        "addmm": [Any [2, 2, 2], Any [2, 2, 1], Any [2, 1, 2]] => |x| {
            Ok(x[0].addmm(&x[1], &x[2], 2.0, -1.0))
        };
        "kron": [Any [2, 2], Any [1, 3]] => |x| Ok(x[0].kron(&x[1]));
        "kron": [Any [2], Any [2, 2]] => |x| Ok(x[0].kron(&x[1]));
        "cross": [Any [2, 3], Any [2, 3]] => |x| Ok(x[0].cross(&x[1], -1));
        "cross": [Any [3, 2], Any [3, 2]] => |x| Ok(x[0].cross(&x[1], 0));
        "cdist": [Any [2, 3], Any [4, 3]] => |x| Ok(x[0].cdist(&x[1]));
        "cdist": [Any [2, 2, 3], Any [2, 3]] => |x| Ok(x[0].cdist(&x[1]));
        "cdist": [Any [2, 3], Any [0, 3]] => |x| Ok(x[0].cdist(&x[1]));
        "cosine_similarity": [Any [2, 3], Any [3]] => |x| Ok(x[0].cosine_similarity(&x[1], -1, 1e-8));
        "cosine_similarity": [Any [2, 3], Any [2, 3]] => |x| Ok(x[0].cosine_similarity(&x[1], 0, 1e-8));
    }
}

fn equations() -> Vec<Row> {
    rows! {
        "solve": [Any [3, 3], Any [3, 2]] => |x| solid(&x[0]).solve(&x[1]);
        "solve": [Any [2, 2, 2], Any [2, 3]] => |x| solid(&x[0]).solve(&x[1]);
        "solve": [Any [2, 2], Any [3, 2, 1]] => |x| solid(&x[0]).solve(&x[1]);
        "solve": [Any [3, 3], Any [3]] => |x| solid(&x[0]).solve(&x[1]);
        "solve": [Any [0, 0], Any [0, 2]] => |x| x[0].solve(&x[1]);
        "solve_triangular": [Any [3, 3], Any [3, 2]] => |x| {
            solid(&x[0]).solve_triangular(&x[1], Triangle::lower())
        };
        "solve_triangular": [Any [3, 3], Any [3, 2]] => |x| {
            solid(&x[0]).solve_triangular(&x[1], Triangle::upper().transposed())
        };
        "solve_triangular": [Any [2, 2, 2], Any [2, 2]] => |x| {
            solid(&x[0]).solve_triangular(&x[1], Triangle::lower().transposed().unit())
        };
        "solve_triangular": [Any [3, 3], Any [2, 3, 1]] => |x| {
            solid(&x[0]).solve_triangular(&x[1], Triangle::upper().unit())
        };
        "cholesky_solve": [Any [3, 3], Any [3, 2]] => |x| solid(&x[0]).cholesky()?.cholesky_solve(&x[1]);
        "lstsq": [Any [4, 2], Any [4, 3]] => |x| x[0].lstsq(&x[1]);
        "lstsq": [Any [2, 4], Any [2, 1]] => |x| x[0].lstsq(&x[1]);
        "lstsq": [Any [2, 3, 2], Any [3, 1]] => |x| x[0].lstsq(&x[1]);
        "inverse": [Any [3, 3]] => |x| solid(&x[0]).inverse();
        "inverse": [Any [2, 2, 2]] => |x| solid(&x[0]).inverse();
        "pinv": [Any [4, 2]] => |x| x[0].pinv(1e-15);
        "pinv": [Any [2, 3]] => |x| x[0].pinv(1e-15);
        "pinv": [Any [2, 0, 3]] => |x| x[0].pinv(1e-15);
        "pinv": [Any [3, 2], Any [2, 3]] => |x| x[0].matmul(&x[1]).pinv(1e-4); // of rank 2
    }
}

fn determinants() -> Vec<Row> {
    rows! {
        "det": [Any [3, 3]] => |x| x[0].det();
        "det": [Any [2, 2, 2]] => |x| x[0].det();
        "det": [Any [2, 0, 0]] => |x| x[0].det();
        "slogdet": [Any [3, 3]] => |x| Ok(x[0].slogdet()?.1);
        "logdet": [Any [2, 2, 2]] => |x| solid(&x[0]).logdet();
        "matrix_norm": [Any [2, 3, 2]] => |x| x[0].matrix_norm(MatrixNorm::Frobenius);
        "matrix_norm": [Any [3, 2]] => |x| x[0].matrix_norm(MatrixNorm::Nuclear);
        "matrix_norm": [Any [2, 3]] => |x| x[0].matrix_norm(MatrixNorm::Spectral);
        "matrix_norm": [Any [2, 0, 3]] => |x| x[0].matrix_norm(MatrixNorm::Spectral);
        "matrix_power": [Any [2, 2]] => |x| x[0].matrix_power(5);
        "matrix_power": [Any [2, 2]] => |x| solid(&x[0]).matrix_power(-2);
        "matrix_power": [Any [2, 2]] => |x| Ok(&x[0] + x[0].matrix_power(0)?);
        "matrix_exp": [Any [3, 3]] => |x| x[0].matrix_exp();
        "matrix_exp": [Any [2, 2, 2]] => |x| (&x[0] * 4.0).matrix_exp();
    }
}

fn factors() -> Vec<Row> {
    rows! {
        "cholesky": [Any [3, 3]] => |x| solid(&x[0]).cholesky();
        "cholesky": [Any [2, 2, 2]] => |x| solid(&x[0]).cholesky();
        "qr": [Any [4, 2]] => |x| Ok(both(x[0].qr()?));
        "qr": [Any [3, 3]] => |x| Ok(both(x[0].qr()?));
        "qr": [Any [2, 3]] => |x| Ok(both(x[0].qr()?));
        "qr": [Any [2, 3, 2]] => |x| Ok(both(x[0].qr()?));
        "qr": [Any [0, 3]] => |x| Ok(both(x[0].qr()?));
        "eigh": [Any [3, 3]] => |x| Ok(both(solid(&x[0]).eigh()?));
        "eigh": [Any [2, 2, 2]] => |x| Ok(both(solid(&x[0]).eigh()?));
        "eigh": [Any [4, 4]] => |x| Ok(solid(&x[0]).eigh()?.0);
        "eigh": [Any [0, 0]] => |x| Ok(both(x[0].eigh()?));
        "svd": [Any [3, 3]] => |x| { let (u, s, v) = x[0].svd()?; Ok(both((u, both((s, v))))) };
        "svd": [Any [4, 2]] => |x| { let (u, s, v) = x[0].svd()?; Ok(both((u, both((s, v))))) };
        "svd": [Any [2, 3]] => |x| { let (u, s, v) = x[0].svd()?; Ok(both((u, both((s, v))))) };
        "svd": [Any [2, 3, 2]] => |x| { let (u, s, v) = x[0].svd()?; Ok(both((u, both((s, v))))) };
        "svd": [Any [2, 0]] => |x| Ok(x[0].svd()?.1);
    }
}

/// x xᵀ + 3 I: symmetric and far from singular.
fn solid(x: &Var) -> Var {
    let eye = Tensor::ones_like(&x.tensor().diagonal(0)).diag(0);
    x.matmul(&x.t()) + eye * 3.0
}

/// Two results in one vector.
fn both((a, b): (Var, Var)) -> Var {
    Var::concat(&[a.flatten(), b.flatten() * 0.7], 0)
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "einsum": || Ok(Var::einsum("ij,jk", &[&ones([2, 3])])) => "names 2 operands, there are 1";
        "einsum": || Ok(Var::einsum("ii", &[&ones([2, 3])])) => "where a letter is repeated";
        "tensordot": || Ok(ones([2, 3]).tensordot(&ones([2]), &[1], &[0])) => "the lengths [2]";
        "dot": || Ok(ones([2]).dot(&ones([3]))) => "dot: shape [2]";
        "dot": || Ok(ones([2, 1]).dot(&ones([2]))) => "a vector, that is one axis";
        "matmul": || Ok(ones([1]).matmul(&ones([3]))) => "dot: shape [1]";
        "addmm": || Ok(ones([3]).addmm(&ones([2, 2]), &ones([2, 2]), 1.0, 1.0)) => "[3]";
        "cross": || Ok(ones([2, 2]).cross(&ones([2, 2]), 0)) => "expected 3 on axis 0";
        "cdist": || Ok(ones([2, 2]).cdist(&ones([2, 3]))) => "rows of 2";
        "solve": || ones([2, 2]).solve(&ones([2])) => "solve: matrix 0 of the batch is singular, pivot 1";
        "solve": || ones([2, 3]).solve(&ones([2])) => "square matrices";
        "solve_triangular": || (ones([2, 2]) * 0.0).solve_triangular(&ones([2, 1]), Triangle::lower())
            => "singular, pivot 0";
        "cholesky_solve": || ones([2, 2]).cholesky_solve(&ones([3, 1])) => "2 rows";
        "lstsq": || ones([3, 2]).lstsq(&ones([3, 1])) => "lstsq: matrix 0 of the batch is singular, pivot 1";
        "inverse": || ones([2, 2]).inverse() => "inverse: matrix 0";
        "pinv": || ones([2]).pinv(0.0) => "two axes or more";
        "det": || ones([2, 3]).det() => "det: shape [2, 3]";
        "slogdet": || Ok(ones([3]).slogdet()?.1) => "slogdet: shape [3]";
        "logdet": || backward(&ones([2, 2]).logdet()?) => "singular";
        "cholesky": || ones([2, 2]).cholesky() => "leading minor of order 2";
        "qr": || Ok(ones([3]).qr()?.0) => "qr: shape [3]";
        "qr": || backward(&ones([2, 2]).qr()?.0) => "qr: matrix 0 of the batch is singular";
        "eigh": || Ok((ones([2, 2]) * f64::NAN).eigh()?.0) => "eigh: matrix 0 of the batch is not done";
        "eigh": || backward(&eye().eigh()?.1) => "eigh";
        "svd": || Ok((ones([2, 2]) / 0.0).svd()?.1) => "svd: matrix 0 of the batch is not done";
        "svd": || backward(&eye().svd()?.0) => "`svd` found two values that are equal";
        "svd": || backward(&ones([3, 2]).svd()?.2) => "`svd` found two values that are equal";
        "matrix_norm": || ones([3]).matrix_norm(MatrixNorm::Frobenius) => "matrix_norm: shape [3]";
        "matrix_power": || ones([2, 3]).matrix_power(2) => "matrix_power: shape [2, 3]";
        "matrix_power": || ones([2, 2]).matrix_power(-1) => "singular";
        "matrix_exp": || ones([2, 3]).matrix_exp() => "matrix_exp: shape [2, 3]";
    }
}

fn backward(x: &Var) -> Result<Var> {
    x.square().sum().backward()?;
    Ok(x.clone())
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "einsum": [Any [2, 3], Any [3, 4], Any [2]] =>
            |x| Ok(Var::einsum("ij,jk,i->ki", &[&x[0], &x[1], &x[2]])),
            |x| Ok((x[0].matmul(&x[1]) * x[2].unsqueeze(1)).t());
        "tensordot": [Any [2, 3], Any [3, 4]] =>
            |x| Ok(x[0].tensordot(&x[1], &[1], &[0])), |x| Ok(x[0].matmul(&x[1]));
        "cdist": [Any [2, 3], Any [4, 3]] => |x| Ok(x[0].cdist(&x[1])), |x| {
            Ok((x[0].unsqueeze(1) - &x[1]).square().sum_axis(-1).sqrt())
        };
        "dot": [Any [3], Any [3]] => |x| Ok(x[0].dot(&x[1])), |x| Ok((&x[0] * &x[1]).sum());
        "cross": [Any [3], Any [3]] => |x| Ok(x[0].cross(&x[1], 0)), |x| {
            let at = |v: &Var, i| v.select(0, i);
            let one = |i, j| at(&x[0], i) * at(&x[1], j) - at(&x[0], j) * at(&x[1], i);
            Ok(Var::stack(&[one(1, 2), one(2, 0), one(0, 1)], 0))
        };
        "solve": [Any [3, 3], Any [3, 2]] =>
            |x| solid(&x[0]).solve(&x[1]), |x| Ok(solid(&x[0]).inverse()?.matmul(&x[1]));
        "cholesky_solve": [Any [3, 3], Any [3, 2]] =>
            |x| solid(&x[0]).cholesky()?.cholesky_solve(&x[1]), |x| solid(&x[0]).solve(&x[1]);
        "det": [Any [2, 2]] => |x| x[0].det(), |x| {
            let at = |i, j| x[0].select(0, i).select(0, j);
            Ok(at(0, 0) * at(1, 1) - at(0, 1) * at(1, 0))
        };
        "logdet": [Any [3, 3]] =>
            |x| solid(&x[0]).logdet(), |x| Ok(solid(&x[0]).eigh()?.0.log().sum());
        "lstsq": [Any [4, 2], Any [4, 1]] =>
            |x| x[0].lstsq(&x[1]), |x| Ok(x[0].pinv(1e-15)?.matmul(&x[1]));
        "matrix_norm": [Any [3, 2]] =>
            |x| x[0].matrix_norm(MatrixNorm::Frobenius), |x| Ok(x[0].norm());
        "matrix_exp": [Any [3, 3]] => |x| solid(&x[0]).matrix_exp(), |x| {
            let (values, vectors) = solid(&x[0]).eigh()?;
            Ok((&vectors * values.exp().unsqueeze(0)).matmul(&vectors.t()))
        };
    }
}

#[track_caller]
fn check_slope(value: Result<Var>, x: &Var, expected: &Tensor) {
    let slope = value.unwrap().sum().backward().unwrap().get(x).unwrap();
    brand_nn_tensor::check::assert_close(&slope, expected, 1e-12);
}

#[test]
fn awkward_matrices_have_the_stated_slopes() {
    let eye = eye();
    check_slope(eye.eigh().map(|found| found.0), &eye, eye.tensor());
    check_slope(eye.svd().map(|found| found.1), &eye, eye.tensor());
    check_slope(eye.matrix_norm(MatrixNorm::Nuclear), &eye, eye.tensor());
    let flat = Var::leaf(Tensor::from([[1.0, 2.0], [2.0, 4.0]]));
    check_slope(flat.det(), &flat, &Tensor::from([[4.0, -2.0], [-2.0, 1.0]]));
    let zero = Var::leaf(Tensor::zeros_like(flat.tensor()));
    check_slope(zero.det(), &zero, zero.tensor());
    check_slope(zero.matrix_norm(MatrixNorm::Frobenius), &zero, zero.tensor());
    check_slope(Ok(zero.cdist(&zero)), &zero, zero.tensor());
    check_slope(Ok(zero.cosine_similarity(&flat, 0, 1e-8)), &flat, zero.tensor());
    let second = flat.det().unwrap().grad(&[&flat]);
    assert!(matches!(second, Err(Error::Tensor(brand_nn_tensor::Error::Singular { .. }))));
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::leaf(Tensor::full_of(shape, 1.0, brand_nn_tensor::DType::F64))
}

fn eye() -> Var {
    Var::leaf(Tensor::from([1.0; 3]).diag(0))
}
