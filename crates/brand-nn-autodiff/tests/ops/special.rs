//! Functions of one or two elements that have no vector code.

use crate::table::{Domain, Limit, Refusal, Row, limits, refusals, rows, sample};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Rows for every function of the kernels' table, and for those of two elements.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = brand_nn_kernels::special_table!(table_rows);
    rows.extend(brand_nn_kernels::special_table!(empty_rows));
    rows.extend(other_rows());
    rows
}

macro_rules! table_rows {
    ($(($method:ident, $op:ident, $function:expr, $doc:literal))*) => {
        vec![$( Row {
            name: stringify!($method),
            orders: 2,
            inputs: vec![sample(domain(stringify!($method)), [2, 3], 5)],
            call: |x| Ok(x[0].$method()),
        } ),*]
    };
}
use table_rows;

macro_rules! empty_rows {
    ($(($method:ident, $op:ident, $function:expr, $doc:literal))*) => {
        vec![$( Row {
            name: stringify!($method),
            orders: 2,
            inputs: vec![sample(Domain::Any, [0, 3], 1)],
            call: |x| Ok(x[0].$method()),
        } ),*]
    };
}
use empty_rows;

/// Where a function is defined and smooth.
fn domain(name: &str) -> Domain {
    match name {
        "log2" | "log10" | "lgamma" | "digamma" | "trunc" | "frac" => Domain::Positive,
        "asin" | "acos" | "atanh" | "tan" => Domain::Unit,
        "acosh" => Domain::AboveOne,
        _ => Domain::Any,
    }
}

fn other_rows() -> Vec<Row> {
    rows! {
        "polygamma": [Positive [4]] => |x| Ok(x[0].polygamma(1));
        "polygamma": [Unit [4]] => |x| Ok(x[0].polygamma(0));
        "logit": [Unit [4]] => |x| Ok(x[0].abs().logit(0.0));
        "logit": [Unit [6]] => |x| Ok(x[0].logit(0.2501));
        "pow": [Positive [2, 3], Any [3]] => |x| Ok(x[0].pow(&x[1]));
        "pow": [Any [4]] => |x| {
            let powers = Tensor::from([0.0, 1.0, 2.0, 3.0]).to(x[0].dtype());
            Ok(x[0].pow(&powers.into()))
        };
        "pow": [Positive [0, 3], Any [3]] => |x| Ok(x[0].pow(&x[1]));
        "atan2": [Any [2, 3], Any [2, 1]] => |x| Ok(x[0].atan2(&x[1]));
        "hypot": [Any [2, 3], Any [3]] => |x| Ok(x[0].hypot(&x[1]));
        "logaddexp": [Any [2, 1], Any [1, 3]] => |x| Ok(x[0].logaddexp(&x[1]));
        "xlogy": [Any [2, 3], Positive [3]] => |x| Ok(x[0].xlogy(&x[1]));
        "remainder": [Any [2, 3], Any [3]] => |x| Ok((&x[0] * 3.0).remainder(&x[1]));
        "fmod": [Any [2, 3], Any [3]] => |x| Ok((&x[0] * 3.0).fmod(&x[1]));
        "fmod": [Any [0], Any [1]] => |x| Ok(x[0].fmod(&x[1]));
        "lerp": [Any [2, 3], Any [3], Any [2, 1]] => |x| Ok(x[0].lerp(&x[1], &x[2]));
        "addcmul": [Any [2, 3], Any [3], Any [2, 1]] => |x| Ok(x[0].addcmul(&x[1], &x[2], 0.5));
        "addcdiv": [Any [2, 3], Any [3], Any [2, 1]] => |x| Ok(x[0].addcdiv(&x[1], &x[2], 0.5));
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "logit": || Ok(ones(3).logit(0.7)) => "logit: epsilon 0.7, expected 0 to 0.5";
        "sinh": || Ok(Var::from(Tensor::from([1_i64])).sinh()) => "sinh: dtype i64";
        "pow": || Ok(ones(3).pow(&ones(2))) => "pow";
        "atan2": || Ok(ones(3).atan2(&ones(2))) => "atan2";
        "hypot": || Ok(ones(3).hypot(&Var::from(Tensor::from([1_i64])))) => "hypot: dtype i64";
        "fmod": || Ok(ones(3).fmod(&ones(2))) => "fmod";
    }
}

fn ones(len: usize) -> Var {
    Var::leaf(Tensor::ones([len]))
}

pub(crate) fn limits() -> Vec<Limit> {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    limits! {
        "sinc": 0.0 => 1.0, 0.0, |x| x.sinc();
        "sinc": 0.0 => 0.0, -std::f64::consts::PI.powi(2) / 3.0, |x| slope(&x.sinc(), x);
        "lgamma": 0.0 => INF, -INF, |x| x.lgamma();
        "lgamma": -1.0 => INF, NAN, |x| x.lgamma();
        "digamma": 0.0 => -INF, INF, |x| x.digamma();
        "digamma": -1.0 => NAN, INF, |x| x.digamma();
        "atanh": 1.0 => INF, INF, |x| x.atanh();
        "acosh": 0.5 => NAN, NAN, |x| x.acosh();
        "asin": 1.0 => std::f64::consts::FRAC_PI_2, INF, |x| x.asin();
        "erfc": 1e4 => 0.0, 0.0, |x| x.erfc();
        "erfc": -1e4 => 2.0, 0.0, |x| x.erfc();
        "logit": 0.0 => -INF, INF, |x| x.logit(0.0);
        "logit": 0.0 => -(9_f64.ln()), 0.0, |x| x.logit(0.1);
        "logit": 0.1 => -(9_f64.ln()), 1.0 / 0.09, |x| x.logit(0.1);
        "hypot": 0.0 => 0.0, 0.0, |x| x.hypot(&number(0.0));
        "hypot": 1e200 => 2_f64.sqrt() * 1e200, 0.5_f64.sqrt(), |x| x.hypot(&number(1e200));
        "atan2": 0.0 => 0.0, NAN, |x| x.atan2(&number(0.0));
        "atan2": 0.0 => std::f64::consts::PI, -1.0, |x| x.atan2(&number(-1.0));
        "logaddexp": -INF => -INF, 0.0, |x| x.logaddexp(&number(-INF));
        "logaddexp": 1e4 => 1e4, 1.0, |x| x.logaddexp(&number(-1e4));
        "xlogy": 0.0 => 0.0, 0.0, |x| x.xlogy(&number(0.0));
        "xlogy": 0.0 => 0.0, 2_f64.ln(), |x| x.xlogy(&number(2.0));
        "xlogy": 0.0 => 0.0, 0.0, |x| number(0.0).xlogy(x);
        "xlogy": 0.0 => NAN, NAN, |x| x.xlogy(&number(NAN));
        "pow": 0.0 => 1.0, 0.0, |x| x.pow(&number(0.0));
        "pow": 0.0 => 0.0, 0.0, |x| x.pow(&number(2.0));
        "pow": 2.0 => 0.0, 0.0, |x| number(0.0).pow(x);
        "pow": 2.0 => 4.0, NAN, |x| number(-2.0).pow(x);
        "remainder": -3.0 => 1.0, 1.0, |x| x.remainder(&number(2.0));
        "fmod": -3.0 => -1.0, 1.0, |x| x.fmod(&number(2.0));
        "fmod": 2.0 => -1.0, 1.0, |x| number(-3.0).fmod(x);
        "fmod": 3.0 => NAN, 1.0, |x| x.fmod(&number(0.0));
    }
}

fn number(value: f64) -> Var {
    Tensor::from([value]).into()
}

/// The gradient of an op's output by its input, itself differentiable.
fn slope(y: &Var, x: &Var) -> Var {
    y.sum().grad(&[x]).unwrap().remove(0)
}
