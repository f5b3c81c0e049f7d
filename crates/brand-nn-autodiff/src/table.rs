//! Every op with samples to try it on: the tests prove the gradient of each row.

use crate::{LstmWeights, Result, Var, embedding, lstm, ops::index::put_rows};
use brand_nn_tensor::{Rng, Shape, Tensor};

/// One op with inputs to try it on.
pub struct Row {
    /// The name that the op is recorded under.
    pub name: &'static str,
    /// Inputs in f64, away from kinks and poles.
    pub inputs: Vec<Tensor>,
    /// The op on these inputs.
    pub call: fn(&[Var]) -> Result<Var>,
}

/// Where samples are drawn, so that no finite difference crosses a kink or a pole.
#[derive(Clone, Copy)]
enum Domain {
    /// ±(0.2 … 1.8): away from zero.
    Any,
    /// 0.2 … 1.8.
    Positive,
}

fn sample(domain: Domain, shape: impl Into<Shape>, seed: u64) -> Tensor {
    let shape = shape.into();
    let mut rng = Rng::new(seed);
    let size = Tensor::uniform(&shape, 0.2, 1.8, &mut rng);
    let sign = Tensor::bernoulli(&shape, 0.5, &mut rng);
    let values = match domain {
        Domain::Any => Tensor::where_(&sign, &size, &-&size),
        Domain::Positive => size,
    };
    values.to(brand_nn_tensor::DType::F64)
}

macro_rules! rows {
    ($($name:literal: [$($domain:ident $shape:expr),* $(,)?] => $call:expr;)*) => {
        vec![$( Row {
            name: $name,
            inputs: {
                let mut seeds = 1..;
                vec![$( sample(Domain::$domain, $shape, seeds.next().unwrap_or(0)) ),*]
            },
            call: $call,
        } ),*]
    };
}

macro_rules! unary_rows {
    ($(($method:ident, $op:ident, $doc:literal))*) => {
        vec![$( Row {
            name: stringify!($method),
            inputs: vec![sample(unary_domain(stringify!($method)), [2, 5], 3)],
            call: |x| Ok(x[0].$method()),
        } ),*]
    };
}

/// Where a function of one element is defined and smooth.
fn unary_domain(name: &str) -> Domain {
    match name {
        "sqrt" | "rsqrt" | "log" | "log1p" | "floor" | "ceil" | "round" => Domain::Positive,
        _ => Domain::Any,
    }
}

/// Every op of the crate, each at least once.
#[must_use]
pub fn table() -> Vec<Row> {
    let mut rows = brand_nn_kernels::unary_table!(unary_rows);
    rows.extend(arithmetic());
    rows.extend(reductions());
    rows.extend(shapes());
    rows.extend(structured());
    rows
}

fn arithmetic() -> Vec<Row> {
    rows! {
        "add": [Any [2, 3], Any [3]] => |x| Ok(&x[0] + &x[1]);
        "add": [Any [2, 1, 3], Any [4, 1]] => |x| Ok(&x[0] + &x[1] + 2.0);
        "sub": [Any [2, 1], Any [1, 3]] => |x| Ok(1.0 - (&x[0] - &x[1]));
        "mul": [Any [2, 3], Any [2, 1]] => |x| Ok(&x[0] * &x[1] * 3.0);
        "mul": [Any [3]] => |x| Ok(&x[0] * &x[0]);
        "div": [Any [2, 3], Any [3]] => |x| Ok(&x[0] / &x[1] / 2.0);
        "div": [Any [3]] => |x| Ok(2.0 / &x[0]);
        "neg": [Any [3]] => |x| Ok(-&x[0]);
        "powf": [Positive [4]] => |x| Ok(x[0].powf(2.5));
        "powf": [Any [4]] => |x| Ok(x[0].powf(3.0));
        "powf": [Any [4]] => |x| Ok(x[0].powf(0.0) * &x[0]);
        "maximum": [Any [3, 2], Any [2]] => |x| Ok(x[0].maximum(&x[1]));
        "minimum": [Any [3, 2], Any [3, 1]] => |x| Ok(x[0].minimum(&x[1]));
        "clamp": [Any [6]] => |x| Ok(x[0].clamp(-1.01, 0.51));
        "where": [Any [2, 3], Any [3]] => |x| Ok(Var::where_(&mask(), &x[0], &x[1]));
        "masked": [Any [2, 3]] => |x| Ok(x[0].masked(&mask()));
        "masked": [Any [3]] => |x| Ok(x[0].masked(&mask()));
        "masked_fill": [Any [2, 3]] => |x| Ok(x[0].masked_fill(&mask(), 7.0));
    }
}

fn mask() -> Tensor {
    Tensor::from([[true, false, true], [false, false, true]])
}

fn reductions() -> Vec<Row> {
    rows! {
        "sum": [Any [2, 3]] => |x| Ok(x[0].sum());
        "sum": [Any [2, 3, 2]] => |x| Ok(x[0].sum_axes(&[0, -1], true));
        "sum": [Any [2, 3, 2]] => |x| Ok(x[0].sum_axis(1));
        "sum_to": [Any [4, 2, 3]] => |x| Ok(x[0].sum_to(&[2, 1].into()));
        "mean": [Any [2, 3]] => |x| Ok(x[0].mean() + x[0].mean_axis(-1));
        "mean": [Any [2, 3, 2]] => |x| Ok(x[0].mean_axes(&[0, 2], true));
        "max": [Any [3, 4]] => |x| Ok(x[0].max_axis(1) + x[0].max());
        "min": [Any [3, 4]] => |x| Ok(x[0].min_axis(0) + x[0].min());
        "mean": [Any [3, 4]] => |x| Ok(x[0].var() + x[0].var_axis(0));
        "sqrt": [Any [3, 4]] => |x| Ok(x[0].std_axis(1) + x[0].std());
        "logsumexp": [Any [3, 4]] => |x| Ok(x[0].logsumexp(1));
        "logsumexp": [Any [3, 4]] => |x| Ok(x[0].logsumexp(0));
        "norm": [Any [3, 2]] => |x| Ok(x[0].norm());
        "cumsum": [Any [3, 4]] => |x| Ok(x[0].cumsum(1));
        "softmax": [Any [3, 4]] => |x| Ok(x[0].softmax(-1));
        "softmax": [Any [3, 4]] => |x| Ok(x[0].softmax(0));
        "log_softmax": [Any [3, 4]] => |x| Ok(x[0].log_softmax(1));
    }
}

fn shapes() -> Vec<Row> {
    rows! {
        "reshape": [Any [2, 6]] => |x| Ok(x[0].reshape([3, 4]) + x[0].flatten().reshape([3, 4]));
        "reshape": [Any [2, 1, 3]] => |x| Ok(x[0].squeeze(1).unsqueeze(-1));
        "transpose": [Any [2, 3, 4]] => |x| Ok(x[0].transpose(0, 2).t());
        "permute": [Any [2, 3, 4]] => |x| Ok(x[0].permute(&[2, 0, -2]));
        "expand": [Any [2, 1, 3]] => |x| Ok(x[0].expand([4, 2, 5, 3]));
        "slice": [Any [4, 3]] => |x| Ok(x[0].slice(0, 1..3).slice(-1, 0..2));
        "slice": [Any [4, 3]] => |x| Ok(x[0].select(0, 2));
        "slice": [Any [5, 2]] => |x| { let p = x[0].split(0, &[2, 3]); Ok(&p[0] * p[1].mean()) };
        "pad": [Any [2, 3]] => |x| Ok(x[0].pad(1, 1, 2, 0.5));
        "concat": [Any [2, 3], Any [1, 3]] => |x| Ok(Var::concat(x, 0));
        "concat": [Any [2, 3], Any [2, 3]] => |x| Ok(Var::stack(x, 1));
        "index_select": [Any [4, 2]] => |x| x[0].index_select(0, &ids());
        "index_select": [Any [2, 4]] => |x| x[0].index_select(-1, &ids());
        "put_rows": [Any [4, 2]] => |x| put_rows(&x[0], &ids(), &[5, 2].into());
        "gather": [Any [3, 4]] => |x| Ok(x[0].gather(1, &grid()));
        "scatter_add": [Any [3, 4], Any [3, 2]] => |x| Ok(x[0].scatter_add(1, &grid(), &x[1]));
        "embedding": [Any [4, 2]] => |x| embedding(&x[0], &ids());
        "embedding": [Any [4, 2]] => |x| embedding(&(&x[0] * 2.0), &ids().reshape([2, 2]));
    }
}

fn ids() -> Tensor {
    Tensor::from([3_i64, 0, 3, 1])
}

fn grid() -> Tensor {
    Tensor::from([[0_i64, 3], [1, 1], [2, 0]])
}

fn structured() -> Vec<Row> {
    rows! {
        "matmul": [Any [2, 3], Any [3, 4]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 2, 3], Any [3, 4]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 1, 2, 3], Any [3, 3, 2]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 3], Any [4, 3, 2]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [3], Any [3, 2]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 3], Any [3]] => |x| Ok(x[0].matmul(&x[1]) + x[1].matmul(&x[1]));
        "matmul": [Any [3, 2], Any [4, 3]] => |x| Ok(x[0].t().matmul(&x[1].t()));
        "mul": [Any [2], Any [3]] => |x| Ok(x[0].outer(&x[1]));
        "linear": [Any [2, 3], Any [4, 3], Any [4]] => |x| Ok(x[0].linear(&x[1], Some(&x[2])));
        "linear": [Any [2, 2, 3], Any [4, 3], Any [4]] => |x| Ok(x[0].linear(&x[1], Some(&x[2])));
        "matmul": [Any [2, 3], Any [4, 3]] => |x| Ok(x[0].linear(&x[1], None));
        "dropout": [Any [4, 5]] => |x| Ok(x[0].dropout(0.4, [1, 2]));
        "binary_cross_entropy": [Positive [2, 3]] => |x| {
            let target = Tensor::full_of([3], 0.3, x[0].dtype());
            Ok((&x[0] * 0.5).binary_cross_entropy(&target)) // 0.1 … 0.9
        };
        "bce_with_logits": [Any [2, 3]] => |x| Ok(x[0].bce_with_logits(&Tensor::full_of([3], 0.3, x[0].dtype())));
        "gather": [Any [3, 4]] => |x| x[0].cross_entropy(&Tensor::from([3_i64, 0, 1]));
        "lstm": [Any [2, 3, 2], Any [8, 2], Any [8, 2], Any [8]] => |x| Ok(run_lstm(x, None)?.sequence);
        "lstm": [Any [2, 3, 2], Any [8, 2], Any [8, 2], Any [8], Any [2, 2], Any [2, 2]] => |x| {
            let output = run_lstm(x, Some((&x[4], &x[5])))?;
            Ok(output.sequence.sum() + output.cell * 2.0 + output.hidden * 3.0)
        };
        "lstm": [Any [33, 2, 1], Any [4, 1], Any [4, 1], Any [4]] => |x| Ok(run_lstm(x, None)?.hidden);
    }
}

fn run_lstm(x: &[Var], state: Option<(&Var, &Var)>) -> Result<crate::LstmOutput> {
    let [weight_ih, weight_hh, bias] = [&x[1], &x[2], &x[3]].map(Clone::clone);
    lstm(&x[0], &LstmWeights { weight_ih, weight_hh, bias }, state)
}
