//! GRU and plain recurrent layers.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::{Nonlinearity, RecurrentOutput, RecurrentWeights, Result, Var, gru, rnn};
use brand_nn_tensor::{Shape, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "gru": [Any [2, 3, 2], Any [6, 2], Any [6, 2], Any [6], Any [6]] =>
            |x| Ok(run_gru(x, None)?.sequence);
        "gru": [Any [2, 3, 1], Any [6, 1], Any [6, 2], Any [6], Any [6], Any [2, 2]] => |x| {
            let output = run_gru(x, Some(&x[5]))?;
            Ok(output.sequence.sum() + output.hidden * 3.0)
        };
        "gru": [Any [33, 2, 1], Any [3, 1], Any [3, 1], Any [3], Any [3], Any [33, 1]] =>
            |x| Ok(run_gru(x, Some(&x[5]))?.sequence);
        "gru": [Any [0, 2, 1], Any [3, 1], Any [3, 1], Any [3], Any [3]] =>
            |x| Ok(run_gru(x, None)?.hidden);
        "gru": [Any [3, 3, 2], Any [6, 2], Any [6, 2], Any [6], Any [6], Any [3, 2]] => |x| {
            let output = gru(&x[0], &weights(x), Some(&x[5]), Some(&holes()))?;
            Ok(output.sequence.sum_axis(1) + output.hidden * 3.0)
        };
        "rnn": [Any [3, 3, 2], Any [2, 2], Any [2, 2], Any [2], Any [2], Any [3, 2]] => |x| {
            let by = Nonlinearity::Tanh;
            let output = rnn(&x[0], &weights(x), Some(&x[5]), Some(&holes()), by)?;
            Ok(output.sequence.sum_axis(1) + output.hidden * 3.0)
        };
        "rnn": [Any [2, 3, 2], Any [2, 2], Any [2, 2], Any [2], Any [2]] =>
            |x| Ok(run_rnn(x, None, Nonlinearity::Tanh)?.sequence);
        "rnn": [Any [2, 3, 2], Any [3, 2], Any [3, 3], Any [3], Any [3], Any [2, 3]] =>
            |x| Ok(run_rnn(x, Some(&x[5]), Nonlinearity::Relu)?.sequence);
        "rnn": [Any [33, 2, 1], Any [1, 1], Any [1, 1], Any [1], Any [1]] =>
            |x| Ok(run_rnn(x, None, Nonlinearity::default())?.hidden);
    }
}

/// Three steps of three rows, of which one has none and one a hole.
pub(crate) fn holes() -> Tensor {
    Tensor::from([[true, false, true], [false; 3], [false, true, true]])
}

fn weights(x: &[Var]) -> RecurrentWeights {
    let [weight_ih, weight_hh, bias_ih, bias_hh] = [1, 2, 3, 4].map(|i| x[i].clone());
    RecurrentWeights { weight_ih, weight_hh, bias_ih, bias_hh }
}

fn run_gru(x: &[Var], state: Option<&Var>) -> Result<RecurrentOutput> {
    gru(&x[0], &weights(x), state, None)
}

fn run_rnn(x: &[Var], state: Option<&Var>, by: Nonlinearity) -> Result<RecurrentOutput> {
    rnn(&x[0], &weights(x), state, None, by)
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "gru": || refused([2, 3], 6, 6, 2) => "dims: shape [2, 3], expected 3 axes";
        "gru": || refused([2, 3, 2], 4, 6, 2) => "gru: weight_ih is of shape [4, 2]";
        "gru": || refused([2, 3, 2], 6, 5, 2) => "gru: weight_hh is of shape [5, 2]";
        "gru": || refused([2, 3, 2], 6, 6, 3) => "gru: state is of shape [2, 3]";
        "gru": || refused([2, 0, 2], 6, 6, 2) => "at least one time step";
        "gru": || {
            let x = [ones([2, 3, 2]), ones([6, 2]), ones([6, 2]), ones([6]), ones([6])];
            Ok(gru(&x[0], &weights(&x), None, Some(&holes()))?.hidden)
        } => "gru: real is bool of shape [3, 3]";
        "rnn": || {
            let x = [ones([2, 3, 2]), ones([2, 2]), ones([2, 2]), ones([3]), ones([2])];
            Ok(run_rnn(&x, None, Nonlinearity::Tanh)?.hidden)
        } => "rnn: bias_ih is of shape [3]";
    }
}

fn refused<const N: usize>(
    input: [usize; N],
    rows_ih: usize,
    rows_hh: usize,
    state: usize,
) -> Result<Var> {
    let x = [ones(input), ones([rows_ih, 2]), ones([rows_hh, 2]), ones([6]), ones([6])];
    Ok(run_gru(&x, Some(&ones([2, state])))?.hidden)
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::leaf(Tensor::ones(shape))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "gru": [Any [17, 1, 3], Any [6, 3], Any [6, 2], Any [6], Any [6], Any [17, 2]] =>
            |x| Ok(run_gru(x, Some(&x[5]))?.hidden),
            |x| {
                let a = x[0].select(1, 0).linear(&x[1], Some(&x[3])).split(1, &[2; 3]);
                let c = x[5].linear(&x[2], Some(&x[4])).split(1, &[2; 3]);
                let (r, z) = ((&a[0] + &c[0]).sigmoid(), (&a[1] + &c[1]).sigmoid());
                Ok((1.0 - &z) * (&a[2] + r * &c[2]).tanh() + z * &x[5])
            };
        "rnn": [Any [40, 2, 3], Any [2, 3], Any [2, 2], Any [2], Any [2]] =>
            |x| Ok(run_rnn(x, None, Nonlinearity::Tanh)?.hidden),
            |x| {
                let outer = |t| x[0].select(1, t).linear(&x[1], Some(&x[3])) + &x[4];
                Ok((outer(1) + outer(0).tanh().linear(&x[2], None)).tanh())
            };
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    limits! {
        "rnn": -1.0 => 0.0, 0.0, |x| single(x, Nonlinearity::Relu);
        "rnn": 0.0 => 0.0, 0.0, |x| single(x, Nonlinearity::Relu);
        "rnn": 1e4 => 1.0, 0.0, |x| single(x, Nonlinearity::Tanh);
    }
}

/// One step of one unit whose weights are 1 and biases 0.
fn single(x: &Var, by: Nonlinearity) -> Var {
    let one = Tensor::ones_like(x.tensor());
    let (weight, bias) = (Var::from(one.reshape([1, 1])), Var::from(one.reshape([1]) * 0.0));
    let x = [x.reshape([1, 1, 1]), weight.clone(), weight, bias.clone(), bias];
    run_rnn(&x, None, by).unwrap().hidden
}
