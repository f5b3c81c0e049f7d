//! Regressions: a number, a yes or no, a count or a class from a row of numbers.
//!
//! | target | specification | penalty |
//! |---|---|---|
//! | a number | [`LinearRegression`] | none: standard errors, tests, intervals |
//! | a number, many or alike columns | [`Ridge`] | squares |
//! | a number, few columns that matter | [`ElasticNet`] | absolute values, and squares |
//! | yes or no | [`LogisticRegression`] | squares |
//! | one of several classes | [`MultinomialRegression`] | squares |
//! | a count | [`PoissonRegression`] | squares |
//!
//! A specification is plain data; `fit` makes what can predict of it, which is plain data too. The
//! intercept is never penalised. Penalties treat columns alike: bring them to one scale first.
//!
//! ```
//! use brand_nn_stats::{linear::Matrix, regression::LogisticRegression};
//!
//! // Visits and whether the customer came back.
//! let visits = Matrix::new(6, 1, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
//! let came_back = [false, false, true, false, true, true];
//! let fitted = LogisticRegression::default().fit(&visits, &came_back)?;
//! let chance = fitted.predict(&Matrix::new(1, 1, vec![5.5])?)?;
//! assert!(chance[0] > 0.8 && chance[0] < 0.9);
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

mod coefficients;
mod elastic_net;
mod generalized;
mod linear;
mod logistic;
mod multinomial;
mod poisson;
mod ridge;

pub use coefficients::Coefficients;
pub use elastic_net::{ElasticNet, FittedElasticNet};
pub use linear::{FittedLinear, LinearRegression};
pub use logistic::{FittedLogistic, LogisticRegression};
pub use multinomial::{FittedMultinomial, MultinomialRegression};
pub use poisson::{FittedPoisson, PoissonRegression};
pub use ridge::{FittedRidge, Ridge};

use crate::linear::Matrix;
use crate::{Result, door};

/// Finite rows, at least one, with one target each.
fn checked(op: &'static str, x: &Matrix, targets: usize) -> Result<()> {
    door::some(op, "rows", x.rows())?;
    door::len(op, "targets", targets, x.rows())?;
    door::every(op, "number", x.data(), door::FINITE)
}

/// The columns, each around its mean, and those means; the means are 0 if nothing is centred.
fn centred(x: &Matrix, y: &[f64], is_centred: bool) -> (Matrix, Vec<f64>, Vec<f64>, f64) {
    let mean = |column: &[f64]| door::mean(column.iter().copied());
    let (means, middle) = if is_centred {
        ((0..x.cols()).map(|col| mean(&x.column(col))).collect(), mean(y))
    } else {
        (vec![0.0; x.cols()], 0.0)
    };
    let around = Matrix::of(x.rows(), x.cols(), |row, col| x[(row, col)] - means[col]);
    (around, y.iter().map(|y| y - middle).collect(), means, middle)
}
