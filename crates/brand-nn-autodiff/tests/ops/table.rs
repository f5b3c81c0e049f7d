//! What a row of the op table is, and how its samples are drawn.

use brand_nn_autodiff::{Result, Var};
use brand_nn_tensor::{DType, Rng, Shape, Tensor};

/// One op with inputs to try it on.
pub(crate) struct Row {
    /// The name of the method or function.
    pub name: &'static str,
    /// How many orders of its gradient are proved: 2, or 1 for an op that refuses a second.
    pub orders: u8,
    /// Inputs in f64, away from kinks and poles.
    pub inputs: Vec<Tensor>,
    /// The op on these inputs.
    pub call: fn(&[Var]) -> Result<Var>,
}

impl Row {
    /// An op whose second order is refused, by an error that names it.
    pub(crate) fn first_order(self) -> Self {
        Self { orders: 1, ..self }
    }
}

/// A call that is refused, by an error or a panic, and a part of the message.
pub(crate) struct Refusal {
    pub name: &'static str,
    pub call: fn() -> Result<Var>,
    pub message: &'static str,
}

/// A fused op and the formula of plain ops that it must equal, value and gradients.
pub(crate) struct Twin {
    pub name: &'static str,
    pub inputs: Vec<Tensor>,
    pub fused: fn(&[Var]) -> Result<Var>,
    pub plain: fn(&[Var]) -> Result<Var>,
}

/// Value and slope of a function of one number where it is awkward.
pub(crate) struct Limit {
    pub name: &'static str,
    pub at: f64,
    pub value: f64,
    pub slope: f64,
    pub call: fn(&Var) -> Var,
}

/// Where samples are drawn, so that no finite difference crosses a kink or a pole.
#[derive(Clone, Copy)]
pub(crate) enum Domain {
    /// ±(0.2 … 1.8): away from zero.
    Any,
    /// 0.2 … 1.8.
    Positive,
    /// ±(0.1 … 0.9): away from zero and inside the unit interval.
    Unit,
    /// 1.1 … 2.7.
    AboveOne,
}

pub(crate) fn sample(domain: Domain, shape: impl Into<Shape>, seed: u64) -> Tensor {
    let shape = shape.into();
    let mut rng = Rng::new(seed);
    let size = Tensor::uniform(&shape, 0.2, 1.8, &mut rng);
    let sign = Tensor::bernoulli(&shape, 0.5, &mut rng);
    let signed = |size: Tensor| Tensor::where_(&sign, &size, &-&size);
    let values = match domain {
        Domain::Any => signed(size),
        Domain::Positive => size,
        Domain::Unit => signed(size / 2.0),
        Domain::AboveOne => size + 0.9,
    };
    values.to(DType::F64)
}

/// `"name": [Domain shape, …] => |x| result;`, a line a row.
macro_rules! rows {
    ($($name:literal: [$($domain:ident $shape:expr),* $(,)?] => $call:expr;)*) => {
        vec![$( Row {
            name: $name,
            orders: 2,
            inputs: {
                let mut seeds = 1..;
                vec![$( $crate::table::sample(
                    $crate::table::Domain::$domain, $shape, seeds.next().unwrap_or(0)
                ) ),*]
            },
            call: $call,
        } ),*]
    };
}
pub(crate) use rows;

/// `"name": || call => "a part of the message";`, a line a refusal.
macro_rules! refusals {
    ($($name:literal: $call:expr => $message:literal;)*) => {
        vec![$( Refusal { name: $name, call: $call, message: $message } ),*]
    };
}
pub(crate) use refusals;

/// `"name": [Domain shape, …] => |x| fused, |x| plain;`, a line a twin.
macro_rules! twins {
    ($($name:literal: [$($domain:ident $shape:expr),*] => $fused:expr, $plain:expr;)*) => {
        vec![$( Twin {
            name: $name,
            inputs: {
                let mut seeds = 1..;
                vec![$( $crate::table::sample(
                    $crate::table::Domain::$domain, $shape, seeds.next().unwrap_or(0)
                ) ),*]
            },
            fused: $fused,
            plain: $plain,
        } ),*]
    };
}
pub(crate) use twins;

/// `"name": x => value, slope, |x| call;`, a line a limit.
macro_rules! limits {
    ($($name:literal: $at:expr => $value:expr, $slope:expr, $call:expr;)*) => {
        vec![$( Limit { name: $name, at: $at, value: $value, slope: $slope, call: $call } ),*]
    };
}
pub(crate) use limits;
