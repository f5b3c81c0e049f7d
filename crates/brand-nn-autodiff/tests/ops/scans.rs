//! Products, and what runs along an axis.

use crate::table::{Limit, Refusal, Row, limits, refusals, rows};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "prod": [Any [2, 3]] => |x| Ok(x[0].prod());
        "prod": [Any [0, 3]] => |x| Ok(x[0].prod());
        "prod_axis": [Any [2, 3, 2]] => |x| Ok(x[0].prod_axis(1));
        "prod_axis": [Any [3, 4]] => |x| Ok(with_zeros(&x[0]).prod_axis(-1));
        "cumprod": [Any [2, 3, 2]] => |x| Ok(x[0].cumprod(1));
        "cumprod": [Any [3, 4]] => |x| Ok(with_zeros(&x[0]).cumprod(-1));
        "cumprod": [Any [2, 0]] => |x| Ok(x[0].cumprod(1));
        "logcumsumexp": [Any [2, 3, 2]] => |x| Ok(x[0].logcumsumexp(1));
        "logcumsumexp": [Any [0, 2]] => |x| Ok(x[0].logcumsumexp(0));
        "cummax": [Any [2, 4]] => |x| Ok(x[0].cummax(1).0);
        "cummin": [Any [4, 2]] => |x| Ok(x[0].cummin(0).0);
        "cummax": [Any [2, 4]] => |x| Ok(x[0].gather(1, &x[0].cummax(1).1));
    }
}

/// Rows with no zero, one and two.
fn with_zeros(x: &Var) -> Var {
    let [t, f] = [true, false];
    x.masked(&Tensor::from([[t, t, t, t], [t, f, t, t], [f, t, f, t]]))
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "prod_axis": || Ok(ones().prod_axis(2)) => "prod_axis: axis 2 of shape [2, 3]";
        "cumprod": || Ok(ones().cumprod(2)) => "cumprod: axis 2 of shape [2, 3]";
        "logcumsumexp": || Ok(ones().logcumsumexp(-3)) => "logcumsumexp: axis -3";
        "cummax": || Ok(ones().cummax(2).0) => "cummax: axis 2";
        "cummin": || Ok(ones().cummin(2).0) => "cummin: axis 2";
    }
}

fn ones() -> Var {
    Var::leaf(Tensor::ones([2, 3]))
}

pub(crate) fn limits() -> Vec<Limit> {
    const INF: f64 = f64::INFINITY;
    limits! {
        "prod": 0.0 => 0.0, 6.0, |x| (x * row([1.0, 0.0, 0.0]) + row([0.0, 2.0, 3.0])).prod();
        "prod": 0.0 => 0.0, 0.0, |x| (x * row([1.0, 1.0, 0.0]) + row([0.0, 0.0, 3.0])).prod();
        "cumprod": 0.0 => 0.0, 1.0 + 2.0 + 6.0,
            |x| (x * row([1.0, 0.0, 0.0]) + row([0.0, 2.0, 3.0])).cumprod(0);
        "logcumsumexp": -INF => -INF, 0.0, |x| x.logcumsumexp(0);
        "logcumsumexp": 1e4 => 2e4 + 2_f64.ln(), 2.0,
            |x| Var::concat(&[x.clone(), x.clone()], 0).logcumsumexp(0);
        "cummax": f64::NAN => f64::NAN, 1.0, |x| x.cummax(0).0;
    }
}

fn row(values: [f64; 3]) -> Tensor {
    Tensor::from(values)
}
