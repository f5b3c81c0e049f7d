//! Functions of one element.

use crate::table::{Domain, Limit, Row, limits, sample};

/// Rows for every function of the kernels' table.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = brand_nn_kernels::unary_table!(table_rows);
    rows.extend(brand_nn_kernels::unary_table!(empty_rows));
    rows
}

macro_rules! table_rows {
    ($(($method:ident, $op:ident, $doc:literal))*) => {
        vec![$( Row {
            name: stringify!($method),
            orders: 2,
            inputs: vec![sample(domain(stringify!($method)), [2, 5], 3)],
            call: |x| Ok(x[0].$method()),
        } ),*]
    };
}
use table_rows;

macro_rules! empty_rows {
    ($(($method:ident, $op:ident, $doc:literal))*) => {
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
        "sqrt" | "rsqrt" | "log" | "log1p" | "floor" | "ceil" | "round" => Domain::Positive,
        _ => Domain::Any,
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    const INF: f64 = f64::INFINITY;
    limits! {
        "abs": 0.0 => 0.0, 0.0, |x| x.abs();
        "relu": 0.0 => 0.0, 0.0, |x| x.relu();
        "relu": -INF => 0.0, 0.0, |x| x.relu();
        "exp": -1e4 => 0.0, 0.0, |x| x.exp();
        "exp": 1e4 => INF, INF, |x| x.exp();
        "log": 0.0 => -INF, INF, |x| x.log();
        "sqrt": 0.0 => 0.0, INF, |x| x.sqrt();
        "tanh": 1e4 => 1.0, 0.0, |x| x.tanh();
        "sigmoid": -1e4 => 0.0, 0.0, |x| x.sigmoid();
        "sigmoid": 1e4 => 1.0, 0.0, |x| x.sigmoid();
        "log_sigmoid": -1e4 => -1e4, 1.0, |x| x.log_sigmoid();
        "softplus": 1e4 => 1e4, 1.0, |x| x.softplus();
        "softplus": -1e4 => 0.0, 0.0, |x| x.softplus();
        "gelu": -1e4 => 0.0, 0.0, |x| x.gelu();
        "gelu": 1e4 => 1e4, 1.0, |x| x.gelu();
        "gelu_tanh": 1e4 => 1e4, 1.0, |x| x.gelu_tanh();
        "silu": -1e4 => 0.0, 0.0, |x| x.silu();
        "clamp": 2.0 => 2.0, 1.0, |x| x.clamp(-2.0, 2.0);
        "clamp": 3.0 => 2.0, 0.0, |x| x.clamp(-2.0, 2.0);
        "powf": 0.0 => 1.0, 0.0, |x| x.powf(0.0);
        "powf": 0.0 => 0.0, 0.0, |x| x.powf(2.0);
    }
}
