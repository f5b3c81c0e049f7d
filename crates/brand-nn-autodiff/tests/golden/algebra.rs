//! The arms of golden rows of products, equations and factors of matrices.

use brand_nn_autodiff::{Result, Var};
use brand_nn_tensor::{MatrixNorm, Tensor, Triangle};

/// The op that a row is called after, with the settings that `ops.py` gives it.
pub(crate) fn apply(op: &str, x: &[Var]) -> Result<Var> {
    Ok(match op {
        "einsum" => Var::einsum("bij,bjk,k->ib", &[&x[0], &x[1], &x[2]]),
        "einsum_diagonal" => Var::einsum("iji,...j->...i", &[&x[0], &x[1]]),
        "tensordot" => x[0].tensordot(&x[1], &[1, 2], &[1, 0]),
        "kron" => x[0].kron(&x[1]),
        "cross" => x[0].cross(&x[1], -1),
        "addmm" => x[0].addmm(&x[1], &x[2], 0.5, 2.0),
        "cdist" => x[0].cdist(x.get(1).unwrap_or(&x[0])),
        "cosine_similarity" => x[0].cosine_similarity(&x[1], 1, 1e-8),
        "solve" | "solve_batch" => solid(&x[0]).solve(&x[1])?,
        "solve_triangular" => x[0].solve_triangular(&x[1], Triangle::upper())?,
        "solve_triangular_unit" => x[0].solve_triangular(&x[1], Triangle::lower().unit())?,
        "cholesky_solve" => solid(&x[0]).cholesky()?.cholesky_solve(&x[1])?,
        "lstsq" => x[0].lstsq(&x[1])?,
        _ => of_one_matrix(op, &x[0])?,
    })
}

fn of_one_matrix(op: &str, x: &Var) -> Result<Var> {
    Ok(match op {
        "cholesky" => solid(x).cholesky()?,
        "inverse" => solid(x).inverse()?,
        "pinv" => x.pinv(1e-15)?,
        "det" => x.det()?,
        "slogdet" => x.slogdet()?.1,
        "logdet" => solid(x).logdet()?,
        "qr" | "qr_wide" => {
            let (q, r) = x.qr()?;
            Var::concat(&[q.flatten(), r.flatten()], 0)
        }
        "eigh_values" => solid(x).eigh()?.0,
        "eigh_vectors" => solid(x).eigh()?.1.square(),
        "svd_values" => x.svd()?.1,
        "svd_left" => x.svd()?.0.square(),
        "svd_right" => x.svd()?.2.square(),
        "matrix_norm_fro" => x.matrix_norm(MatrixNorm::Frobenius)?,
        "matrix_norm_nuc" => x.matrix_norm(MatrixNorm::Nuclear)?,
        "matrix_norm_2" => x.matrix_norm(MatrixNorm::Spectral)?,
        "matrix_power" => x.matrix_power(5)?,
        "matrix_power_inverse" => solid(x).matrix_power(-3)?,
        "matrix_exp" => x.matrix_exp()?,
        "matrix_exp_large" => (x * 4.0).matrix_exp()?,
        _ => panic!("no arm for golden rows of the op {op}"),
    })
}

/// x xᵀ + 3 I: symmetric and far from singular.
fn solid(x: &Var) -> Var {
    let eye = Tensor::ones_like(&x.tensor().diagonal(0)).diag(0);
    x.matmul(&x.t()) + eye * 3.0
}
